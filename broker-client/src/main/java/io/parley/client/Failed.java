package io.parley.client;

/**
 * A failed attempt.
 *
 * @param retryAfterMs {@link #BACK_OFF} for the broker's choice
 * @param isFinal no retry can help
 */
record Failed(String errorClass, String message, long retryAfterMs, boolean isFinal)
    implements CommandResult, EventResult {
  static final long BACK_OFF = -1;
}
