package io.parley.protocol;

import java.time.Duration;

/**
 * A request that was refused or failed, with its {@link ErrorCode}. Safe to share across threads.
 */
public class ParleyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final Duration retryAfter;

  /** A refusal without a time to wait. */
  public ParleyException(ErrorCode code, String message) {
    this(code, message, Duration.ZERO);
  }

  /**
   * A refusal.
   *
   * @param message what was wrong with which value, and what was expected
   * @param retryAfter how long to wait before trying again; zero where the broker gave no time
   */
  public ParleyException(ErrorCode code, String message, Duration retryAfter) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** Which error of the one table. */
  public ErrorCode code() {
    return code;
  }

  /** How long to wait before trying again; zero where the broker gave no time. */
  public Duration retryAfter() {
    return retryAfter;
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + ": " + code + ": " + getMessage();
  }
}
