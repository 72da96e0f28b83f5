package io.parley.cli;

import io.parley.cli.console.Problem;
import io.parley.protocol.model.Names;
import java.util.function.Supplier;

/** Checks what was said on the command line, before the broker is asked. */
final class Arguments {
  private Arguments() {}

  /**
   * Checks a number.
   *
   * @throws Problem naming the option, its value and what was expected
   */
  static void requireWithin(String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw Problem.usage(option + ": " + value + " (expected: " + min + " to " + max + ")", null);
    }
  }

  /**
   * Checks a name.
   *
   * @return the name
   */
  static String requireName(String what, String name) {
    return checked(() -> Names.require(what, name));
  }

  /**
   * Makes a value whose check says what is wrong with it.
   *
   * @throws Problem with that message
   */
  static <T> T checked(Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw Problem.usage(String.valueOf(e.getMessage()), null);
    }
  }
}
