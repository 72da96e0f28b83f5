package io.parley.load.workload;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Texts of values, read. What can't be is told with what was expected. */
final class Values {
  private static final Pattern COUNT = Pattern.compile("[0-9][0-9_]{0,20}");
  private static final Pattern RATE = Pattern.compile("[0-9][0-9_]{0,20}(\\.[0-9]{1,6})?");
  private static final Pattern SIZE = Pattern.compile("([0-9][0-9_]{0,20}) ?(B|KiB|MiB)?");
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

  private Values() {}

  /** A whole number; thousands may be apart by {@code _}. */
  static long count(String text, long min, long max) {
    String expected = "expected: " + min + " to " + max;
    return COUNT.matcher(text).matches()
        ? within(text, number(text), min, max, expected)
        : refuse(text, expected);
  }

  /** A number of messages a second. */
  static double rate(String text, double max) {
    String expected = "expected: messages a second, 0 to " + (long) max;
    double rate = RATE.matcher(text).matches() ? Double.parseDouble(text.replace("_", "")) : -1;
    if (rate < 0 || rate > max) {
      refuse(text, expected);
    }
    return rate;
  }

  /** Bytes: {@code 100}, {@code 1KiB}, {@code 1MiB}. */
  static int size(String text, int min, int max) {
    String expected = "expected: " + min + " to " + max + ", or as in 1KiB";
    Matcher form = SIZE.matcher(text);
    if (!form.matches()) {
      refuse(text, expected);
    }
    String unit = form.group(2) == null ? "B" : form.group(2);
    long factor = unit.equals("KiB") ? 1024 : unit.equals("MiB") ? 1024 * 1024 : 1;
    long number = Math.min(number(form.group(1)), Integer.MAX_VALUE);
    return (int) within(text, number * factor, min, max, expected);
  }

  /** A time: {@code 500ms}, {@code 10s}, {@code 2m}, {@code 12h}. */
  static Duration duration(String text, Duration min, Duration max) {
    String expected =
        "expected: "
            + (min.isZero() ? "0s" : min.toMillis() + "ms")
            + " to "
            + max.toHours()
            + "h, as in 500ms, 10s or 2m";
    Matcher form = DURATION.matcher(text);
    if (!form.matches()) {
      refuse(text, expected);
    }
    long amount = Long.parseLong(form.group(1));
    Duration duration =
        switch (form.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          default -> Duration.ofHours(amount);
        };
    if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
      refuse(text, expected);
    }
    return duration;
  }

  /** Digits of which the pattern lets through no more than are read here. */
  private static long number(String digits) {
    String plain = digits.replace("_", "");
    return plain.length() > 18 ? Long.MAX_VALUE : Long.parseLong(plain);
  }

  private static long within(String text, long number, long min, long max, String expected) {
    return number < min || number > max ? refuse(text, expected) : number;
  }

  private static long refuse(String text, String expected) {
    String shown = text.length() > 40 ? text.substring(0, 40) + "…" : text;
    throw new IllegalArgumentException(
        (shown.toLowerCase(Locale.ROOT).matches("[a-z0-9_.]+") ? shown : "'" + shown + "'")
            + " ("
            + expected
            + ")");
  }
}
