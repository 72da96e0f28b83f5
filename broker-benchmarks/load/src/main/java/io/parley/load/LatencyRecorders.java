package io.parley.load;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * Times of many messages in nanoseconds, to three digits, recorded by many threads and merged by
 * one. Threads are spread over a few histograms, as one has a third of a megabyte.
 */
final class LatencyRecorders {
  /** Times above it count as this. */
  static final long MAX_NANOS = TimeUnit.HOURS.toNanos(1);

  private static final int DIGITS = 3;
  private static final int STRIPES_MAX = 8;

  private final Recorder[] recorders;
  private final @Nullable Histogram[] intervals;
  private final Histogram total = new Histogram(MAX_NANOS, DIGITS);

  /** For so many threads. */
  LatencyRecorders(int threads) {
    int stripes = Math.max(1, Math.min(STRIPES_MAX, threads));
    recorders = new Recorder[stripes];
    intervals = new Histogram[stripes];
    for (int i = 0; i < stripes; i++) {
      recorders[i] = new Recorder(MAX_NANOS, DIGITS);
    }
  }

  /** The one that a thread with this number records into. */
  Recorder of(int thread) {
    return recorders[thread % recorders.length];
  }

  static void record(Recorder recorder, long nanos) {
    recorder.recordValue(Math.min(MAX_NANOS, Math.max(0, nanos)));
  }

  /** What was recorded since the last call; valid until the next. One thread. */
  Histogram takeInterval() {
    Histogram all = recorders[0].getIntervalHistogram(intervals[0]);
    intervals[0] = all;
    total.add(all);
    for (int i = 1; i < recorders.length; i++) {
      Histogram interval = recorders[i].getIntervalHistogram(intervals[i]);
      intervals[i] = interval;
      total.add(interval);
      all.add(interval);
    }
    return all;
  }

  /** All that was recorded. One thread. */
  Histogram total() {
    Histogram unused = takeInterval();
    return total;
  }
}
