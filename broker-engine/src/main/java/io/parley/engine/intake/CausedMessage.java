package io.parley.engine.intake;

import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import org.jspecify.annotations.Nullable;

/**
 * A message that belongs to a conversation: it was caused by another, or caused one itself.
 *
 * @param correlationId the conversation's; that of its first message
 * @param causationId the message that caused it; null if it is the first
 * @param storedAtMs when it was stored or, of the first, when it was completed; milliseconds since
 *     the epoch
 */
public record CausedMessage(
    MessageId id,
    MessageId correlationId,
    @Nullable MessageId causationId,
    MessageKind kind,
    String type,
    long storedAtMs) {

  /** The message in a record; one without conversation is its first. */
  public static CausedMessage of(MessageRecord record, long storedAtMs) {
    MessageId correlationId = record.correlationId();
    return new CausedMessage(
        record.id(),
        correlationId == null ? record.id() : correlationId,
        record.causationId(),
        record.kind(),
        record.type(),
        storedAtMs);
  }
}
