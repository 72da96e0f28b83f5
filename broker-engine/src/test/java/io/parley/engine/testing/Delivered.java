package io.parley.engine.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.protocol.model.Message;

/**
 * One message as it was delivered.
 *
 * @param deliveredAs number among its consumer's deliveries, from 1
 */
public record Delivered(
    long sequence, long epoch, int attempt, long storedAtMs, long deliveredAs, Message message) {

  /** The body's text, without padding. */
  public String body() {
    byte[] bytes = message.body();
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    return new String(bytes, 0, end, UTF_8);
  }
}
