package io.parley.load;

import java.util.concurrent.locks.LockSupport;

/** Time as a run sees it. Any thread. */
interface LoadClock {
  /** Nanoseconds since some moment; differences count, as with {@link System#nanoTime}. */
  long nanos();

  /**
   * Returns at this time, or soon after it.
   *
   * @throws InterruptedException if the thread is interrupted before
   */
  void awaitUntil(long nanos) throws InterruptedException;

  /** The machine's. */
  static LoadClock system() {
    return new LoadClock() {
      @Override
      public long nanos() {
        return System.nanoTime();
      }

      @Override
      public void awaitUntil(long nanos) throws InterruptedException {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
          if (Thread.interrupted()) {
            throw new InterruptedException();
          }
          LockSupport.parkNanos(this, left);
        }
      }
    };
  }
}
