package io.parley.client.jdbc;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what must happen soon, and says what didn't. */
final class Await {
  private static final long PATIENCE_SECONDS = 60;

  private Await() {}

  /** Waits for something no event tells of. */
  static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + PATIENCE_SECONDS + " s: " + what);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  /** The next things to arrive. */
  static <T> List<T> next(BlockingQueue<T> arriving, int count) throws InterruptedException {
    List<T> all = new java.util.ArrayList<>();
    for (int i = 0; i < count; i++) {
      T next = arriving.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("only " + i + " of " + count + " arrived: " + all);
      }
      all.add(next);
    }
    return all;
  }
}
