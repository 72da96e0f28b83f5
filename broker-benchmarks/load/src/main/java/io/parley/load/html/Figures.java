package io.parley.load.html;

import java.util.Locale;

/** Numbers as the page shows them. */
final class Figures {
  private Figures() {}

  /** Thousands apart: {@code 1,234,567}. */
  static String count(double number) {
    return String.format(Locale.ROOT, "%,d", Math.round(number));
  }

  /** As short as an axis wants it: {@code 0}, {@code 250}, {@code 1.5k}, {@code 2M}. */
  static String brief(double number) {
    if (number >= 1e6) {
      return plain(number / 1e6) + "M";
    }
    return number >= 1e3 ? plain(number / 1e3) + "k" : plain(number);
  }

  /** Without zeros at its end: {@code 1.5}, {@code 20}. */
  static String plain(double number) {
    String text = String.format(Locale.ROOT, "%.3f", number);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }

  /** Two places: {@code 1.05}. */
  static String decimal(double number) {
    return String.format(Locale.ROOT, "%.2f", number);
  }

  /** With a fitting unit and three digits: {@code 850 µs}, {@code 12.3 ms}, {@code 1.50 s}. */
  static String nanos(double nanos) {
    if (nanos < 999.5e3) {
      return digits(nanos / 1e3) + " µs";
    }
    return nanos < 999.5e6 ? digits(nanos / 1e6) + " ms" : digits(nanos / 1e9) + " s";
  }

  /** As short as an axis wants it: {@code 300 µs}, {@code 1 ms}. */
  static String briefNanos(double nanos) {
    if (nanos < 1e6) {
      return plain(nanos / 1e3) + " µs";
    }
    return nanos < 1e9 ? plain(nanos / 1e6) + " ms" : plain(nanos / 1e9) + " s";
  }

  static String seconds(double seconds) {
    return nanos(seconds * 1e9);
  }

  private static String digits(double number) {
    String form = number >= 99.95 ? "%.0f" : number >= 9.995 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, form, number);
  }

  /** {@code 512 B}, {@code 1.5 KiB}. */
  static String bytes(double bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    int unit = 0;
    double size = bytes;
    while (size >= 1023.95 && unit < units.length - 1) {
      size /= 1024;
      unit++;
    }
    return (unit == 0 ? count(size) : String.format(Locale.ROOT, "%.1f", size)) + " " + units[unit];
  }
}
