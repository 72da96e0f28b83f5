package io.parley.compare.result;

import io.parley.load.report.Latencies;
import io.parley.load.report.TrafficReport;
import java.util.Locale;

/**
 * What became of one kind of messages. Rates and times are of the measured time, counts of the
 * whole run.
 *
 * @param kind commands, events or queries
 * @param latencyBound whether the load leaves the broker idle between messages, so that times count
 *     and not rates
 * @param throughPerSecond copies handled for events, answers for queries; for commands the mean of
 *     what went in and what came out
 * @param missing confirmed copies that never arrived
 * @param duplicates times a copy arrived again
 * @param failed refused sends
 * @param unsent due before the end, but the broker couldn't keep up
 * @param outOfOrder arrivals after a later message of the same ordering key
 * @param damaged arrivals with another body than was sent, or from another queue
 */
public record TrafficResult(
    String kind,
    int sizeBytes,
    int producers,
    int window,
    double ratePerSecond,
    int consumers,
    int subscriptions,
    boolean latencyBound,
    double confirmedPerSecond,
    double receivedPerSecond,
    double throughPerSecond,
    Times confirm,
    Times endToEnd,
    long sent,
    long confirmed,
    long received,
    long missing,
    long duplicates,
    long failed,
    long unsent,
    long outOfOrder,
    long damaged) {

  /** Milliseconds that messages took. */
  public record Times(
      double p50Millis, double p99Millis, double p999Millis, double maxMillis, long count) {
    static Times of(Latencies times) {
      return new Times(
          times.p50() / 1e6,
          times.p99() / 1e6,
          times.p999() / 1e6,
          times.max() / 1e6,
          times.count());
    }
  }

  /** Takes it out of the load generator's report. */
  static TrafficResult of(TrafficReport report) {
    return new TrafficResult(
        report.traffic().kind().name().toLowerCase(Locale.ROOT),
        report.traffic().sizeBytes(),
        report.traffic().producers(),
        report.traffic().window(),
        report.traffic().perSecond(),
        report.traffic().consumers(),
        report.traffic().subscriptions(),
        report.traffic().isLatencyBound(),
        report.confirmedPerSecond(),
        report.receivedPerSecond(),
        report.throughPerSecond(),
        Times.of(report.confirm()),
        Times.of(report.endToEnd()),
        report.sent(),
        report.confirmed(),
        report.received(),
        report.missingCount(),
        report.duplicates(),
        report.failures().values().stream().mapToLong(Long::longValue).sum(),
        report.unsent(),
        report.outOfOrder(),
        report.damaged());
  }

  /** Whether nothing was lost, out of order or damaged. */
  public boolean correct() {
    return missing == 0 && outOfOrder == 0 && damaged == 0;
  }
}
