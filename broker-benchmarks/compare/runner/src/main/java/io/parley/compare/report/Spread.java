package io.parley.compare.report;

import java.util.Arrays;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** What several runs came to: their median, and the lowest and highest. */
record Spread(double lowest, double median, double highest) {
  /** Of these values; null if there are none. NaN is left out. */
  static @Nullable Spread of(Collection<Double> values) {
    double[] sorted =
        values.stream().mapToDouble(Double::doubleValue).filter(v -> !Double.isNaN(v)).toArray();
    if (sorted.length == 0) {
      return null;
    }
    Arrays.sort(sorted);
    int last = sorted.length - 1;
    return new Spread(sorted[0], (sorted[last / 2] + sorted[(last + 1) / 2]) / 2, sorted[last]);
  }
}
