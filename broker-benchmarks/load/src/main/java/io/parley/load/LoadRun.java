package io.parley.load;

import io.parley.load.LoadListener.Phase;
import io.parley.load.report.BacklogReport;
import io.parley.load.report.Latencies;
import io.parley.load.report.LoadReport;
import io.parley.load.report.Missing;
import io.parley.load.report.TrafficReport;
import io.parley.load.target.Kind;
import io.parley.load.target.Target;
import io.parley.load.target.Traffic;
import io.parley.load.workload.Workload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One run of a workload against a broker: load, measurement, and the count of every message. Used
 * once, by one thread.
 *
 * <pre>{@code
 * LoadReport report = new LoadRun(workload, () -> new KafkaTarget(…), listener).run();
 * }</pre>
 *
 * <p>The first error of a consumer's start or of a connection ends the run; refused sends are
 * counted.
 */
public final class LoadRun {
  private static final long TICK_MS = 100;
  private static final double NANOS = 1e9;

  /** How long a broker may be away after what is done between filling and draining. */
  private static final long RESTART_NANOS = TimeUnit.MINUTES.toNanos(5);

  private static final long RESTART_RETRY_MS = 20;

  private final Workload workload;
  private final Target.Factory factory;
  private final LoadListener listener;
  private final LoadClock clock = LoadClock.system();
  private final Stamp stamp = new Stamp(System.nanoTime());
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final Instant startedAt = Instant.now();
  private @Nullable Between between;

  /** Something to be done between filling and draining. */
  public interface Between {
    /** In words. */
    String description();

    /** Does it; the broker may be restarting when this returns. */
    void run() throws Exception;
  }

  /**
   * A run.
   *
   * @param factory opens the target at the start, and again between filling and draining
   */
  public LoadRun(Workload workload, Target.Factory factory, LoadListener listener) {
    this.workload = workload;
    this.factory = factory;
    this.listener = listener;
  }

  /** What to do between filling and draining a backlog. */
  public LoadRun between(Between action) {
    this.between = action;
    return this;
  }

  /**
   * Runs it.
   *
   * @throws UnsupportedTrafficException if the target hasn't what the workload needs
   * @throws TargetException if its client fails with a checked exception; others pass as they are
   * @throws InterruptedException if the calling thread is interrupted; everything is closed then
   */
  public LoadReport run() throws InterruptedException {
    try {
      return workload.hasBacklog() ? runBacklog() : runSteadily();
    } catch (InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new TargetException(e);
    }
  }

  // ---- everything at once

  private LoadReport runSteadily() throws Exception {
    List<TrafficRun> runs = new ArrayList<>();
    for (Traffic traffic : workload.traffic()) {
      runs.add(new TrafficRun(traffic, clock, stamp, Long.MAX_VALUE, failure));
    }
    Target target = factory.open();
    try {
      for (TrafficRun run : runs) {
        declare(target, run.traffic());
      }
      for (TrafficRun run : runs) {
        run.receiveFrom(target);
        run.connect(target);
      }
      long start = clock.nanos() + workload.warmup().toNanos();
      Span span = new Span(start, start + workload.duration().toNanos());
      runs.forEach(run -> run.start(span));
      watch(runs, Phase.WARMUP, span.startNanos());
      Counts before = new Counts(runs);
      watch(runs, Phase.MEASURE, span.endNanos());
      Counts after = new Counts(runs);
      drain(runs);
      closeAll(runs);
      List<TrafficReport> reports = new ArrayList<>();
      for (TrafficRun run : runs) {
        reports.add(report(run, after.perSecondSince(before, run)));
      }
      return new LoadReport(
          workload, startedAt, target.description(), after.secondsSince(before), reports, null);
    } finally {
      closeAll(runs);
      target.close();
    }
  }

  private static void declare(Target target, Traffic traffic) throws Exception {
    if (!target.supports(traffic)) {
      String what = traffic.keys() > 0 ? "ordering keys" : traffic.kind().name().toLowerCase();
      throw new UnsupportedTrafficException(target.description() + " has no " + what);
    }
    target.declare(traffic);
  }

