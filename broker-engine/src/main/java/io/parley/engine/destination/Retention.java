package io.parley.engine.destination;

import java.time.Duration;

/**
 * How long a topic keeps its events, whether or not an inbox has them: until they are older than a
 * time, or newer ones take up so many bytes.
 *
 * @param timeMs 0 to keep none, up to 10 years
 * @param bytes of records; 0 to keep none, up to 1 PiB
 */
public record Retention(long timeMs, long bytes) {
  /** Longest time that can be asked for, milliseconds. */
  public static final long TIME_MAX_MS = Duration.ofDays(3_650).toMillis();

  /** Most bytes that can be asked for. */
  public static final long BYTES_MAX = 1L << 50;

  /** Events are there only until all inboxes that got them have settled them. */
  public static final Retention NONE = new Retention(0, 0);

  /** What holds where nothing is configured. */
  public static final Retention DEFAULT = new Retention(Duration.ofDays(7).toMillis(), 1L << 30);

  /**
   * Checks the bounds above.
   *
   * @throws IllegalArgumentException naming the component, its value and what was expected
   */
  public Retention {
    requireBetween("retention time", timeMs, TIME_MAX_MS, " ms");
    requireBetween("retention bytes", bytes, BYTES_MAX, "");
  }

  private static void requireBetween(String what, long value, long max, String unit) {
    if (value < 0 || value > max) {
      throw new IllegalArgumentException(
          what + ": " + value + unit + " (expected: 0 to " + max + unit + ")");
    }
  }

  /** Whether events are kept at all. */
  public boolean isNone() {
    return timeMs == 0 || bytes == 0;
  }
}
