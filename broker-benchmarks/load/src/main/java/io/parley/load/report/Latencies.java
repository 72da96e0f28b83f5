package io.parley.load.report;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * Times of many messages, in nanoseconds, to three digits. All are 0 where nothing was timed.
 *
 * @param count how many
 * @param curve points of the whole distribution, by rising percentile
 */
public record Latencies(
    long count,
    long min,
    double mean,
    long p50,
    long p90,
    long p99,
    long p999,
    long p9999,
    long max,
    List<Point> curve) {
  /** Points on each halving of the distance to 100 %. */
  private static final int POINTS_PER_HALVING = 4;

  /**
   * So many percent took no longer than this.
   *
   * @param percentile 0 to 100
   */
  public record Point(double percentile, long nanos) {}

  /** Copies the list. */
  public Latencies {
    curve = List.copyOf(curve);
  }

  /** Takes them out of a histogram of nanoseconds. */
  public static Latencies of(Histogram histogram) {
    List<Point> curve = new ArrayList<>();
    if (histogram.getTotalCount() > 0) {
      for (HistogramIterationValue value : histogram.percentiles(POINTS_PER_HALVING)) {
        curve.add(new Point(value.getPercentileLevelIteratedTo(), value.getValueIteratedTo()));
      }
    }
    return new Latencies(
        histogram.getTotalCount(),
        histogram.getTotalCount() == 0 ? 0 : histogram.getMinValue(),
        histogram.getTotalCount() == 0 ? 0 : histogram.getMean(),
        histogram.getValueAtPercentile(50),
        histogram.getValueAtPercentile(90),
        histogram.getValueAtPercentile(99),
        histogram.getValueAtPercentile(99.9),
        histogram.getValueAtPercentile(99.99),
        histogram.getMaxValue(),
        curve);
  }
}
