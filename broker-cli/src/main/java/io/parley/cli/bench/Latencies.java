package io.parley.cli.bench;

import org.HdrHistogram.Histogram;

/**
 * Times of many messages, in nanoseconds, to three digits.
 *
 * @param count how many
 */
public record Latencies(long count, long p50, long p90, long p99, long p999, long max) {
  static Latencies of(Histogram histogram) {
    return new Latencies(
        histogram.getTotalCount(),
        histogram.getValueAtPercentile(50),
        histogram.getValueAtPercentile(90),
        histogram.getValueAtPercentile(99),
        histogram.getValueAtPercentile(99.9),
        histogram.getMaxValue());
  }
}
