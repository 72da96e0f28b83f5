package io.parley.load;

import io.parley.load.report.Phase;
import io.parley.load.report.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * How a traffic goes over time. Begins with a sample each tenth of a second; whenever there are too
 * many, two become one and it goes on at half the pace. One thread.
 */
final class Timeline {
  /** More than a plot shows. */
  private static final int SAMPLES_MAX = 400;

  private static final double NANOS = 1e9;

  private final TrafficRun run;
  private long intervalNanos = TimeUnit.MILLISECONDS.toNanos(100);
  private List<Sample> samples = new ArrayList<>();
  private long startNanos;
  private long atNanos;
  private long confirmed;
  private long received;

  Timeline(TrafficRun run) {
    this.run = run;
  }

  /** Time begins now. */
  void begin() {
    startNanos = run.clock().nanos();
    atNanos = startNanos;
  }

  /** Takes a sample if it is time for one. */
  void observe(Phase phase) {
    long now = run.clock().nanos();
    if (now - atNanos < intervalNanos) {
      return;
    }
    long confirmedNow = run.confirmed();
    long receivedNow = run.received();
    double seconds = (now - atNanos) / NANOS;
    Histogram confirms = run.confirmTimes().takeInterval();
    Histogram arrivals = run.endToEndTimes().takeInterval();
    samples.add(
        new Sample(
            phase,
            (atNanos - startNanos) / NANOS,
            (now - startNanos) / NANOS,
            (confirmedNow - confirmed) / seconds,
            (receivedNow - received) / seconds,
            run.waiting(),
            confirms.getValueAtPercentile(50),
            confirms.getValueAtPercentile(99),
            arrivals.getValueAtPercentile(50),
            arrivals.getValueAtPercentile(99)));
    atNanos = now;
    confirmed = confirmedNow;
    received = receivedNow;
    if (samples.size() == SAMPLES_MAX) {
      halve();
    }
  }

  private void halve() {
    List<Sample> halves = new ArrayList<>();
    for (int i = 0; i + 1 < samples.size(); i += 2) {
      halves.add(samples.get(i).and(samples.get(i + 1)));
    }
    samples = halves;
    intervalNanos *= 2;
  }

  List<Sample> samples() {
    return List.copyOf(samples);
  }
}
