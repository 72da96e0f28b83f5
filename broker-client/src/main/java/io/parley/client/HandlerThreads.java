package io.parley.client;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Threads for handlers, of which as few are awake as keep up: to wake one costs more than a quick
 * handler takes. While handlers are quick, there are as many awake as processors; where they are
 * slow, or work isn't taken up within one or two milliseconds, as many as there is work for.
 *
 * <p>{@link #execute} by the event loop alone.
 */
final class HandlerThreads {
  /** A handler that takes longer is slow: it may wait for something. */
  private static final long QUICK_NANOS = 50_000;

  private static final int LOOK_AGAIN_MS = 1;

  /** Of so many handlings, about, the time is averaged. */
  private static final int AVERAGED = 8;

  private final Connection connection;
  private final ThreadPoolExecutor pool;
  private final int max;
  private final int quickMax;
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger awake = new AtomicInteger();

  /** Of the last handlings. Several threads write it, each its guess. */
  private volatile long averageNanos;

  // event loop
  private boolean looking;
  private @Nullable Runnable lastSeen;

  HandlerThreads(Connection connection, int max, ThreadFactory factory) {
    this.connection = connection;
    this.max = max;
    this.quickMax = Math.min(max, Runtime.getRuntime().availableProcessors());
    this.pool =
        new ThreadPoolExecutor(max, max, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
    // A process whose main thread ends goes on answering.
    pool.prestartCoreThread();
  }

  /** Has something run, soon after what was handed over before. */
  void execute(Runnable work) {
    waiting.add(work);
    if (awake.get() < (averageNanos < QUICK_NANOS ? quickMax : max)) {
      wakeOne();
    }
    lookAgain();
  }

  private void lookAgain() {
    if (!looking) {
      looking = true;
      connection.later(this::look, LOOK_AGAIN_MS);
    }
  }

  /** Nobody took up what waited the last time: all who are awake are at something slow. */
  private void look() {
    looking = false;
    Runnable next = waiting.peek();
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
    for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
      long begin = System.nanoTime();
      next.run();
      long average = averageNanos;
      averageNanos = average + (System.nanoTime() - begin - average) / AVERAGED;
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
