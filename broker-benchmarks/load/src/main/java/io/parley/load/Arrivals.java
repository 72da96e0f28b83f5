package io.parley.load;

import io.parley.load.broker.Handler;
import io.parley.load.broker.Kind;
import io.parley.load.broker.Traffic;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/** Counts what one consumer is given from one queue or inbox. Any thread. */
final class Arrivals implements Handler {
  private final TrafficRun run;
  private final Traffic traffic;
  private final Inbox inbox;
  private final int destination;
  private final Recorder endToEndTimes;

  /**
   * Of all queues of commands, or of one subscription: which messages arrived, and what was wrong
   * with them. Any thread.
   */
  static final class Inbox {
    private final SequenceSet[] numbers;
    private final @Nullable KeyOrder order;
    private final LongAdder received = new LongAdder();
    private final LongAdder duplicates = new LongAdder();
    private final LongAdder redelivered = new LongAdder();
    private final LongAdder outOfOrder = new LongAdder();
    private final LongAdder damaged = new LongAdder();
    private final LongAdder leftovers = new LongAdder();
    private final AtomicLong firstAt = new AtomicLong(Long.MIN_VALUE);

    Inbox(Traffic traffic) {
      numbers = new SequenceSet[traffic.producers()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = new SequenceSet();
      }
      order = traffic.keys() == 0 ? null : new KeyOrder(traffic);
    }

    SequenceSet numbers(int producer) {
      return numbers[producer];
    }

    /** Different messages. */
    long received() {
      return received.sum();
    }

    /** Times one arrived again. */
    long duplicates() {
      return duplicates.sum();
    }

    /** Of the duplicates, those the broker said it had delivered before. */
    long redelivered() {
      return redelivered.sum();
    }

    /** First arrivals after a later one of the same key. */
    long outOfOrder() {
      return outOfOrder.sum();
    }

    /** Arrivals of another size than sent, or from another queue than sent to. */
    long damaged() {
      return damaged.sum();
    }

    /** Arrivals of an earlier run. */
    long leftovers() {
      return leftovers.sum();
    }

    /** When the first message arrived; {@link Long#MIN_VALUE} while none has. */
    long firstAt() {
      return firstAt.get();
    }

    void fold() {
      for (SequenceSet set : numbers) {
        set.fold();
      }
    }
  }

  Arrivals(TrafficRun run, int consumer, int destination) {
    this.run = run;
    this.traffic = run.traffic();
    this.inbox = run.inboxOf(destination);
    this.destination = destination;
    this.endToEndTimes = run.endToEndTimes().of(consumer);
  }

  @Override
  public void arrived(byte[] body, boolean redelivered) {
    long now = run.clock().nanos();
    if (!run.stamp().isOn(body) || Stamp.producer(body) >= traffic.producers()) {
      inbox.leftovers.increment();
      return;
    }
    if (inbox.firstAt.get() == Long.MIN_VALUE) {
      inbox.firstAt.compareAndSet(Long.MIN_VALUE, now);
    }
    int producer = Stamp.producer(body);
    long number = Stamp.number(body);
    boolean misrouted = traffic.queues() > 1 && number % traffic.queues() != destination;
    if (misrouted || body.length != traffic.sizeBytes()) {
      inbox.damaged.increment();
    }
    if (traffic.kind() == Kind.QUERIES) {
      // One may be asked again where a responder left: nothing to be said against.
      inbox.received.increment();
    } else if (inbox.numbers[producer].add(number)) {
      inbox.received.increment();
      if (inbox.order != null && !inbox.order.isNext(producer, number)) {
        inbox.outOfOrder.increment();
      }
    } else {
      inbox.duplicates.increment();
      if (redelivered) {
        inbox.redelivered.increment();
      }
      return;
    }
    if (Stamp.isTimed(body) && run.span().contains(Stamp.intended(body))) {
      LatencyRecorders.record(endToEndTimes, now - Stamp.intended(body));
    }
  }
}
