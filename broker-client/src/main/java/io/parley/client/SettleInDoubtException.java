package io.parley.client;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;

/**
 * It isn't known whether a settle counted. It was on its way when the connection ended, and was
 * said again on the next one; there its lease was over. Most often that was this very settle, whose
 * answer was lost: the message is settled, or waits for its next attempt. But it may have been
 * given to another consumer without it.
 */
public final class SettleInDoubtException extends ParleyException {
  private static final long serialVersionUID = 1L;

  SettleInDoubtException(ErrorCode code, long sequence, String message) {
    super(
        code,
        "settle of message "
            + sequence
            + " may have counted: the connection ended before its answer, and said again it was"
            + " refused ("
            + message
            + ")");
  }
}
