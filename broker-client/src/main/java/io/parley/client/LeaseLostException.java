package io.parley.client;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;

/** A settle that didn't count, because its lease had ended. */
public final class LeaseLostException extends ParleyException {
  private static final long serialVersionUID = 1L;

  LeaseLostException(String message) {
    super(ErrorCode.LEASE_LOST, message);
  }
}
