package io.parley.client;

import io.parley.systemtests.concurrency.Interleavings;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Validate;
import org.junit.jupiter.api.Test;

/**
 * What is handed over is run by the threads that are awake or woken, not first when time passes.
 */
public class HandlerThreadsInterleavingsTest {
  @Test
  void shouldRunAllWorkWithoutLookingAgain() {
    Interleavings.check(
        Piece.class, List.of(List.of("execute", "execute"), List.of("work", "work")));
  }

  /** The event loop that hands over, and two threads of the pool. */
  public static class Piece {
    private final Pool pool = new Pool();
    private final HandlerThreads threads = new HandlerThreads((work, delayMs) -> {}, 1, pool);
    private final AtomicInteger handedOver = new AtomicInteger();
    private final AtomicInteger run = new AtomicInteger();

    @Operation
    public void execute() {
      handedOver.incrementAndGet();
      threads.execute(run::incrementAndGet);
    }

    @Operation
    public void work() {
      pool.step();
    }

    @Validate
    public void nothingIsForgotten() {
      while (pool.step()) {
        // on
      }
      if (run.get() != handedOver.get()) {
        throw new IllegalStateException(run + " of " + handedOver + " run, and no thread is awake");
      }
    }
  }

  /** Threads that do what they were woken for when they are told to. */
  private static final class Pool extends AbstractExecutorService {
    private final Queue<Runnable> woken = new ConcurrentLinkedQueue<>();

    @Override
    public void execute(Runnable command) {
      woken.add(command);
    }

    boolean step() {
      Runnable next = woken.poll();
      if (next != null) {
        next.run();
      }
      return next != null;
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }
}