  // ---- first fill, then drain

  private LoadReport runBacklog() throws Exception {
    TrafficRun run =
        new TrafficRun(workload.traffic().get(0), clock, stamp, workload.backlog(), failure);
    List<TrafficRun> runs = List.of(run);
    Counts begin;
    Counts full;
    Target target = factory.open();
    try {
      declare(target, run.traffic());
      run.connect(target);
      begin = new Counts(runs);
      run.start(new Span(clock.nanos(), Long.MAX_VALUE / 2));
      fill(run);
      full = new Counts(runs);
    } finally {
      closeAll(runs);
      target.close();
    }
    long betweenAt = clock.nanos();
    BacklogReport.Between done = doBetween();
    target = openAgain(run);
    try {
      drain(runs);
      Counts drained = new Counts(runs);
      closeAll(runs);
      long first = run.inboxes().stream().mapToLong(Arrivals.Inbox::firstAt).min().orElseThrow();
      double fillSeconds = full.secondsSince(begin);
      double drainSeconds = (drained.atNanos - first) / NANOS;
      Rates rates = new Rates(run.confirmed() / fillSeconds, run.received() / drainSeconds);
      BacklogReport backlog =
          new BacklogReport(
              workload.backlog(),
              fillSeconds,
              rates.confirmed,
              drainSeconds,
              rates.received,
              (first - betweenAt) / NANOS,
              done);
      return new LoadReport(
          workload,
          startedAt,
          target.description(),
          fillSeconds + drainSeconds,
          List.of(report(run, rates)),
          backlog);
    } finally {
      closeAll(runs);
      target.close();
    }
  }

  private void fill(TrafficRun run) throws Exception {
    Progress progress = new Progress(List.of(run));
    while (!run.hasSentAll() || run.open() > 0) {
      rethrow();
      progress.tell(Phase.FILL, 0);
      TimeUnit.MILLISECONDS.sleep(TICK_MS / 10);
    }
    rethrow();
  }

  private BacklogReport.@Nullable Between doBetween() throws Exception {
    if (between == null) {
      return null;
    }
    listener.progress(Phase.BETWEEN, 0, 0, 0, 0);
    long start = clock.nanos();
    between.run();
    return new BacklogReport.Between(between.description(), (clock.nanos() - start) / NANOS);
  }

  /** A broker may listen before its queues can be read, so both are tried again. */
  private Target openAgain(TrafficRun run) throws Exception {
    long until = clock.nanos() + RESTART_NANOS;
    while (true) {
      try {
        Target target = factory.open();
        try {
          run.receiveFrom(target);
          return target;
        } catch (Exception e) {
          run.closeReceivers();
          target.close();
          throw e;
        }
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        if (between == null || clock.nanos() - until > 0) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(RESTART_RETRY_MS);
      }
    }
  }

  // ---- watching

  private void watch(List<TrafficRun> runs, Phase phase, long until) throws Exception {
    Progress progress = new Progress(runs);
    for (long left = until - clock.nanos(); left > 0; left = until - clock.nanos()) {
      rethrow();
      progress.tell(phase, left);
      clock.awaitUntil(Math.min(until, clock.nanos() + TimeUnit.MILLISECONDS.toNanos(TICK_MS)));
    }
  }

  /** Waits until all that is confirmed arrived, or nothing happened for long enough. */
  private void drain(List<TrafficRun> runs) throws Exception {
    Progress progress = new Progress(runs);
    long seen = -1;
    long quietSince = clock.nanos();
    while (runs.stream().anyMatch(run -> !run.hasSentAll() || run.open() + run.waiting() > 0)) {
      rethrow();
      long now = runs.stream().mapToLong(run -> run.sent() - run.open() + run.received()).sum();
      if (now != seen) {
        seen = now;
        quietSince = clock.nanos();
      } else if (clock.nanos() - quietSince > workload.drain().toNanos()) {
        return;
      }
      progress.tell(Phase.DRAIN, 0);
      TimeUnit.MILLISECONDS.sleep(TICK_MS / 10);
    }
    rethrow();
  }

