package io.parley.server.admin;

import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A conversation: a message, and what it caused.
 *
 * @param correlationId the conversation's, and the id of its first message
 * @param messages in the order in which they were stored, then queries in the order in which they
 *     ended
 * @param more whether there are more than these
 * @param missed messages of all conversations that were not written down since the broker started,
 *     because too many came at once
 */
public record TraceInfo(MessageId correlationId, List<Traced> messages, boolean more, long missed) {

  /** Copies the list. */
  public TraceInfo {
    messages = List.copyOf(messages);
  }

  /**
   * One message.
   *
   * @param causationId the message that caused it; null if none did
   * @param storedAt when it was stored or, of a query, asked
   * @param state where it stands, or how it ended; null where that isn't known in time, and for
   *     queries
   * @param answered of a query, how it ended; null for others
   */
  public record Traced(
      MessageId id,
      @Nullable MessageId causationId,
      MessageKind kind,
      String type,
      Instant storedAt,
      @Nullable ExplanationInfo state,
      @Nullable Answered answered) {}

  /**
   * How a query ended.
   *
   * @param result the answer's status, or the name of the error there was in its place
   * @param tookMicros from asking to its end
   */
  public record Answered(String result, long tookMicros) {}
}
