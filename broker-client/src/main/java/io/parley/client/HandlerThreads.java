package io.parley.client;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Threads for handlers, of which as few are awake as keep up: to wake one costs more than a quick
 * handler takes. While handlers are quick, there are as many awake as processors; where they are
 * slow, or work isn't taken up within one or two milliseconds, as many as there is work for.
 * However many consumers share them, there are as many threads as that needs.
 *
 * <p>By the event loop alone, where a method doesn't say otherwise.
 */
final class HandlerThreads {
  /** A handler that takes longer is slow: it may wait for something. */
  private static final long QUICK_NANOS = 50_000;

  private static final int LOOK_AGAIN_MS = 1;

  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  /** Of so many handlings, about, the time is averaged. */
  private static final int AVERAGED = 8;

  private static final int IDLE_THREAD_ENDS_AFTER_S = 10;

  /** Some handling, one after the other. */
  interface Work {
    /**
     * Handles.
     *
     * @return how many messages or questions
     */
    int run();
  }

  /** Has the event loop do something after a while. */
  interface Timer {
    void later(Runnable work, int delayMs);
  }

  private final Timer timer;
  private final ExecutorService pool;
  private final Queue<Work> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger awake = new AtomicInteger();

  /** Of the last handlings. Several threads write it, each its guess. */
  private volatile long averageNanos;

  // event loop
  private int max;
  private boolean looking;
  private @Nullable Work lastSeen;

  HandlerThreads(Timer timer, int max, ExecutorService pool) {
    this.timer = timer;
    this.max = max;
    this.pool = pool;
  }

  /** Some for a connection. */
  static HandlerThreads of(Connection connection, int max, ThreadFactory factory) {
    // An idle thread is used before a new one is made; how many that can be, this class decides.
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            1,
            Integer.MAX_VALUE,
            IDLE_THREAD_ENDS_AFTER_S,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            factory);
    // A process whose main thread ends goes on handling.
    pool.prestartCoreThread();
    return new HandlerThreads(connection::later, max, pool);
  }

  /** There may be so many more threads, or fewer. */
  void addThreads(int more) {
    max += more;
  }

  /** How many there may be. */
  int max() {
    return max;
  }

  /** Has something run, soon after what was handed over before. */
  void execute(Work work) {
    waiting.add(work);
    if (awake.get() < (averageNanos < QUICK_NANOS ? quickMax() : max)) {
      wakeOne();
    }
    lookAgain();
  }

  private int quickMax() {
    return Math.min(max, PROCESSORS);
  }

  /** Whether others wait for a thread. Any thread. */
  boolean isAnyWaiting() {
    return !waiting.isEmpty();
  }

  /** Goes on with some work after what waits. By the thread that runs it, as the last it does. */
  void continueLater(Work work) {
    waiting.add(work);
  }

  private void lookAgain() {
    if (!looking) {
      looking = true;
      timer.later(this::look, LOOK_AGAIN_MS);
    }
  }

  /** Nobody took up what waited the last time: all who are awake are at something slow. */
  private void look() {
    looking = false;
    Work next = waiting.peek();
    if (next != null && !pool.isShutdown()) {
      if (next == lastSeen) {
        for (int more = Math.min(waiting.size(), max - awake.get()); more > 0; more--) {
          wakeOne();
        }
      }
      lookAgain();
    }
    lastSeen = next;
  }

  private void wakeOne() {
    awake.incrementAndGet();
    pool.execute(this::work);
  }

  private void work() {
    boolean more = true;
    while (more) {
      try {
        runAll();
      } finally {
        awake.decrementAndGet();
      }
      // What came in between may have found enough awake.
      more = !waiting.isEmpty();
      if (more) {
        awake.incrementAndGet();
      }
    }
  }

  private void runAll() {
    for (Work next = waiting.poll(); next != null; next = waiting.poll()) {
      long begin = System.nanoTime();
      int handled = next.run();
      if (handled > 0) {
        long average = averageNanos;
        averageNanos = average + ((System.nanoTime() - begin) / handled - average) / AVERAGED;
      }
    }
  }

  /** Ends the threads once all is run. */
  void shutdown() {
    pool.shutdown();
  }

  /** Ends the threads, and interrupts what they are at. */
  void shutdownNow() {
    pool.shutdownNow();
  }
}
