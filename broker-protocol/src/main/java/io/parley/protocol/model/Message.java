package io.parley.protocol.model;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message with everything the sender said of it. {@link MessageRecord} is its encoded form.
 *
 * @param id its identity
 * @param kind command, event or query
 * @param type the name of its type, checked by {@link Names}
 * @param key the ordering key: messages of one key are handled one at a time and in order
 * @param correlationId the conversation
 * @param causationId the message that caused this one
 * @param notBeforeMs earliest handling, milliseconds since the epoch; 0 for at once
 * @param expiresAtMs latest start of handling, milliseconds since the epoch; 0 for never
 * @param priority 0 (default) to 9 (first)
 * @param dedupById whether the broker drops a second message with this id inside its window
 * @param trackOutcome whether a command's completion is kept in the outcome ledger
 * @param contentType media type of the body
 * @param headers the application's own
 * @param body the payload; not copied, so the caller must not change it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; copying every payload would cost more
public record Message(
    MessageId id,
    MessageKind kind,
    String type,
    @Nullable String key,
    @Nullable MessageId correlationId,
    @Nullable MessageId causationId,
    long notBeforeMs,
    long expiresAtMs,
    int priority,
    boolean dedupById,
    boolean trackOutcome,
    @Nullable String contentType,
    Map<String, String> headers,
    byte[] body) {

  /** Highest priority. */
  public static final int PRIORITY_MAX = 9;

  /** Checks the names and numbers; {@link MessageRecord#encode} checks the sizes. */
  public Message {
    Names.require("type", type);
    if (priority < 0 || priority > PRIORITY_MAX) {
      throw new IllegalArgumentException(
          "priority: " + priority + " (expected: 0 to " + PRIORITY_MAX + ")");
    }
    if (notBeforeMs < 0) {
      throw new IllegalArgumentException(
          "not before: " + notBeforeMs + " ms (expected: 0 or more)");
    }
    if (expiresAtMs < 0) {
      throw new IllegalArgumentException(
          "expires at: " + expiresAtMs + " ms (expected: 0 or more)");
    }
    if (key != null && key.isEmpty()) {
      throw new IllegalArgumentException(
          "ordering key: empty (expected: absent or 1 to 200 bytes)");
    }
  }
}
