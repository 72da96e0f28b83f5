package io.parley.compare;

import java.util.List;

/** A peer's settings, by name. */
public final class Variants {
  private Variants() {}

  /**
   * The variant, if it is one of those.
   *
   * @throws IllegalArgumentException if it isn't
   */
  public static String require(String variant, String... known) {
    if (!List.of(known).contains(variant)) {
      throw new IllegalArgumentException(
          "variant: '" + variant + "' (expected: " + String.join(", ", known) + ")");
    }
    return variant;
  }
}
