package io.parley.cli;

import io.parley.client.PayloadCodec;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.Payload;

/** Bodies as they are: the command moves bytes and has no classes to bind them to. */
final class RawCodec implements PayloadCodec {
  @Override
  public Payload encode(Object body) {
    if (body instanceof Payload payload) {
      return payload;
    }
    throw unexpected(body.getClass());
  }

  @Override
  public <T> T decode(Payload payload, Class<T> type) {
    if (type == Payload.class) {
      return type.cast(payload);
    }
    throw unexpected(type);
  }

  private static ParleyException unexpected(Class<?> type) {
    return new ParleyException(
        ErrorCode.INVALID_ARGUMENT, "payload class: " + type.getName() + " (expected: Payload)");
  }
}
