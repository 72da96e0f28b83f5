package io.parley.engine.destination;

import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.PooledBytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one consumer is about to get in one delivery. */
final class Grant {
  /** Most bytes of records in one delivery, but for a single message that is larger. */
  static final int MAX_BYTES = 256 * 1024;

  private final Consumer consumer;
  private final long epoch;
  private final long nowMs;
  private final List<LeasedSegment> segments = new ArrayList<>(4);
  private int room;
  private int bytes;

  Grant(Consumer consumer, int messages, long epoch, long nowMs) {
    this.consumer = consumer;
    this.room = messages;
    this.epoch = epoch;
    this.nowMs = nowMs;
  }

  boolean hasRoom() {
    return room > 0 && bytes < MAX_BYTES && (segments.isEmpty() || !consumer.hasReadEnough());
  }

  /** Messages it can still take. */
  int room() {
    return room;
  }

  /**
   * Whether a record can be added; the first always can.
   *
   * @param pending bytes that are to be added before it
   */
  boolean fits(int pending, int size) {
    return bytes + pending == 0 || bytes + pending + size <= MAX_BYTES;
  }

  /** Takes no more. */
  void close() {
    room = 0;
  }

  Lease take(long firstSequence, int count) {
    room -= count;
    return consumer.lease(epoch, firstSequence, count, nowMs);
  }

  /** Adds what was taken. The chunk is held until the consumer's sink lets go of the segment. */
  void add(Lease lease, int attempt, long storedAtMs, PooledBytes chunk, int offset, int length) {
    bytes += length;
    chunk.retain();
    MessageBatch batch = new MessageBatch(chunk.array(), offset, length, lease.count, chunk);
    segments.add(new LeasedSegment(lease.firstSequence, attempt, storedAtMs, batch));
  }

  /** What was granted, or null if that is nothing. */
  @Nullable Delivery delivery() {
    return segments.isEmpty() ? null : consumer.deliver(epoch, segments, bytes);
  }
}
