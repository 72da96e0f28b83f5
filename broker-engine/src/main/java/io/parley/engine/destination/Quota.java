package io.parley.engine.destination;

/**
 * How much a queue or inbox holds at most, dead letters included.
 *
 * @param messages most messages; 1 to 10^12
 * @param bytes most bytes of their records; 1 KiB to 1 PiB
 */
public record Quota(long messages, long bytes) {
  /** Most messages that can be asked for. */
  public static final long MESSAGES_MAX = 1_000_000_000_000L;

  /** Fewest bytes that can be asked for. */
  public static final long BYTES_MIN = 1024;

  /** Most bytes that can be asked for. */
  public static final long BYTES_MAX = 1L << 50;

  /** What holds where nothing is configured: more than a disk of today is for. */
  public static final Quota DEFAULT = new Quota(100_000_000, 64L << 30);

  /**
   * Checks the bounds above.
   *
   * @throws IllegalArgumentException naming the component, its value and what was expected
   */
  public Quota {
    requireBetween("quota messages", messages, 1, MESSAGES_MAX);
    requireBetween("quota bytes", bytes, BYTES_MIN, BYTES_MAX);
  }

  private static void requireBetween(String what, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          what + ": " + value + " (expected: " + min + " to " + max + ")");
    }
  }

  /** The quota of a queue or inbox for which something may be set. */
  Quota with(DestinationSettings own) {
    if (own == DestinationSettings.NONE || (own.maxMessages() == 0 && own.maxBytes() == 0)) {
      return this;
    }
    return new Quota(
        own.maxMessages() == 0 ? messages : own.maxMessages(),
        own.maxBytes() == 0 ? bytes : own.maxBytes());
  }
}
