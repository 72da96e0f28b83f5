package io.parley.client;

import java.time.Duration;

/** Checks of what callers hand in. */
final class Numbers {
  private Numbers() {}

  /**
   * A number within its bounds.
   *
   * @throws IllegalArgumentException naming it and the bounds
   */
  static int require(String what, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          what
              + ": "
              + value
              + (max == Integer.MAX_VALUE
                  ? " (expected: " + min + " or more)"
                  : " (expected: " + min + " to " + max + ")"));
    }
    return value;
  }

  /**
   * A duration that fits the wire's 31 bits of milliseconds.
   *
   * @throws IllegalArgumentException naming it and the bounds
   */
  static Duration requireMillis(String what, Duration value, int minMs) {
    if (value.compareTo(Duration.ofMillis(minMs)) < 0
        || value.compareTo(Duration.ofMillis(Integer.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException(
          what
              + ": "
              + value
              + " (expected: "
              + Duration.ofMillis(minMs)
              + " to "
              + Duration.ofMillis(Integer.MAX_VALUE)
              + ")");
    }
    return value;
  }
}
