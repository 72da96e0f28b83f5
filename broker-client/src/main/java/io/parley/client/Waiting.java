package io.parley.client;

import io.parley.protocol.ParleyException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Waiting in callers' threads for what the event loop completes. */
final class Waiting {
  private Waiting() {}

  /**
   * The future's result.
   *
   * @param onTimeout what to throw if it isn't there in time, or the thread is interrupted
   * @throws ParleyException the one the future failed with, with the caller's stack trace
   */
  static <T> T await(
      CompletableFuture<T> future, Duration timeout, Supplier<ParleyException> onTimeout) {
    try {
      return future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw onTimeout.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ParleyException interrupted = onTimeout.get();
      interrupted.addSuppressed(e);
      throw interrupted;
    } catch (ExecutionException e) {
      throw unwrapped(cause(e));
    }
  }

  /** Whether it ends in time; what it fails with is of no interest any more. */
  static boolean finishes(CompletableFuture<?> future, long untilNanos) {
    try {
      Object unused = future.get(untilNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static RuntimeException unwrapped(Throwable cause) {
    if (cause instanceof ParleyException known) {
      // Made on the event loop, whose stack tells the caller nothing.
      known.fillInStackTrace();
      return known;
    }
    return cause instanceof RuntimeException other ? other : new CompletionException(cause);
  }

  /** What a future failed with, out of its wrappers. */
  static Throwable cause(Throwable failure) {
    Throwable cause = failure.getCause();
    boolean isWrapper =
        failure instanceof CompletionException || failure instanceof ExecutionException;
    return isWrapper && cause != null ? cause(cause) : failure;
  }
}
