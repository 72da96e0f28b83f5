package io.parley.client;

import io.parley.client.ClientInterceptor.After;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Who wants to know how something ended: the last that was added is told first. Filled by one
 * thread, then told once by any.
 *
 * @param <T> what it ends with
 */
final class Afters<T> {
  private final Deque<After<T>> all = new ArrayDeque<>(2);
  private final AtomicBoolean told = new AtomicBoolean();

  void add(@Nullable After<T> after) {
    if (after != null) {
      all.push(after);
    }
  }

  /**
   * Tells all of them; an interceptor's mistakes are its own.
   *
   * @return false if they were told before
   */
  boolean ended(@Nullable T result, @Nullable Throwable failure) {
    if (!told.compareAndSet(false, true)) {
      return false;
    }
    for (After<T> after : all) {
      try {
        after.ended(result, failure);
      } catch (RuntimeException | Error e) {
        System.getLogger("io.parley.client")
            .log(System.Logger.Level.WARNING, "a ClientInterceptor failed", e);
      }
    }
    return true;
  }
}
