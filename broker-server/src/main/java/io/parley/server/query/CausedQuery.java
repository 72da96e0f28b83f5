package io.parley.server.query;

import io.parley.protocol.model.MessageId;

/**
 * A query that was asked while a message was handled, once it is over.
 *
 * @param correlationId the conversation's
 * @param causationId the message in hand when it was asked
 * @param askedAtMs milliseconds since the epoch
 * @param result the answer's status, such as {@code 200}, or why there was none, such as {@code
 *     DEADLINE_EXCEEDED}
 * @param tookMicros from asking to its end, as the broker saw it
 */
public record CausedQuery(
    MessageId id,
    MessageId correlationId,
    MessageId causationId,
    String type,
    long askedAtMs,
    String result,
    long tookMicros) {

  CausedQuery ended(String withResult, long afterNanos) {
    return new CausedQuery(
        id, correlationId, causationId, type, askedAtMs, withResult, afterNanos / 1_000);
  }
}
