package io.parley.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as people type them. */
final class Durations implements ITypeConverter<Duration> {
  private static final Duration MAX = Duration.ofDays(20);

  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

  @Override
  public Duration convert(String text) {
    return parse(text);
  }

  /** Reads {@code 500ms}, {@code 10s}, {@code 2m}, {@code 12h} or {@code 7d}, at most 20 days. */
  static Duration parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException(
          "'" + text + "' (expected: a number and ms, s, m, h or d, as in 10s)");
    }
    long amount = Long.parseLong(form.group(1));
    Duration duration =
        switch (form.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          case "h" -> Duration.ofHours(amount);
          default -> Duration.ofDays(amount);
        };
    if (duration.compareTo(MAX) > 0) {
      throw new TypeConversionException("'" + text + "' (expected: at most " + MAX.toDays() + "d)");
    }
    return duration;
  }
}
