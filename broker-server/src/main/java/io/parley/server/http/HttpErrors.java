package io.parley.server.http;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import java.util.Map;

/** Says errors of the one table in HTTP's words. */
final class HttpErrors {
  private HttpErrors() {}

  /** The answer to a refusal. */
  static Answer of(ParleyException refusal) {
    int status = statusOf(refusal.code());
    Answer answer = of(status, refusal.code(), String.valueOf(refusal.getMessage()));
    if (refusal.code() == ErrorCode.UNAUTHENTICATED) {
      return answer.with(Map.of("WWW-Authenticate", "Basic realm=\"Parley\", charset=\"UTF-8\""));
    }
    if (!refusal.retryAfter().isZero()) {
      // Whole seconds, never too early.
      return answer.with(
          Map.of("Retry-After", Long.toString(refusal.retryAfter().plusMillis(999).toSeconds())));
    }
    return answer;
  }

  /** An error with a status of its own. */
  static Answer of(int status, ErrorCode code, String message) {
    return Answer.json(
        status,
        Json.object(
            json -> {
              json.writeObjectFieldStart("error");
              json.writeStringField("code", code.name());
              json.writeNumberField("number", code.number());
              json.writeStringField("message", message);
              json.writeStringField("help", code.help());
              json.writeEndObject();
            }));
  }

  /** The HTTP status of an error. */
  static int statusOf(ErrorCode code) {
    return switch (code) {
      case MALFORMED_FRAME,
          UNSUPPORTED_VERSION,
          INVALID_ARGUMENT,
          INVALID_NAME,
          CORRUPT_MESSAGE,
          BAD_QUERY ->
          400;
      case UNAUTHENTICATED, NOT_IDENTIFIED -> 401;
      case NOT_PERMITTED -> 403;
      case NAMESPACE_NOT_FOUND, NOT_FOUND, TYPE_NOT_DECLARED -> 404;
      case OUT_OF_SEQUENCE,
          SESSION_TAKEN_OVER,
          WRONG_KIND,
          TOO_MANY,
          OWNED_BY,
          LEASE_LOST,
          ALREADY_SETTLED,
          NOT_REJECTABLE,
          NOT_CANCELLABLE,
          CANCELLED ->
          409;
      case FRAME_TOO_LARGE, MESSAGE_TOO_LARGE -> 413;
      case QUOTA_EXCEEDED -> 429;
      case DATA_FORMAT_TOO_NEW, DATA_DIRECTORY_LOCKED, DATA_CORRUPT, INTERNAL -> 500;
      case GOING_AWAY,
          NOT_LEADER,
          STORE_UNAVAILABLE,
          OVERLOADED,
          DRAINING,
          NO_RESPONDER,
          ANSWER_BROKEN_OFF,
          NOT_CONNECTED ->
          503;
      case DEADLINE_EXCEEDED, UNCONFIRMED -> 504;
    };
  }
}
