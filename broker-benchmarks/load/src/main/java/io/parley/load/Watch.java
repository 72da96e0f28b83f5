package io.parley.load;

import io.parley.load.report.Phase;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets phases of a run pass, telling the listener how it goes and taking samples; ends them at once
 * if the run can't go on. One thread.
 */
final class Watch {
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long RATES_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final List<TrafficRun> runs;
  private final LoadClock clock;
  private final LoadListener listener;
  private final AtomicReference<@Nullable Exception> failure;
  private Counts then;
  private @Nullable Phase toldPhase;
  private long toldAt;
  private double confirmedPerSecond;
  private double receivedPerSecond;

  Watch(
      List<TrafficRun> runs,
      LoadClock clock,
      LoadListener listener,
      AtomicReference<@Nullable Exception> failure) {
    this.runs = runs;
    this.clock = clock;
    this.listener = listener;
    this.failure = failure;
    this.then = new Counts(runs, clock.nanos());
  }

  /** Until a time. */
  void until(Phase phase, long nanos) throws Exception {
    for (long left = nanos - clock.nanos(); left > 0; left = nanos - clock.nanos()) {
      tell(phase, left);
      clock.awaitUntil(Math.min(nanos, clock.nanos() + TICK_NANOS));
    }
    tell(phase, 0);
  }

  /** Until something is so. */
  void until(Phase phase, BooleanSupplier condition) throws Exception {
    while (!condition.getAsBoolean()) {
      tell(phase, 0);
      clock.awaitUntil(clock.nanos() + POLL_NANOS);
    }
    tell(phase, 0);
  }

  /**
   * Until all that is confirmed arrived, or nothing has happened for so long.
   *
   * @return when something happened last
   */
  long untilDrained(long quietNanos) throws Exception {
    long[] seen = {-1};
    long[] changedAt = {clock.nanos()};
    until(
        Phase.DRAIN,
        () -> {
          long now = runs.stream().mapToLong(run -> run.sent() - run.open() + run.received()).sum();
          if (now != seen[0]) {
            seen[0] = now;
            changedAt[0] = clock.nanos();
          }
          return runs.stream().allMatch(TrafficRun::isDone)
              || clock.nanos() - changedAt[0] > quietNanos;
        });
    return changedAt[0];
  }

  private void tell(Phase phase, long left) throws Exception {
    Exception known = failure.get();
    if (known != null) {
      throw known;
    }
    long time = clock.nanos();
    if (phase == toldPhase && time - toldAt < TICK_NANOS) {
      return;
    }
    toldPhase = phase;
    toldAt = time;
    runs.forEach(run -> run.timeline().observe(phase));
    if (time - then.atNanos() >= RATES_NANOS) {
      takeRates();
    }
    listener.progress(
        phase,
        left,
        confirmedPerSecond,
        receivedPerSecond,
        runs.stream().mapToLong(TrafficRun::waiting).sum());
  }

  private void takeRates() {
    Counts now = new Counts(runs, clock.nanos());
    confirmedPerSecond = 0;
    receivedPerSecond = 0;
    for (TrafficRun run : runs) {
      Counts.Rates rates = now.perSecondSince(then, run);
      confirmedPerSecond += rates.confirmed();
      receivedPerSecond += rates.received();
      run.fold();
    }
    then = now;
  }
}
