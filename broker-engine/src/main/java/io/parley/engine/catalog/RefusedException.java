package io.parley.engine.catalog;

import io.parley.protocol.ErrorCode;

/**
 * The catalog refuses a change; nothing was changed. Without a stack trace: a sender may be refused
 * thousands of messages at once.
 */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  RefusedException(ErrorCode code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  /** Which error of the one table. */
  public ErrorCode code() {
    return code;
  }

  /** What was wrong with which value, and what was expected. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
