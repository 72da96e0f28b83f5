package io.parley.engine.destination;

/**
 * One consumer's hold on messages with consecutive sequences, all delivered at once. Memory only.
 *
 * <p>A message points at the lease it was last delivered under. When it returns it points at the
 * ended twin, which keeps the epoch: a late settle is still good as long as nobody held the message
 * since.
 */
final class Lease {
  final Consumer consumer;
  final long epoch;
  final long firstSequence;
  final int count;

  /** Number of the first message among the consumer's deliveries, from 1. */
  final long firstDelivery;

  long expiresAtMs;

  /** Messages that still point here. */
  int held;

  private final boolean ended;
  private Lease endedTwin;

  Lease(
      Consumer consumer,
      long epoch,
      long firstSequence,
      int count,
      long firstDelivery,
      long expiresAtMs) {
    this(consumer, epoch, firstSequence, count, firstDelivery, expiresAtMs, false);
  }

  @SuppressWarnings("NullAway") // the twin of a lease that hasn't ended is made when it does
  private Lease(
      Consumer consumer,
      long epoch,
      long firstSequence,
      int count,
      long firstDelivery,
      long expiresAtMs,
      boolean ended) {
    this.consumer = consumer;
    this.epoch = epoch;
    this.firstSequence = firstSequence;
    this.count = count;
    this.firstDelivery = firstDelivery;
    this.expiresAtMs = expiresAtMs;
    this.held = count;
    this.ended = ended;
    this.endedTwin = ended ? this : null;
  }

  /** Whether the message's handling is over or never was: nobody holds it. */
  boolean isEnded() {
    return ended;
  }

  /** What a returned message points at. */
  Lease ended() {
    if (endedTwin == null) {
      endedTwin =
          new Lease(consumer, epoch, firstSequence, count, firstDelivery, expiresAtMs, true);
    }
    return endedTwin;
  }

  /** A lease of some of the messages, with the same epoch. */
  Lease part(long sequence, int messages, long newExpiresAtMs) {
    return new Lease(consumer, epoch, sequence, messages, delivery(sequence), newExpiresAtMs);
  }

  /** Whether the consumer said that it began to handle the message. */
  boolean hasStarted(long sequence) {
    return delivery(sequence) <= consumer.started();
  }

  /** Number of a message among the consumer's deliveries. */
  private long delivery(long sequence) {
    return firstDelivery + (sequence - firstSequence);
  }
}
