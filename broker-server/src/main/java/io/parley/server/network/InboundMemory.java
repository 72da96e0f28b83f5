package io.parley.server.network;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Room for the frames that clients have begun to send and that aren't whole yet, of all connections
 * together. Where there is none for a frame, its connection isn't read from until others' are whole
 * or gone; those that don't go on meanwhile have to go ({@link ConnectionInitializer#shed}). Any
 * thread.
 */
final class InboundMemory {
  /** Of all connections together, unless a test says less; twice the largest frame. */
  static final long MAX_BYTES = 32L << 20;

  /** Frames up to this size pass the larger ones, into a quarter more that is theirs alone. */
  private static final int SMALL_BYTES = 64 * 1024;

  private final long maxBytes;
  private final AtomicLong bytes = new AtomicLong();
  private final Queue<Runnable> line = new ConcurrentLinkedQueue<>();

  InboundMemory(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes room for a frame if there is some; for one alone there always is. */
  boolean take(int frameBytes) {
    long max = frameBytes <= SMALL_BYTES ? maxBytes + maxBytes / 4 : maxBytes;
    long taken = bytes.get();
    // Not added first and taken off again: others would be refused for what nobody has.
    while (taken == 0 || taken + frameBytes <= max) {
      if (bytes.compareAndSet(taken, taken + frameBytes)) {
        return true;
      }
      taken = bytes.get();
    }
    return false;
  }

  /** Gives room back, for the next in line. */
  void give(int frameBytes) {
    if (frameBytes > 0) {
      bytes.addAndGet(-frameBytes);
      wakeNext();
    }
  }

  /** Stands in line. Who does has to try again then, as there may have been room meanwhile. */
  void await(Runnable roomAgain) {
    line.add(roomAgain);
  }

  /** One that is woken and has its room, or needs none any more, wakes the next. */
  void wakeNext() {
    Runnable next = line.poll();
    if (next != null) {
      next.run();
    }
  }

  /** Whether somebody waits for room. */
  boolean isScarce() {
    return !line.isEmpty();
  }

  long bytes() {
    return bytes.get();
  }
}
