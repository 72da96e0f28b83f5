package io.parley.load;

import io.parley.load.broker.Target;
import io.parley.load.broker.Traffic;
import io.parley.load.machine.BrokerProcess;
import io.parley.load.machine.MachineInfo;
import io.parley.load.machine.Usage;
import io.parley.load.machine.UsageMeter;
import io.parley.load.report.BacklogReport;
import io.parley.load.report.Cost;
import io.parley.load.report.LoadReport;
import io.parley.load.report.Phase;
import io.parley.load.report.TrafficReport;
import io.parley.load.workload.Workload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One run of a workload against a broker: load, measurement, and the count of every message. Used
 * once, by one thread.
 *
 * <pre>{@code
 * LoadReport report =
 *     new LoadRun(Workloads.named("fan-out", Map.of()), () -> new KafkaTarget(…))
 *         .broker(BrokerProcess.of(pid))
 *         .run();
 * }</pre>
 *
 * <p>The first error of a consumer's start or of a connection ends the run; refused sends are
 * counted.
 */
public final class LoadRun {
  private static final double NANOS = 1e9;

  /** How long a broker may be away after what is done between filling and draining. */
  private static final long RESTART_NANOS = TimeUnit.MINUTES.toNanos(5);

  private static final long RESTART_RETRY_MS = 20;

  private final Workload workload;
  private final Target.Factory factory;
  private final LoadClock clock = LoadClock.system();
  private final Stamp stamp = new Stamp(System.nanoTime());
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final Instant startedAt = Instant.now();
  private LoadListener listener = (phase, left, confirmed, received, waiting) -> {};
  private BrokerProcess broker = BrokerProcess.none();
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
  public LoadRun(Workload workload, Target.Factory factory) {
    this.workload = workload;
    this.factory = factory;
  }

  /** Told how it goes. */
  public LoadRun listener(LoadListener told) {
    this.listener = told;
    return this;
  }

  /** Whose CPU time and writes are counted. */
  public LoadRun broker(BrokerProcess process) {
    this.broker = process;
    return this;
  }

  /** What to do between filling and draining a backlog; nothing by default. */
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
      Watch watch = new Watch(runs, clock, listener, failure);
      runs.forEach(run -> run.start(span));
      UsageMeter meter = new UsageMeter(broker);
      watch.until(Phase.WARMUP, span.startNanos());
      Counts before = new Counts(runs, clock.nanos());
      meter.start();
      watch.until(Phase.MEASURE, span.endNanos());
      Usage usage = meter.soFar();
      Counts after = new Counts(runs, clock.nanos());
      long unused = watch.untilDrained(workload.drain().toNanos());
      closeAll(runs);
      List<TrafficReport> reports = new ArrayList<>();
      for (TrafficRun run : runs) {
        reports.add(run.report(after.perSecondSince(before, run)));
      }
      double seconds = after.secondsSince(before);
      double messages = reports.stream().mapToDouble(TrafficReport::throughPerSecond).sum();
      double bytes = reports.stream().mapToDouble(TrafficReport::storedBytesPerSecond).sum();
      List<Cost> costs = new ArrayList<>();
      addCost(costs, Phase.MEASURE, usage, messages * seconds, bytes * seconds);
      return report(target, seconds, reports, null, costs);
    } finally {
      close(runs, target);
    }
  }

  private static void declare(Target target, Traffic traffic) throws Exception {
    if (!target.supports(traffic)) {
      throw new UnsupportedTrafficException(
          String.join(" ", target.description().values())
              + " has no "
              + traffic.kind().name().toLowerCase(Locale.ROOT)
              + (traffic.keys() > 0 ? " with ordering keys" : ""));
    }
    target.declare(traffic);
  }

  // ---- first fill, then drain

  private LoadReport runBacklog() throws Exception {
    Traffic traffic = workload.traffic().get(0);
    TrafficRun run = new TrafficRun(traffic, clock, stamp, workload.backlog(), failure);
    List<TrafficRun> runs = List.of(run);
    List<Cost> costs = new ArrayList<>();
    Watch watch = new Watch(runs, clock, listener, failure);
    double fillSeconds = fill(run, watch, costs);
    long betweenAt = clock.nanos();
    BacklogReport.Between done = doBetween();
    Target target = openAgain(run);
    try {
      run.timeline().resume();
      UsageMeter meter = new UsageMeter(broker);
      long last = watch.untilDrained(workload.drain().toNanos());
      addCost(costs, Phase.DRAIN, meter.soFar(), run.received(), 0);
      closeAll(runs);
      long first = Math.min(last, run.firstArrivalAt());
      double drainSeconds = (last - first) / NANOS;
      Counts.Rates rates =
          new Counts.Rates(
              run.confirmed() / fillSeconds, drainSeconds == 0 ? 0 : run.received() / drainSeconds);
      BacklogReport backlog =
          new BacklogReport(
              run.confirmed(),
              fillSeconds,
              rates.confirmed(),
              drainSeconds,
              rates.received(),
              (first - betweenAt) / NANOS,
              done);
      return report(target, fillSeconds + drainSeconds, List.of(run.report(rates)), backlog, costs);
    } finally {
      close(runs, target);
    }
  }

  /** Stores the backlog and returns how long that took. */
  private double fill(TrafficRun run, Watch watch, List<Cost> costs) throws Exception {
    Target target = factory.open();
    try {
      declare(target, run.traffic());
      run.connect(target);
      UsageMeter meter = new UsageMeter(broker);
      long begin = clock.nanos();
      run.start(new Span(begin, begin + Long.MAX_VALUE / 2));
      watch.until(Phase.FILL, () -> run.hasSentAll() && run.open() == 0);
      double seconds = (clock.nanos() - begin) / NANOS;
      double stored = (double) run.confirmed() * run.traffic().sizeBytes();
      addCost(costs, Phase.FILL, meter.soFar(), run.confirmed(), stored);
      return seconds;
    } finally {
      close(List.of(run), target);
    }
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
        return receive(factory.open(), run);
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

  private static Target receive(Target target, TrafficRun run) throws Exception {
    try {
      run.receiveFrom(target);
      return target;
    } catch (Exception e) {
      run.closeReceivers();
      target.close();
      throw e;
    }
  }

  // ---- the end

  private static void close(List<TrafficRun> runs, Target target) throws InterruptedException {
    try {
      closeAll(runs);
    } finally {
      target.close();
    }
  }

  private static void closeAll(List<TrafficRun> runs) throws InterruptedException {
    for (TrafficRun run : runs) {
      run.closeSenders();
      run.closeReceivers();
    }
  }

  private static void addCost(
      List<Cost> costs, Phase phase, @Nullable Usage usage, double messages, double bytes) {
    if (usage != null) {
      costs.add(new Cost(phase, usage, messages, bytes));
    }
  }

  private LoadReport report(
      Target target,
      double seconds,
      List<TrafficReport> reports,
      @Nullable BacklogReport backlog,
      List<Cost> costs) {
    return new LoadReport(
        workload,
        startedAt,
        target.description(),
        seconds,
        reports,
        backlog,
        costs,
        MachineInfo.here());
  }
}
