package io.parley.load.report;

import io.parley.load.broker.Kind;
import io.parley.load.broker.Traffic;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of one kind of messages. Rates and latencies are those of the measured time; the
 * counts are of the whole run, warm-up included, since each message counts.
 *
 * @param confirmedPerSecond messages that became durable, or queries answered
 * @param receivedPerSecond copies that arrived, each at first
 * @param confirm from the intended time of sending to the confirm or answer
 * @param endToEnd from the intended time of sending to the start of handling
 * @param lateness from the intended time of sending to sending: the generator's own part of both,
 *     or its wait for room; null where the next message waits for the last (closed loop)
 * @param sent handed to the client
 * @param confirmed of these, known to be durable; or queries answered
 * @param received different copies that arrived, over all inboxes; or questions that were handled
 * @param unconfirmed neither confirmed nor refused when the run ended
 * @param unsent due before the end, but the broker couldn't keep up
 * @param duplicates times a copy arrived again
 * @param redelivered of the duplicates, those the broker marked so
 * @param leftovers arrivals of an earlier run; not counted elsewhere
 * @param outOfOrder first arrivals after a later message of the same ordering key
 * @param damaged arrivals with another body than was sent, or from another queue
 * @param wrongAnswers answers to another question
 * @param failures of sends, by code
 * @param missing by inbox, only where something is; empty without consumers
 * @param samples how it went over time, in order
 */
public record TrafficReport(
    Traffic traffic,
    double confirmedPerSecond,
    double receivedPerSecond,
    Latencies confirm,
    Latencies endToEnd,
    @Nullable Latencies lateness,
    long sent,
    long confirmed,
    long received,
    long unconfirmed,
    long unsent,
    long duplicates,
    long redelivered,
    long leftovers,
    long outOfOrder,
    long damaged,
    long wrongAnswers,
    Map<String, Long> failures,
    List<Missing> missing,
    List<Sample> samples) {

  /** Copies map and lists, keeping the order. */
  public TrafficReport {
    failures = Collections.unmodifiableMap(new LinkedHashMap<>(failures));
    missing = List.copyOf(missing);
    samples = List.copyOf(samples);
  }

  /** Confirmed copies that never arrived, over all inboxes. */
  public long missingCount() {
    return missing.stream().mapToLong(Missing::count).sum();
  }

  /** Whether every promise was kept: nothing lost, out of order, damaged or mixed up. */
  public boolean isCorrect() {
    return missing.isEmpty() && outOfOrder == 0 && damaged == 0 && wrongAnswers == 0;
  }

  /**
   * Messages a second that went through the broker: copies handled for events, answers for queries,
   * and for commands the mean of what went in and what came out.
   */
  public double throughPerSecond() {
    return switch (traffic.kind()) {
      case COMMANDS ->
          traffic.consumers() == 0
              ? confirmedPerSecond
              : (confirmedPerSecond + receivedPerSecond) / 2;
      case EVENTS -> receivedPerSecond;
      case QUERIES -> confirmedPerSecond;
    };
  }

  /** Payload bytes a second that the broker took to store; none of queries. */
  public double storedBytesPerSecond() {
    return traffic.kind() == Kind.QUERIES ? 0 : confirmedPerSecond * traffic.sizeBytes();
  }
}
