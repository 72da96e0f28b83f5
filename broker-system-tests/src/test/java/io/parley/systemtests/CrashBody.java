package io.parley.systemtests;

import io.parley.client.Delivery;
import java.nio.charset.StandardCharsets;

/**
 * What a message of {@link CrashWorkload} says: {@code NAME}, {@code @EPOCH} if it was emitted, and
 * something to make it larger.
 *
 * @param name its name
 * @param underEpoch epoch of the lease under which it was emitted, 0 if it was sent by itself
 * @param padding more bytes
 */
record CrashBody(String name, long underEpoch, int padding) {
  static CrashBody of(Delivery delivery) {
    String text = new String(delivery.payload().bytes(), StandardCharsets.UTF_8);
    int space = text.indexOf(' ');
    String told = space < 0 ? text : text.substring(0, space);
    int at = told.indexOf('@');
    return new CrashBody(
        at < 0 ? told : told.substring(0, at),
        at < 0 ? 0 : Long.parseLong(told.substring(at + 1)),
        space < 0 ? 0 : text.length() - space);
  }

  byte[] bytes() {
    return text().getBytes(StandardCharsets.UTF_8);
  }

  String text() {
    return name
        + (underEpoch == 0 ? "" : "@" + underEpoch)
        + (padding == 0 ? "" : " " + "x".repeat(padding));
  }
}
