package io.parley.systemtests.concurrency;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs pieces that are too large for {@link Interleavings}: threads go through many new pieces, one
 * after the other and side by side, so that they meet in each at another moment.
 */
public final class Stress {
  private static final int PIECES = 2_000;

  private Stress() {}

  /**
   * Goes on for so many milliseconds, or until something throws.
   *
   * @param make a new piece
   * @param threads what each of them does to a piece
   * @param after looks at a piece that all have been at
   */
  public static <P> void check(
      int ms, Supplier<P> make, List<Consumer<P>> threads, Consumer<P> after) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads.size());
    try {
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
      while (System.nanoTime() < end) {
        List<P> pieces = new ArrayList<>();
        for (int i = 0; i < PIECES; i++) {
          pieces.add(make.get());
        }
        AtomicInteger arrived = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        for (Consumer<P> each : threads) {
          running.add(
              pool.submit(
                  () -> {
                    for (int i = 0; i < PIECES; i++) {
                      arrived.incrementAndGet();
                      while (arrived.get() < (i + 1) * threads.size()) {
                        Thread.yield();
                      }
                      each.accept(pieces.get(i));
                    }
                    return null;
                  }));
        }
        for (Future<?> each : running) {
          each.get();
        }
        pieces.forEach(after);
      }
    } finally {
      pool.shutdownNow();
    }
  }
}
