package io.parley.client;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.frame.Push;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageRecord;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Messages that came together: one segment of a DELIVER frame. Keeps track of them by bits, so that
 * a message is an object only while it is in somebody's hands.
 */
final class Lot {
  private final long epoch;
  private final long firstSequence;
  private final int attempt;
  private final long storedAtMs;
  private final int leaseMs;
  private final MessageBatch batch;

  /** Next message to hand out; guarded by the consumption's lock. */
  private int next;

  private int nextOffset;

  /** When handling of the first message began; written by who handles it. */
  private long begunNanos;

  /** How long that took; written by who settles it, before it is handed over. */
  private long handlingNanos;

  /** Event loop only. */
  private final BitSet settled;

  private int open;
  private long keptSince;

  /** Written by the event loop. */
  private volatile boolean lost;

  private volatile @Nullable BitSet lostOnes;

  Lot(Push.Deliver deliver, Push.Segment segment, long now) {
    this.epoch = deliver.epoch();
    this.leaseMs = deliver.leaseMs();
    this.firstSequence = segment.firstSequence();
    this.attempt = segment.attempt();
    this.storedAtMs = segment.storedAtMs();
    this.batch = segment.batch();
    this.nextOffset = batch.offset();
    this.open = batch.count();
    this.settled = new BitSet(open);
    this.keptSince = now;
    checkLengths();
  }

  /** So that the next record is always found; what is in a record is checked before handling it. */
  private void checkLengths() {
    MessageRecord record = new MessageRecord();
    int end = batch.offset() + batch.length();
    int at = batch.offset();
    for (int i = 0; i < batch.count(); i++) {
      int left = end - at;
      int size = left < MessageRecord.FIXED_BYTES ? 0 : record.wrap(batch.bytes(), at).size();
      if (size < MessageRecord.FIXED_BYTES || size > left) {
        throw new ParleyException(
            ErrorCode.MALFORMED_FRAME,
            "record " + i + " of a delivery: " + size + " bytes (expected: 29 to " + left + ")");
      }
      at += size;
    }
  }

  long epoch() {
    return epoch;
  }

  long firstSequence() {
    return firstSequence;
  }

  int attempt() {
    return attempt;
  }

  long storedAtMs() {
    return storedAtMs;
  }

  int leaseMs() {
    return leaseMs;
  }

  boolean contains(long ofEpoch, long sequence) {
    return epoch == ofEpoch
        && sequence >= firstSequence
        && sequence < firstSequence + batch.count();
  }

  // ---- handing out, under the consumption's lock

  boolean hasNext() {
    return next < batch.count();
  }

  /** Index of the next message, which is handed out now. */
  int takeNext(MessageRecord record) {
    record.wrap(batch.bytes(), nextOffset);
    nextOffset = record.end();
    return next++;
  }

  /** Type of the next message; null if its bytes aren't fit to say. */
  @Nullable String nextType() {
    MessageRecord record = new MessageRecord().wrap(batch.bytes(), nextOffset);
    try {
      record.check(end());
    } catch (IllegalArgumentException e) {
      return null;
    }
    return record.type();
  }

  /** Hands out no more; the messages from this index on were not begun. */
  int takeRest() {
    int from = next;
    next = batch.count();
    return from;
  }

  int count() {
    return batch.count();
  }

  /** Whether handling began of some that aren't settled. */
  boolean isBegun() {
    return open > batch.count() - next;
  }

  int end() {
    return batch.offset() + batch.length();
  }

  // ---- how long handling takes: looked at for one message of a lot

  /** Handling of a message begins. */
  void handles(int index) {
    if (index == 0) {
      begunNanos = System.nanoTime();
    }
  }

  /** The message's holder settled it. */
  void handled(int index) {
    if (index == 0) {
      handlingNanos = System.nanoTime() - begunNanos;
    }
  }

  /** How long the first message's handling took, once that is settled. */
  long handlingNanos() {
    return handlingNanos;
  }

  // ---- event loop

  /**
   * A message is settled.
   *
   * @return false if it was before
   */
  boolean settle(int index) {
    if (settled.get(index)) {
      return false;
    }
    settled.set(index);
    open--;
    return true;
  }

  /** Messages from here to the end, which nobody began, are settled. */
  void settleFrom(int index) {
    open -= count() - index;
    settled.set(index, count());
  }

  /** How many are still to be settled. */
  int open() {
    return open;
  }

  /** Since when the lease runs. */
  long keptSince() {
    return keptSince;
  }

  void keptSince(long nanos) {
    keptSince = nanos;
  }

  /** Calls with index and count of each range that is still to be settled and not lost. */
  void forEachOpenRange(RangeConsumer action) {
    BitSet lostNow = lostOnes;
    BitSet gone = settled;
    if (lostNow != null) {
      gone = (BitSet) settled.clone();
      gone.or(lostNow);
    }
    int from = gone.nextClearBit(0);
    while (from < count()) {
      int end = gone.nextSetBit(from);
      int to = end < 0 ? count() : Math.min(end, count());
      action.accept(from, to - from);
      from = gone.nextClearBit(to);
    }
  }

  /** A range of messages. */
  interface RangeConsumer {
    void accept(int index, int count);
  }

  /** Its connection ended: all leases may be another consumer's by now. */
  void lose() {
    lost = true;
  }

  boolean isLost() {
    return lost;
  }

  /** One message's lease is another consumer's. */
  void lose(int index) {
    BitSet before = lostOnes;
    BitSet after = before == null ? new BitSet(count()) : (BitSet) before.clone();
    after.set(index);
    lostOnes = after;
  }

  // ---- any thread

  boolean isLost(int index) {
    BitSet ones = lostOnes;
    return lost || (ones != null && ones.get(index));
  }
}
