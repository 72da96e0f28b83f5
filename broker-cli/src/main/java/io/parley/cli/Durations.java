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

  /** Up to 3,650 days. */
  static final class UpToYears implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      return parse(text, Duration.ofDays(3_650));
    }
  }

  /** Milliseconds as people type them, in the largest unit that is exact. */
  static String text(long ms) {
    Duration duration = Duration.ofMillis(ms);
    if (ms == 0 || ms % 1_000 != 0) {
      return ms == 0 ? "0s" : ms + "ms";
    }
    if (duration.toSecondsPart() != 0) {
      return duration.toSeconds() + "s";
    }
    if (duration.toMinutesPart() != 0) {
      return duration.toMinutes() + "m";
    }
    return duration.toHoursPart() != 0 ? duration.toHours() + "h" : duration.toDays() + "d";
  }

  /** Reads {@code 500ms}, {@code 10s}, {@code 2m}, {@code 12h} or {@code 7d}, at most 20 days. */
  static Duration parse(String text) {
    return parse(text, MAX);
  }

  private static Duration parse(String text, Duration max) {
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
    if (duration.compareTo(max) > 0) {
      throw new TypeConversionException("'" + text + "' (expected: at most " + max.toDays() + "d)");
    }
    return duration;
  }
}
