package io.parley.load;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How many there were of each traffic at one time. */
final class Counts {
  private static final double NANOS = 1e9;

  private final long atNanos;
  private final Map<TrafficRun, Rates> counts = new HashMap<>();

  /** Confirmed and received messages, or so many a second. */
  record Rates(double confirmed, double received) {}

  /** Counts now. */
  Counts(List<TrafficRun> runs, long nowNanos) {
    atNanos = nowNanos;
    runs.forEach(run -> counts.put(run, new Rates(run.confirmed(), run.received())));
  }

  long atNanos() {
    return atNanos;
  }

  double secondsSince(Counts before) {
    return (atNanos - before.atNanos) / NANOS;
  }

  Rates perSecondSince(Counts before, TrafficRun run) {
    Rates then = before.of(run);
    Rates now = of(run);
    double seconds = secondsSince(before);
    return new Rates(
        (now.confirmed - then.confirmed) / seconds, (now.received - then.received) / seconds);
  }

  private Rates of(TrafficRun run) {
    Rates known = counts.get(run);
    if (known == null) {
      throw new IllegalStateException("counts of another run");
    }
    return known;
  }
}
