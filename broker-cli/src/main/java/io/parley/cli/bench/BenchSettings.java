package io.parley.cli.bench;

import io.parley.protocol.WireLimits;
import java.time.Duration;

/**
 * How much load of which form.
 *
 * @param producers connections that send
 * @param consumers connections that handle
 * @param sizeBytes body of each message
 * @param window most unconfirmed messages of each producer
 * @param credit most messages a consumer holds
 * @param warmup load before anything is measured
 * @param duration measured load after that
 * @param drain how long to wait, once nothing more is sent, while nothing more arrives
 */
public record BenchSettings(
    int producers,
    int consumers,
    int sizeBytes,
    int window,
    int credit,
    Duration warmup,
    Duration duration,
    Duration drain) {
  /** What {@link Stamp} needs of each body. */
  public static final int SIZE_MIN_BYTES = Stamp.BYTES;

  /** Most producers or consumers. */
  public static final int CONNECTIONS_MAX = 256;

  /** Most unconfirmed messages; the client has room for more. */
  public static final int WINDOW_MAX = 65_536;

  /** Checks the numbers. */
  public BenchSettings {
    require("producers", producers, 1, CONNECTIONS_MAX);
    require("consumers", consumers, 0, CONNECTIONS_MAX);
    require("size", sizeBytes, SIZE_MIN_BYTES, WireLimits.MESSAGE_HARD_MAX_BYTES);
    require("window", window, 1, WINDOW_MAX);
    require("credit", credit, 1, WireLimits.CREDIT_MAX);
    if (duration.isZero()) {
      throw new IllegalArgumentException("duration: 0 (expected: more)");
    }
  }

  private static void require(String what, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          what + ": " + value + " (expected: " + min + " to " + max + ")");
    }
  }
}
