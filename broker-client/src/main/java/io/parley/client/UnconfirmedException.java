package io.parley.client;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;

/**
 * A message wasn't confirmed in time. The client goes on trying until it is closed, so the message
 * may be stored yet: don't send it again under another id.
 */
public final class UnconfirmedException extends ParleyException {
  private static final long serialVersionUID = 1L;

  private final transient MessageId id;

  UnconfirmedException(MessageId id, String message) {
    super(ErrorCode.UNCONFIRMED, message);
    this.id = id;
  }

  /** The message's id. */
  public MessageId id() {
    return id;
  }
}
