package io.parley.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Bytes as text. */
final class Bytes {
  private Bytes() {}

  /** The text the bytes are in UTF-8, or null if they aren't. */
  static @Nullable String textOrNull(byte[] bytes) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** Adds {@code body}, null if it is no text, and {@code bodyBase64}. */
  static void putBody(Map<String, @Nullable Object> json, byte[] body) {
    json.put("body", textOrNull(body));
    json.put("bodyBase64", Base64.getEncoder().encodeToString(body));
  }
}
