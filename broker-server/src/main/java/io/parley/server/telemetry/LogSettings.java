package io.parley.server.telemetry;

/**
 * How much the broker logs.
 *
 * @param level the least severe level that is written
 */
public record LogSettings(LogLevel level) {
  /** What holds where nothing is configured. */
  public static final LogSettings DEFAULTS = new LogSettings(LogLevel.INFO);
}
