package io.parley.cli;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where to begin in the events that are retained.
 *
 * @param text {@code now}, {@code earliest} or the time
 * @param time null for now, the epoch for the earliest
 */
record StartingPoint(String text, @Nullable Instant time) {
  /** With what is published from now on. */
  static final StartingPoint NOW = new StartingPoint("now", null);

  private static final StartingPoint EARLIEST = new StartingPoint("earliest", Instant.EPOCH);

  /** Reads {@code now}, {@code earliest}, {@code 2h} (ago), or {@code 2026-01-31T09:30:00Z}. */
  static StartingPoint parse(String text, Instant now) {
    switch (text) {
      case "now":
        return NOW;
      case "earliest":
        return EARLIEST;
      default:
        try {
          return at(
              text.contains("T")
                  ? Instant.parse(text)
                  : now.minus(new Durations.UpToYears().convert(text)));
        } catch (DateTimeParseException | TypeConversionException e) {
          throw new TypeConversionException(
              "'"
                  + text
                  + "' (expected: earliest, now, so long ago as in 2h, or a time as in"
                  + " 2026-01-31T09:30:00Z)");
        }
    }
  }

  private static StartingPoint at(Instant time) {
    return new StartingPoint(time.toString(), time);
  }

  /** For options. */
  static final class Converter implements ITypeConverter<StartingPoint> {
    @Override
    public StartingPoint convert(String text) {
      return parse(text, Instant.now());
    }
  }
}
