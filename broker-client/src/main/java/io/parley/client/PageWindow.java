package io.parley.client;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** How many pages of an answer may be sent. Any thread. */
final class PageWindow {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long pages;
  private boolean closed;

  PageWindow(int pages) {
    this.pages = pages;
  }

  void add(int more) {
    lock.lock();
    try {
      pages += more;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** No further page is wanted. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for room and takes it.
   *
   * @return false if there is none in time, or never will be
   */
  boolean takeOne(Duration atMost) throws InterruptedException {
    long left = atMost.toNanos();
    lock.lockInterruptibly();
    try {
      while (pages == 0 && !closed) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      if (closed) {
        return false;
      }
      pages--;
      return true;
    } finally {
      lock.unlock();
    }
  }
}