  private void rethrow() throws Exception {
    Exception known = failure.get();
    if (known != null) {
      throw known;
    }
  }

  private static void closeAll(List<TrafficRun> runs) throws InterruptedException {
    for (TrafficRun run : runs) {
      run.closeSenders();
      run.closeReceivers();
    }
  }

  // ---- counting

  private record Rates(double confirmed, double received) {}

  /** How many there were of each traffic at a time. */
  private final class Counts {
    private final long atNanos = clock.nanos();
    private final Map<TrafficRun, Rates> counts = new HashMap<>();

    Counts(List<TrafficRun> runs) {
      runs.forEach(run -> counts.put(run, new Rates(run.confirmed(), run.received())));
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

  private TrafficReport report(TrafficRun run, Rates perSecond) {
    List<Arrivals.Inbox> inboxes = run.inboxes();
    return new TrafficReport(
        run.traffic(),
        perSecond.confirmed,
        perSecond.received,
        Latencies.of(run.confirmTimes().total()),
        Latencies.of(run.endToEndTimes().total()),
        run.traffic().isPaced() ? Latencies.of(run.lateness().total()) : null,
        run.sent(),
        run.confirmed(),
        run.received(),
        run.open(),
        run.unsent(),
        inboxes.stream().mapToLong(Arrivals.Inbox::duplicates).sum(),
        inboxes.stream().mapToLong(Arrivals.Inbox::redelivered).sum(),
        inboxes.stream().mapToLong(Arrivals.Inbox::leftovers).sum(),
        inboxes.stream().mapToLong(Arrivals.Inbox::outOfOrder).sum(),
        inboxes.stream().mapToLong(Arrivals.Inbox::damaged).sum(),
        run.wrongAnswers(),
        run.failures(),
        missing(run));
  }

  private static List<Missing> missing(TrafficRun run) {
    List<Missing> all = new ArrayList<>();
    if (run.traffic().kind() == Kind.QUERIES || run.traffic().consumers() == 0) {
      return all;
    }
    for (int i = 0; i < run.inboxes().size(); i++) {
      long[] count = new long[1];
      List<Missing.Message> examples = new ArrayList<>();
      for (int p = 0; p < run.traffic().producers(); p++) {
        int producer = p;
        run.confirmedNumbers(p)
            .forEachMissingIn(
                run.inboxes().get(i).numbers(p),
                number -> {
                  count[0]++;
                  if (examples.size() < Missing.EXAMPLES_MAX) {
                    examples.add(new Missing.Message(producer, number));
                  }
                });
      }
      if (count[0] > 0) {
        all.add(new Missing(i, count[0], examples));
      }
    }
    return all;
  }

  /** Tells the listener, with rates over the last second or so. */
  private final class Progress {
    private final List<TrafficRun> runs;
    private Counts then;
    private long toldAt;
    private double confirmedPerSecond;
    private double receivedPerSecond;

    Progress(List<TrafficRun> runs) {
      this.runs = runs;
      this.then = new Counts(runs);
      this.toldAt = then.atNanos - TimeUnit.MILLISECONDS.toNanos(TICK_MS);
    }

    void tell(Phase phase, long left) {
      long time = clock.nanos();
      if (time - toldAt < TimeUnit.MILLISECONDS.toNanos(TICK_MS)) {
        return;
      }
      toldAt = time;
      if (time - then.atNanos >= TimeUnit.SECONDS.toNanos(1)) {
        Counts now = new Counts(runs);
        confirmedPerSecond = 0;
        receivedPerSecond = 0;
        for (TrafficRun run : runs) {
          Rates rates = now.perSecondSince(then, run);
          confirmedPerSecond += rates.confirmed;
          receivedPerSecond += rates.received;
          run.fold();
        }
        then = now;
      }
      listener.progress(
          phase,
          left,
          confirmedPerSecond,
          receivedPerSecond,
          runs.stream().mapToLong(TrafficRun::waiting).sum());
    }
  }
}
