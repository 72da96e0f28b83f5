package io.parley.server.network;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What may wait to be written to all connections together. Deliveries to a connection pause while
 * more waits for it than a share of what is left: those that don't read leave less and less for
 * each other. A part is kept for those that have nothing waiting, as those that read: they get on
 * while the others are found that read nothing, and have to go ({@link
 * ConnectionInitializer#shed}). Any thread.
 */
final class OutboundMemory {
  /** Of all connections together, unless a test says less. */
  static final long MAX_BYTES = 48L << 20;

  /** One connection's share of what is left: an eighth. */
  private static final int SHARES = 8;

  /** What is kept for those that have nothing waiting: a sixth. */
  private static final int KEPT = 6;

  private final long maxBytes;
  private final long sharedBytes;
  private final AtomicLong bytes = new AtomicLong();

  /** They had nothing waiting and were refused all the same: no write of their own wakes them. */
  private final Queue<Runnable> refused = new ConcurrentLinkedQueue<>();

  private volatile boolean scarce;

  OutboundMemory(long maxBytes) {
    this.maxBytes = maxBytes;
    this.sharedBytes = maxBytes - maxBytes / KEPT;
  }

  void add(long more) {
    if (bytes.addAndGet(more) < maxBytes && more < 0 && !refused.isEmpty()) {
      wakeRefused();
    }
  }

  /** What one connection may have waiting now; 0 or less if there is nothing left to share. */
  long share() {
    return (sharedBytes - bytes.get()) / SHARES;
  }

  /** Whether a connection that has nothing waiting gets something. */
  boolean hasRoom() {
    long taken = bytes.get();
    if (taken >= sharedBytes) {
      scarce = true;
    }
    return taken < maxBytes;
  }

  /**
   * Whether somebody who has nothing waiting is held up or got what is kept, or was and did since
   * this was last asked: where many wait for the little that becomes free now and then, the line is
   * empty at times.
   */
  boolean takeScarce() {
    boolean was = scarce;
    scarce = !refused.isEmpty();
    return was || scarce;
  }

  /**
   * Puts a connection into line.
   *
   * @param room run when there is room again, on any thread, also before this returns
   */
  void refused(Runnable room) {
    refused.add(room);
    scarce = true;
    if (bytes.get() < maxBytes) {
      wakeRefused(); // there was room again before it stood in line
    }
  }

  private void wakeRefused() {
    for (Runnable next = refused.poll(); next != null; next = refused.poll()) {
      next.run();
    }
  }

  long bytes() {
    return bytes.get();
  }
}
