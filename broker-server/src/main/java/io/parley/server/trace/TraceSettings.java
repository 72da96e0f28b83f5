package io.parley.server.trace;

import java.time.Duration;

/**
 * Whether and how long it is known which message caused which.
 *
 * @param retention zero for not at all, else 1 h to 30 days
 */
public record TraceSettings(Duration retention) {
  /** Shortest time. */
  public static final Duration RETENTION_MIN = Duration.ofHours(1);

  /** Longest time. */
  public static final Duration RETENTION_MAX = Duration.ofDays(30);

  /** What holds where nothing is configured. */
  public static final TraceSettings DEFAULTS = new TraceSettings(Duration.ofDays(1));

  /**
   * Checks the bounds above.
   *
   * @throws IllegalArgumentException naming the value and what was expected
   */
  public TraceSettings {
    boolean isOff = retention.isZero();
    if (!isOff
        && (retention.compareTo(RETENTION_MIN) < 0 || retention.compareTo(RETENTION_MAX) > 0)) {
      throw new IllegalArgumentException(
          "trace retention: "
              + retention
              + " (expected: zero, or "
              + RETENTION_MIN
              + " to "
              + RETENTION_MAX
              + ")");
    }
  }
}
