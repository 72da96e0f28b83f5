package io.parley.client;

import io.parley.protocol.ParleyException;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a client ends in good order, each step waiting for the one before:
 *
 * <pre>
 *   registrations stop ──▶ what was sent is confirmed ──▶ GOODBYE ──▶ connection closed
 *   (drain timeout for both)                              (2 s)       (2 s)
 * </pre>
 *
 * <p>Waits in the caller's thread; the steps themselves run on the event loop.
 */
final class Closing {
  /** How long to wait for the broker's goodbye, and for the connection to end. */
  private static final Duration FAREWELL = Duration.ofSeconds(2);

  private final Connection connection;
  private final Sends sends;

  Closing(Connection connection, Sends sends) {
    this.connection = connection;
    this.sends = sends;
  }

  /**
   * Drains and closes. What isn't finished in time is given up: the broker takes it back.
   *
   * @param drainTimeout for running handlers, and for what is sent or settled to be confirmed
   */
  void inGoodOrder(Duration drainTimeout) {
    long until = System.nanoTime() + drainTimeout.toNanos();
    if (Waiting.finishes(stopAll(), until) && Waiting.finishes(onLoop(sends::idle), until)) {
      Waiting.finishes(onLoop(this::goodbye), System.nanoTime() + FAREWELL.toNanos());
    }
    connection.close(false);
    Waiting.finishes(connection.ended(), System.nanoTime() + FAREWELL.toNanos());
  }

  private CompletableFuture<?> stopAll() {
    return onLoop(
        () ->
            CompletableFuture.allOf(
                connection.registrations().stream()
                    .map(Registration::stop)
                    .toArray(CompletableFuture<?>[]::new)));
  }

  /** Runs something on the event loop that completes later. */
  private CompletableFuture<?> onLoop(Supplier<CompletableFuture<?>> action) {
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    connection.execute(
        () -> {
          var unused = action.get().whenComplete((result, failure) -> done.complete(null));
        });
    return done;
  }

  private CompletableFuture<?> goodbye() {
    CompletableFuture<@Nullable Void> said = new CompletableFuture<>();
    if (connection.isUp()) {
      connection.call(new GoodbyeCall(said));
    } else {
      said.complete(null);
    }
    return said;
  }

  /** However it ends, there is nothing left to be done. */
  private static final class GoodbyeCall extends Call {
    private final CompletableFuture<@Nullable Void> said;

    GoodbyeCall(CompletableFuture<@Nullable Void> said) {
      this.said = said;
    }

    @Override
    Request frame() {
      return new Request.Goodbye(correlation());
    }

    @Override
    void answered(Response response) {
      said.complete(null);
    }

    @Override
    void failed(ParleyException reason) {
      said.complete(null);
    }

    @Override
    boolean outlivesConnection() {
      said.complete(null);
      return false;
    }
  }
}
