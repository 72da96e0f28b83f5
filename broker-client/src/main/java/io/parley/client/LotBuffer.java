package io.parley.client;

import io.parley.protocol.model.MessageRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Messages of a consumer that wait to be begun, and who is at them. Filled by the event loop;
 * emptied by handler threads, or by whoever takes. Everything in here is under one lock.
 *
 * <p>Invariants: messages are taken in the order of delivery, and each that is taken counts as
 * started, for the connection that is up.
 *
 * @param <D> what those who take are given
 */
final class LotBuffer<D> {
  private final Leasing<D> leasing;
  private final int concurrency;

  /** Guards what of a lot is handed out, too. */
  private final ReentrantLock lock = new ReentrantLock();

  /** For those who take without handler threads. */
  private final Condition notEmpty = lock.newCondition();

  private final Deque<Lot> lots = new ArrayDeque<>();
  private boolean ended;

  /** Those in a handler now. */
  private final Set<Thread> handling = new HashSet<>();

  /** Pieces of work that are under way or wait for a thread; at most the concurrency. */
  private int works;

  /** Written under {@code lock}. */
  private volatile long started;

  /** Makes the object a message is in while somebody holds it. */
  interface Leasing<D> {
    D lease(Lot lot, int index, MessageRecord record);
  }

  /**
   * An empty one.
   *
   * @param concurrency most pieces of work at once
   */
  LotBuffer(Leasing<D> leasing, int concurrency) {
    this.leasing = leasing;
    this.concurrency = concurrency;
  }

  // ---- event loop

  /**
   * Adds what was delivered.
   *
   * @return how many more pieces of work there have to be now
   */
  int add(Lot lot) {
    lock.lock();
    try {
      lots.add(lot);
      int more = Math.min(lot.count(), concurrency - works);
      works += more;
      notEmpty.signalAll();
      return more;
    } finally {
      lock.unlock();
    }
  }

  /** Takes out all lots. */
  void clear(Consumer<Lot> each) {
    lock.lock();
    try {
      lots.forEach(each);
      lots.clear();
    } finally {
      lock.unlock();
    }
  }

  /** Takes out all lots, and nothing comes any more. */
  void end(Consumer<Lot> each) {
    lock.lock();
    try {
      clear(each);
      ended = true;
      notEmpty.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Interrupts those in a handler. */
  void interrupt() {
    lock.lock();
    try {
      handling.forEach(Thread::interrupt);
    } finally {
      lock.unlock();
    }
  }

  /** There is no message yet of the next connection. */
  void countAnew() {
    lock.lock();
    try {
      started = 0;
    } finally {
      lock.unlock();
    }
  }

  /** How many messages of this connection were taken. Any thread. */
  long started() {
    return started;
  }

  /** Whether handling began of messages in these lots that aren't settled. */
  boolean isAnyBegun(Collection<Lot> of) {
    lock.lock();
    try {
      return of.stream().anyMatch(Lot::isBegun);
    } finally {
      lock.unlock();
    }
  }

  // ---- handler threads

  /** A thread begins a piece of work. */
  void enter() {
    lock.lock();
    try {
      handling.add(Thread.currentThread());
    } finally {
      lock.unlock();
    }
  }

  /** An interrupt was meant for the handler that is over, or comes with the end. */
  void leave() {
    lock.lock();
    try {
      handling.remove(Thread.currentThread());
    } finally {
      lock.unlock();
    }
    boolean unused = Thread.interrupted();
  }

  /** The next message to begin with; null when there are no more: then this piece of work ends. */
  @Nullable D next() {
    lock.lock();
    try {
      if (lots.isEmpty()) {
        works--;
        return null;
      }
      return takeFirst();
    } finally {
      lock.unlock();
    }
  }

  /** Takes the first of what is there, under the lock: it counts as started. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock, only read without it
  private D takeFirst() {
    Lot lot = lots.element();
    MessageRecord record = new MessageRecord();
    int index = lot.takeNext(record);
    if (!lot.hasNext()) {
      lots.remove();
    }
    started++;
    return leasing.lease(lot, index, record);
  }

  /**
   * Takes more of what is there, in order, up to the first that doesn't fit. Doesn't wait.
   *
   * @param fits asked with the type of each
   */
  List<D> takeMore(int max, Predicate<String> fits) {
    List<D> more = new ArrayList<>();
    lock.lock();
    try {
      while (more.size() < max && !lots.isEmpty()) {
        String type = lots.element().nextType();
        if (type == null || !fits.test(type)) {
          break;
        }
        more.add(takeFirst());
      }
    } finally {
      lock.unlock();
    }
    return more;
  }

  // ---- any thread, where there are no handler threads

  /** The next message; null if there is none in time, or no more at all. */
  @Nullable D poll(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (lots.isEmpty()) {
        if (ended || left <= 0) {
          return null;
        }
        left = notEmpty.awaitNanos(left);
      }
      return takeFirst();
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing more can ever be taken. */
  boolean isEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }
}
