package io.parley.client;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;

/** No broker of the URI could be reached, or the client was closed before it was. */
public final class NotConnectedException extends ParleyException {
  private static final long serialVersionUID = 1L;

  NotConnectedException(String message) {
    super(ErrorCode.NOT_CONNECTED, message);
  }
}
