package io.parley.client;

import io.netty.util.concurrent.ScheduledFuture;
import io.parley.protocol.ParleyException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A call somebody waits for, up to a time: across connections, with what is left of the time.
 *
 * @param <T> what the future is completed with
 */
abstract class TimedCall<T> extends Call {
  private final Connection connection;
  private final CompletableFuture<T> future = new CompletableFuture<>();
  private final long untilNanos;
  private final long graceMs;
  private @Nullable ScheduledFuture<?> timer;

  /**
   * A call.
   *
   * @param timeoutMs what the broker is told
   * @param graceMs how much longer to wait for its answer
   */
  TimedCall(Connection connection, long timeoutMs, long graceMs) {
    this.connection = connection;
    this.untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    this.graceMs = graceMs;
  }

  /** What to fail with when the time is over. */
  abstract ParleyException timedOut(boolean connected);

  /** The caller waits no longer. */
  void cancelled() {}

  /** Starts it, from any thread. */
  final CompletableFuture<T> start() {
    var unused = future.whenComplete((result, failure) -> connection.execute(this::end));
    connection.execute(this::begin);
    if (connection.isClosed()) {
      // It may have come too late for the event loop to see.
      future.completeExceptionally(Connection.closedException());
    }
    return future;
  }

  private void begin() {
    if (future.isDone()) {
      return;
    }
    connection.call(this);
    if (!future.isDone()) {
      timer =
          connection
              .loop()
              .schedule(
                  () -> future.completeExceptionally(timedOut(connection.isUp())),
                  timeLeftMs() + graceMs,
                  TimeUnit.MILLISECONDS);
    }
  }

  private void end() {
    if (timer != null) {
      timer.cancel(false);
    }
    connection.forget(this);
    if (future.isCancelled()) {
      cancelled();
    }
  }

  /** For the broker: 0 and more. */
  final int timeLeftMs() {
    long left = TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime());
    return (int) Math.max(0, Math.min(Integer.MAX_VALUE, left));
  }

  final void complete(@Nullable T result) {
    future.complete(result);
  }

  @Override
  final void failed(ParleyException reason) {
    future.completeExceptionally(reason);
  }
}
