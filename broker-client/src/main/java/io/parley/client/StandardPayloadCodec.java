package io.parley.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.Payload;
import org.jspecify.annotations.Nullable;

/** {@link PayloadCodec#standard()}. */
final class StandardPayloadCodec implements PayloadCodec {
  static final StandardPayloadCodec INSTANCE = new StandardPayloadCodec(jsonIfPresent());

  static final String TEXT = "text/plain; charset=utf-8";

  private final @Nullable PayloadCodec json;

  /**
   * A codec.
   *
   * @param json for everything that is neither bytes nor text; null where Jackson is absent
   */
  StandardPayloadCodec(@Nullable PayloadCodec json) {
    this.json = json;
  }

  @Override
  public Payload encode(Object body) {
    if (body instanceof byte[] bytes) {
      return new Payload(null, bytes);
    }
    if (body instanceof String text) {
      return new Payload(TEXT, text.getBytes(UTF_8));
    }
    if (body instanceof Payload payload) {
      return payload;
    }
    return json(body.getClass()).encode(body);
  }

  @Override
  public <T> T decode(Payload payload, Class<T> type) {
    if (type == byte[].class) {
      return type.cast(payload.bytes());
    }
    if (type == String.class) {
      return type.cast(new String(payload.bytes(), UTF_8));
    }
    if (type == Payload.class) {
      return type.cast(payload);
    }
    return json(type).decode(payload, type);
  }

  private PayloadCodec json(Class<?> type) {
    if (json == null) {
      throw new ParleyException(
          ErrorCode.INVALID_ARGUMENT,
          "payload class: "
              + type.getName()
              + " (expected: byte[] or String, or add com.fasterxml.jackson.core:jackson-databind"
              + " to the class path for JSON, or set a PayloadCodec)");
    }
    return json;
  }

  private static @Nullable PayloadCodec jsonIfPresent() {
    try {
      Class.forName("com.fasterxml.jackson.databind.ObjectMapper");
      return new JsonPayloadCodec();
    } catch (ClassNotFoundException | NoClassDefFoundError e) {
      return null;
    }
  }
}
