package io.parley.cli.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Numbers, sizes, times and texts in the form the tables show them. */
public final class Text {
  private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Text() {}

  /** A whole number with its thousands apart: {@code 1,234,567}. */
  public static String count(long number) {
    String digits = Long.toString(number);
    int first = number < 0 ? 1 : 0;
    StringBuilder out = new StringBuilder(digits);
    for (int i = digits.length() - 3; i > first; i -= 3) {
      out.insert(i, ',');
    }
    return out.toString();
  }

  /** A size: {@code 512 B}, {@code 1.5 KiB}. */
  public static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double size = bytes;
    int unit = -1;
    // 1023.95 would be printed as 1024.0
    while (size >= 1023.95 && unit < UNITS.length - 1) {
      size /= 1024;
      unit++;
    }
    long tenths = Math.round(size * 10);
    return tenths / 10 + "." + tenths % 10 + " " + UNITS[unit];
  }

  /** An ISO time to the second: {@code 2025-11-23T10:03:11.123Z} as {@code 2025-11-23 10:03:11}. */
  public static String time(String iso) {
    return iso.length() < 19 || iso.charAt(10) != 'T'
        ? iso
        : iso.substring(0, 19).replace('T', ' ');
  }

  /** A duration with a fitting unit: {@code 850 µs}, {@code 12.3 ms}, {@code 1.50 s}. */
  public static String nanos(long nanos) {
    if (nanos < 1_000_000) {
      return nanos / 1_000 + " µs";
    }
    return nanos < 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f ms", nanos / 1e6)
        : String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
  }

  /** One thing or many: {@code 1 message}, {@code 2 messages}. */
  public static String counted(long number, String one) {
    return count(number) + " " + (number == 1 ? one : one + "s");
  }

  /** The text, cut to a width with {@code …} at its end if it is longer. */
  public static String cut(String text, int width) {
    if (text.codePointCount(0, text.length()) <= width) {
      return text;
    }
    return width < 1 ? "" : text.substring(0, text.offsetByCodePoints(0, width - 1)) + "…";
  }

  /** The text's words on as many lines as it takes; a word that is longer has a line of its own. */
  public static List<String> wrapped(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (line.length() > 0 && length(line) + 1 + length(word) > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  private static int length(CharSequence text) {
    return Character.codePointCount(text, 0, text.length());
  }

  /** The text on one line, without anything a terminal would obey. */
  public static String printable(String text) {
    boolean clean = true;
    for (int i = 0; i < text.length() && clean; i++) {
      clean = !Character.isISOControl(text.charAt(i));
    }
    if (clean) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      out.append(Character.isISOControl(c) ? ' ' : c);
    }
    return out.toString();
  }
}
