package io.parley.compare.report;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How numbers are written: three digits that tell something, or all before the point. */
final class Numbers {
  private Numbers() {}

  static String text(double value) {
    double size = Math.abs(value);
    String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
    return value == 0 ? "0" : String.format(Locale.ROOT, format, value);
  }

  /** The median, and the lowest and highest where they look different. */
  static String text(@Nullable Spread spread) {
    if (spread == null) {
      return "–";
    }
    String lowest = text(spread.lowest());
    String highest = text(spread.highest());
    String median = text(spread.median());
    return lowest.equals(highest) ? median : median + " (" + lowest + "–" + highest + ")";
  }

  /** A ratio, as a factor. */
  static String factor(@Nullable Spread ratio) {
    if (ratio == null) {
      return "–";
    }
    String lowest = factor(ratio.lowest());
    String highest = factor(ratio.highest());
    String median = factor(ratio.median()) + " ×";
    return lowest.equals(highest) ? median : median + " (" + lowest + "–" + highest + ")";
  }

  static String factor(double value) {
    String format = value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : value >= 0.1 ? "%.2f" : "%.3f";
    return String.format(Locale.ROOT, format, value);
  }
}
