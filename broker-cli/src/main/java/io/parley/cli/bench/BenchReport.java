package io.parley.cli.bench;

import java.util.Map;

/**
 * What came out. Rates and latencies are those of the measured time; the counts of messages are of
 * the whole run, warm-up included, since each message counts.
 *
 * @param measuredNanos the measured time
 * @param confirmedMeasured commands confirmed of those sent in it
 * @param receivedMeasured commands received in it
 * @param confirmLatency from send to confirm
 * @param endToEndLatency from send to the start of handling
 * @param sent commands handed to the client
 * @param confirmed of these, stored for sure
 * @param received different ones that arrived
 * @param duplicates times one arrived again
 * @param missing confirmed ones that never arrived
 * @param failures of sends, by error code
 */
public record BenchReport(
    BenchSettings settings,
    long measuredNanos,
    long confirmedMeasured,
    long receivedMeasured,
    Latencies confirmLatency,
    Latencies endToEndLatency,
    long sent,
    long confirmed,
    long received,
    long duplicates,
    long missing,
    Map<String, Long> failures) {

  /** Copies the map. */
  public BenchReport {
    failures = Map.copyOf(failures);
  }

  /** Commands confirmed in a second. */
  public double confirmedPerSecond() {
    return confirmedMeasured * 1e9 / measuredNanos;
  }

  /** Commands received in a second. */
  public double receivedPerSecond() {
    return receivedMeasured * 1e9 / measuredNanos;
  }
}
