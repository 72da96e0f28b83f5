package io.parley.client;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;

/**
 * It isn't known whether a settle counted. It was on its way when the connection ended, and was
 * said again on the next one; there the message had been settled already: most often by this very
 * settle, whose answer was lost, but it may have been by another consumer, who got the message
 * meanwhile.
 */
public final class SettleInDoubtException extends ParleyException {
  private static final long serialVersionUID = 1L;

  SettleInDoubtException(long sequence, String message) {
    super(
        ErrorCode.ALREADY_SETTLED,
        "message "
            + sequence
            + " was settled, by this or by another settle: the connection ended before the answer"
            + " ("
            + message
            + ")");
  }
}
