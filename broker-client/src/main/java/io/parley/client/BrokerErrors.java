package io.parley.client;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.frame.Response;
import java.time.Duration;

/** Exceptions for what the broker refuses. */
final class BrokerErrors {
  private BrokerErrors() {}

  static ParleyException of(Response.Failure failure) {
    return of(failure.code(), failure.message(), failure.retryAfterMs());
  }

  static ParleyException of(Response.Refusal refusal) {
    return of(refusal.code(), refusal.message(), refusal.retryAfterMs());
  }

  static ParleyException of(Response.SettleRefusal refusal) {
    return of(refusal.code(), refusal.message(), 0);
  }

  private static ParleyException of(ErrorCode code, String message, int retryAfterMs) {
    return switch (code) {
      case LEASE_LOST -> new LeaseLostException(message);
      case NO_RESPONDER -> new QueryException.Unavailable(message);
      case DEADLINE_EXCEEDED -> new QueryException.DeadlineExceeded(message);
      case ANSWER_BROKEN_OFF -> new QueryException.BrokenOff(message);
      default -> new ParleyException(code, message, Duration.ofMillis(retryAfterMs));
    };
  }

  static ParleyException tooLarge(String what, int bytes, int max) {
    return new ParleyException(
        ErrorCode.MESSAGE_TOO_LARGE,
        what + ": " + bytes + " bytes (expected: at most " + max + ")");
  }
}
