package io.parley.client;

import io.parley.protocol.model.Payload;

/**
 * Turns bodies into bytes and back. One codec serves a whole client, from any thread.
 *
 * <p>{@link #standard()} is used unless {@link ParleyClient.Builder#codec} names another.
 */
public interface PayloadCodec {

  /**
   * Bytes and media type of a body.
   *
   * @param body what was handed to send, publish, ask, complete or answer; never null
   * @throws io.parley.protocol.ParleyException with {@code INVALID_ARGUMENT} if it can't
   */
  Payload encode(Object body);

  /**
   * A body of the wanted class.
   *
   * @throws io.parley.protocol.ParleyException with {@code INVALID_ARGUMENT} if the bytes aren't
   *     one. In a handler this dead-letters the message at once: no retry can help.
   */
  <T> T decode(Payload payload, Class<T> type);

  /**
   * Knows by class what to do: {@code byte[]} goes as it is, {@link String} as UTF-8 text, {@link
   * Payload} as it is with its own media type; everything else as JSON, for which {@code
   * com.fasterxml.jackson.core:jackson-databind} has to be on the class path.
   */
  static PayloadCodec standard() {
    return StandardPayloadCodec.INSTANCE;
  }
}
