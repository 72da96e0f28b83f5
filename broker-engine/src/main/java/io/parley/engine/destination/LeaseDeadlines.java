package io.parley.engine.destination;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * When leases end, over all consumers of all destinations: those that hold nothing cost nothing,
 * and nobody is looked at before the first of its leases may be over.
 *
 * <p>A consumer is here once at most, at a time when none of its leases has ended yet. What it
 * settles doesn't move it: it is looked at in vain then, once per lease time. Memory only. Owner
 * thread.
 */
final class LeaseDeadlines {
  private final NavigableSet<Consumer> byTime =
      new TreeSet<>(
          Comparator.comparingLong((Consumer consumer) -> consumer.queuedAtMs)
              .thenComparingLong(consumer -> consumer.number));
  private long consumers;

  /** A number for a consumer that no other has. */
  long nextNumber() {
    return ++consumers;
  }

  /** A consumer's leases may end from a time on, earlier than was said of it before. */
  void expiresBy(Consumer consumer, long timeMs) {
    if (timeMs >= consumer.queuedAtMs) {
      return;
    }
    if (consumer.queuedAtMs != Long.MAX_VALUE) {
      byTime.remove(consumer); // a lease was made shorter, or is short among long ones
    }
    consumer.queuedAtMs = timeMs;
    byTime.add(consumer);
  }

  /** A consumer is gone. */
  void forget(Consumer consumer) {
    if (consumer.queuedAtMs != Long.MAX_VALUE) {
      byTime.remove(consumer);
      consumer.queuedAtMs = Long.MAX_VALUE;
    }
  }

  /** Takes out the consumers that have to be looked at now. */
  List<Consumer> due(long nowMs) {
    if (byTime.isEmpty() || byTime.first().queuedAtMs > nowMs) {
      return List.of();
    }
    List<Consumer> due = new ArrayList<>();
    while (!byTime.isEmpty() && byTime.first().queuedAtMs <= nowMs) {
      Consumer consumer = byTime.pollFirst();
      if (consumer != null) {
        consumer.queuedAtMs = Long.MAX_VALUE;
        due.add(consumer);
      }
    }
    return due;
  }
}
