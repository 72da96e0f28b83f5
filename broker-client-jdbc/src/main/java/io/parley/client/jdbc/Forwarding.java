package io.parley.client.jdbc;

import io.parley.client.Deadline;
import io.parley.client.ParleyClient;
import io.parley.client.PreparedMessage;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Some rows on their way to the broker, in order. The relay's thread. */
final class Forwarding {
  private final List<Sent> sent = new ArrayList<>();

  /** What became of them so far. */
  private final List<OutboxTable.Row> confirmed = new ArrayList<>();

  private final List<Refused> refused = new ArrayList<>();
  private @Nullable Exception trouble;

  private record Sent(OutboxTable.Row row, CompletableFuture<MessageId> confirm) {}

  /** A row the broker will never take, and why. */
  record Refused(OutboxTable.Row row, String reason) {}

  /** Sends them all; waits for room no longer than this. */
  void sendAll(ParleyClient client, List<OutboxTable.Row> rows, Duration patience) {
    Deadline.Scope scope = Deadline.in(patience).enter();
    try {
      for (OutboxTable.Row row : rows) {
        sent.add(new Sent(row, send(client, row)));
      }
    } finally {
      scope.close();
    }
  }

  private static CompletableFuture<MessageId> send(ParleyClient client, OutboxTable.Row row) {
    try {
      return client.forwardAsync(PreparedMessage.read(row.bytes()));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Waits for what becomes of them.
   *
   * @return whether all is known; if not, it can be called again
   */
  boolean await(Duration patience) throws InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    while (!sent.isEmpty()) {
      Sent next = sent.get(sent.size() - 1);
      try {
        // The last first: mostly, when it is there the others are, and one wait is enough.
        MessageId unused =
            next.confirm().get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        confirmed.add(next.row());
      } catch (TimeoutException e) {
        return false;
      } catch (ExecutionException e) {
        failed(next.row(), e.getCause() instanceof Exception cause ? cause : e);
      }
      sent.remove(sent.size() - 1);
    }
    return true;
  }

  private void failed(OutboxTable.Row row, Exception why) {
    if (why instanceof ParleyException known && !known.code().retryable()) {
      refused.add(new Refused(row, known.code() + ": " + known.getMessage()));
    } else if (why instanceof IllegalArgumentException) {
      refused.add(new Refused(row, String.valueOf(why.getMessage())));
    } else {
      trouble = why;
    }
  }

  List<OutboxTable.Row> confirmed() {
    return confirmed;
  }

  List<Refused> refused() {
    return refused;
  }

  /** Why some are to be tried again; null if none. */
  @Nullable Exception trouble() {
    return trouble;
  }
}
