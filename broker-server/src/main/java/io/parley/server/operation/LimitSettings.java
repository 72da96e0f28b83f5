package io.parley.server.operation;

import io.parley.protocol.WireLimits;

/**
 * What one client may ask of the broker. Told to each client when it connects.
 *
 * @param maxMessageBytes largest message, its whole record, in bytes; 1 KiB to {@link
 *     WireLimits#MESSAGE_HARD_MAX_BYTES}
 * @param sendWindowBytes most unconfirmed bytes of records one connection may have on the way;
 *     {@code maxMessageBytes} to 256 MiB
 */
public record LimitSettings(int maxMessageBytes, int sendWindowBytes) {
  /** Smallest bound of a message, in bytes. */
  public static final int MAX_MESSAGE_LEAST_BYTES = 1024;

  /** Largest send window, in bytes. */
  public static final int SEND_WINDOW_MAX_BYTES = 256 * 1024 * 1024;

  /** What holds where nothing is configured. */
  public static final LimitSettings DEFAULTS =
      new LimitSettings(WireLimits.MESSAGE_DEFAULT_MAX_BYTES, 4 * 1024 * 1024);

  /**
   * Checks the bounds above.
   *
   * @throws IllegalArgumentException naming the component, its value and what was expected
   */
  public LimitSettings {
    requireBetween(
        "max message bytes",
        maxMessageBytes,
        MAX_MESSAGE_LEAST_BYTES,
        WireLimits.MESSAGE_HARD_MAX_BYTES);
    requireBetween("send window bytes", sendWindowBytes, maxMessageBytes, SEND_WINDOW_MAX_BYTES);
  }

  private static void requireBetween(String what, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          what + ": " + value + " (expected: " + min + " to " + max + ")");
    }
  }
}
