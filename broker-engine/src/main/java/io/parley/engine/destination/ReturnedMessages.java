package io.parley.engine.destination;

import io.parley.protocol.model.Message;

/**
 * Messages that are handed out before all that nobody looked at yet: those that came back, and
 * those whose time has come. The highest priority first, then in order of sequence.
 */
final class ReturnedMessages {
  /** Sequences are below 2^59; above them lies how far a message's priority is from the highest. */
  private static final int SEQUENCE_BITS = 59;

  private static final long SEQUENCES = (1L << SEQUENCE_BITS) - 1;

  private final DelayedMessages delayed;
  private final LongHeap heap = new LongHeap();

  /**
   * None yet.
   *
   * @param delayed knows the priority of those that have one
   */
  ReturnedMessages(DelayedMessages delayed) {
    this.delayed = delayed;
  }

  boolean isEmpty() {
    return heap.isEmpty();
  }

  int size() {
    return heap.size();
  }

  void clear() {
    heap.clear();
  }

  void add(long sequence) {
    SingleMessage single = delayed.find(sequence);
    long rank = Message.PRIORITY_MAX - (single == null ? 0 : single.priority);
    heap.add(rank << SEQUENCE_BITS | sequence);
  }

  /** Takes out the sequence of the first. */
  long poll() {
    return heap.poll() & SEQUENCES;
  }
}
