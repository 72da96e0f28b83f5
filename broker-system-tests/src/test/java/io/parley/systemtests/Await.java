package io.parley.systemtests;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what must happen soon, and says what didn't. */
final class Await {
  /** Long enough for the slowest machine; nothing waits this long unless it is broken. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private Await() {}

  /** Waits for something no event tells of. */
  static void until(String what, BooleanSupplier condition) {
    until(what, PATIENCE, condition);
  }

  /** Waits this long for something no event tells of. */
  static void until(String what, Duration patience, BooleanSupplier condition) {
    long end = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + patience + ": " + what);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** What a future completes with. */
  static <T> T result(CompletableFuture<T> future) throws Exception {
    return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** What a future fails with. */
  static Throwable failure(CompletableFuture<?> future) throws Exception {
    try {
      Object result = future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      throw new AssertionError("succeeded with " + result + " (expected: a failure)");
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (TimeoutException e) {
      throw new AssertionError("neither succeeded nor failed within " + PATIENCE, e);
    }
  }

  /** Waits for a latch. */
  static void latch(String what, CountDownLatch latch) throws InterruptedException {
    if (!latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("not within " + PATIENCE + ": " + what);
    }
  }
}
