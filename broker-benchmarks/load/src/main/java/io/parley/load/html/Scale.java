package io.parley.load.html;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/** Where values lie along an axis, and which of them are named. */
abstract class Scale {
  private static final int TICKS = 5;
  private static final double PERCENT = 100;

  /** A value with its name. */
  record Tick(double value, String label) {}

  private final List<Tick> ticks = new ArrayList<>();

  /** From 0 (begin of the axis) to 1 (its end). */
  abstract double position(double value);

  List<Tick> ticks() {
    return ticks;
  }

  /** From 0 to at least this. */
  static Scale linear(double max, DoubleFunction<String> label) {
    double step = niceStep(Math.max(max, 1e-9) / TICKS);
    double end = Math.ceil(Math.max(max, 1e-9) / step) * step;
    Scale scale =
        new Scale() {
          @Override
          double position(double value) {
            return value / end;
          }
        };
    for (int i = 0; i * step <= end * 1.0001; i++) {
      scale.ticks.add(new Tick(i * step, label.apply(i * step)));
    }
    return scale;
  }

  /** From 0 to exactly this. */
  static Scale linearTo(double end, DoubleFunction<String> label) {
    double step = niceStep(end / (2 * TICKS));
    Scale scale =
        new Scale() {
          @Override
          double position(double value) {
            return value / end;
          }
        };
    for (int i = 0; i * step <= end; i++) {
      scale.ticks.add(new Tick(i * step, label.apply(i * step)));
    }
    return scale;
  }

  private static double niceStep(double least) {
    double decade = Math.pow(10, Math.floor(Math.log10(least)));
    for (double factor : new double[] {1, 2, 5}) {
      if (factor * decade >= least * 0.9999) {
        return factor * decade;
      }
    }
    return 10 * decade;
  }

  /** Logarithmic, over whole decades; of numbers from 1 on. */
  static Scale log(double min, double max, DoubleFunction<String> label) {
    double low = Math.floor(Math.log10(min));
    double high = Math.max(low + 1, Math.ceil(Math.log10(max)));
    Scale scale =
        new Scale() {
          @Override
          double position(double value) {
            return (Math.log10(Math.max(value, 1)) - low) / (high - low);
          }
        };
    for (double decade = low; decade <= high; decade++) {
      scale.ticks.add(new Tick(Math.pow(10, decade), label.apply(Math.pow(10, decade))));
      if (high - low <= 2 && decade < high) {
        scale.ticks.add(new Tick(3 * Math.pow(10, decade), label.apply(3 * Math.pow(10, decade))));
      }
    }
    return scale;
  }

  /**
   * Percentiles, each tenfold rarer event as far from the last: 0, 90, 99, 99.9 …
   *
   * @param nines how many nines the last one has
   */
  static Scale percentiles(int nines) {
    Scale scale =
        new Scale() {
          @Override
          double position(double value) {
            double rarity = Math.max(1 - value / PERCENT, Math.pow(10, -nines));
            return -Math.log10(rarity) / nines;
          }
        };
    scale.ticks.add(new Tick(0, "0 %"));
    scale.ticks.add(new Tick(50, "50 %"));
    for (int i = 1; i <= nines; i++) {
      String label = i == 1 ? "90 %" : "99" + (i == 2 ? "" : "." + "9".repeat(i - 2)) + " %";
      scale.ticks.add(new Tick(PERCENT * (1 - Math.pow(10, -i)), label));
    }
    return scale;
  }
}
