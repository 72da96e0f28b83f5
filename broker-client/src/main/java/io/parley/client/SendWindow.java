package io.parley.client;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How much may be sent and not yet confirmed: so many messages, and so many bytes as the broker
 * allows. Senders wait here for room. Any thread.
 */
final class SendWindow {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final int messagesMax;
  private long bytesMax = Long.MAX_VALUE;
  private int messages;
  private long bytes;
  private boolean closed;

  SendWindow(int messagesMax) {
    this.messagesMax = messagesMax;
  }

  /** What the broker allows from now on. */
  void limitBytes(long max) {
    lock.lock();
    try {
      bytesMax = max;
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes room for one message. An empty window takes one of any size.
   *
   * @param timeoutNanos how long to wait for it
   * @return false if there is none, or the window was closed
   */
  boolean acquire(int size, long timeoutNanos) throws InterruptedException {
    lock.lock();
    try {
      long left = timeoutNanos;
      while (!closed && isFull(size)) {
        if (left <= 0) {
          return false;
        }
        left = room.awaitNanos(left);
      }
      if (closed) {
        return false;
      }
      messages++;
      bytes += size;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean isFull(int size) {
    return messages >= messagesMax || (messages > 0 && bytes + size > bytesMax);
  }

  /** Gives room back. */
  void release(int count, long size) {
    lock.lock();
    try {
      messages -= count;
      bytes -= size;
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Lets nobody in any more; who waits gives up. */
  void close() {
    lock.lock();
    try {
      closed = true;
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** For errors: what is on its way. */
  @Override
  public String toString() {
    lock.lock();
    try {
      return messages
          + " messages, "
          + bytes
          + " bytes unconfirmed (limits: "
          + messagesMax
          + " messages, "
          + bytesMax
          + " bytes)";
    } finally {
      lock.unlock();
    }
  }
}
