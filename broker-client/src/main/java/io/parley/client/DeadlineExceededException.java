package io.parley.client;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;

/**
 * A command or event wasn't sent, because the {@link Deadline} its sender is within was over by
 * then. The broker knows nothing of it.
 */
public final class DeadlineExceededException extends ParleyException {
  private static final long serialVersionUID = 1L;

  DeadlineExceededException(String message) {
    super(ErrorCode.DEADLINE_EXCEEDED, message);
  }
}
