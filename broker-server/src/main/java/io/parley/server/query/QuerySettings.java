package io.parley.server.query;

import java.time.Duration;

/**
 * Bounds of the queries of one namespace.
 *
 * @param waitingPerTypeMax most queries of one type that wait for a responder with room, 0 or more;
 *     the next gets {@code OVERLOADED}
 * @param outstandingMax most queries under way, waiting or in a responder's hands, 1 or more
 * @param outstandingBytesMax most bytes of their records, 1 or more
 * @param respondersMax most responders registered, 1 or more; the next gets {@code TOO_MANY}
 * @param timeoutMax longest time an asker may wait, 1 ms or more
 * @param retryAfter what an asker is told to wait when the broker is overloaded
 */
public record QuerySettings(
    int waitingPerTypeMax,
    int outstandingMax,
    long outstandingBytesMax,
    int respondersMax,
    Duration timeoutMax,
    Duration retryAfter) {

  /** Checks the numbers. */
  public QuerySettings {
    check("max waiting per type", waitingPerTypeMax, 0, Integer.MAX_VALUE);
    check("max outstanding", outstandingMax, 1, Integer.MAX_VALUE);
    check("max outstanding bytes", outstandingBytesMax, 1, Long.MAX_VALUE);
    check("max responders", respondersMax, 1, Integer.MAX_VALUE);
    check("max timeout in ms", timeoutMax.toMillis(), 1, Integer.MAX_VALUE);
    check("retry after in ms", retryAfter.toMillis(), 0, Integer.MAX_VALUE);
  }

  /** 1,000 waiting of a type, 100,000 and 64 MiB outstanding, 20,000 responders, one hour. */
  public static QuerySettings defaults() {
    return new QuerySettings(
        1_000, 100_000, 64L * 1024 * 1024, 20_000, Duration.ofHours(1), Duration.ofMillis(100));
  }

  private static void check(String what, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          what + ": " + value + " (expected: " + min + " to " + max + ")");
    }
  }
}
