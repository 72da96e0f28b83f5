package io.parley.server.session;

import java.time.Duration;

/**
 * What a client is told about keeping its connection.
 *
 * @param heartbeat either side closes after three times this without a frame; 1 s to 10 min
 */
public record SessionSettings(Duration heartbeat) {
  /** Shortest heartbeat. */
  public static final Duration HEARTBEAT_MIN = Duration.ofSeconds(1);

  /** Longest heartbeat. */
  public static final Duration HEARTBEAT_MAX = Duration.ofMinutes(10);

  /** What holds where nothing is configured. */
  public static final SessionSettings DEFAULTS = new SessionSettings(Duration.ofSeconds(10));

  /**
   * Checks the bounds above.
   *
   * @throws IllegalArgumentException naming the component, its value and what was expected
   */
  public SessionSettings {
    if (heartbeat.compareTo(HEARTBEAT_MIN) < 0 || heartbeat.compareTo(HEARTBEAT_MAX) > 0) {
      throw new IllegalArgumentException(
          "heartbeat: "
              + heartbeat
              + " (expected: "
              + HEARTBEAT_MIN
              + " to "
              + HEARTBEAT_MAX
              + ")");
    }
  }
}
