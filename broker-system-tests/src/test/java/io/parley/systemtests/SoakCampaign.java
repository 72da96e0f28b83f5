package io.parley.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * A broker that works for hours under a {@link SoakWorkload}, and is looked at each minute: what
 * grows for ever grows here, too.
 *
 * <pre>
 *   broker-system-tests/soak [minutes [seed]]
 *
 *   kills and restarts every few minutes | one long life | kills and restarts again
 *                 45 %                   |     40 %      |          15 %
 * </pre>
 */
final class SoakCampaign {
  private static final List<String> JVM =
      List.of(
          "-Xmx512m",
          "-XX:+UseG1GC",
          "-XX:+ExitOnOutOfMemoryError",
          "-XX:MaxDirectMemorySize=128m",
          // Netty's buffers count as the JVM's own, so that its bound and its metric hold for them.
          "-Dio.netty.maxDirectMemory=0",
          "-Dio.netty.leakDetection.level=paranoid");

  private static final double LONG_LIFE_FROM = 0.45;
  private static final double LONG_LIFE_TO = 0.85;
  private static final double MIB = 1 << 20;

  /** How it was at one moment; times and rates are those since the one before. */
  private record Sample(
      int second,
      int life,
      int age,
      boolean restarted,
      double residentMib,
      double heapMib,
      double directMib,
      double fileMib,
      int files,
      int descriptors,
      int threads,
      double perSecond,
      double p50Ms,
      double p99Ms,
      double load) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%5d s, life %d for %d s: RSS %.0f MiB, heap %.0f, direct %.1f; %d files, %.0f MiB;"
              + " %d descriptors, %d threads; %.0f/s handled, p50 %.2f ms, p99 %.1f ms; load %.1f%s",
          second,
          life,
          age,
          residentMib,
          heapMib,
          directMib,
          files,
          fileMib,
          descriptors,
          threads,
          perSecond,
          p50Ms,
          p99Ms,
          load,
          restarted ? ", restarted" : "");
    }
  }

  private final BrokerProcess broker;
  private final SoakWorkload workload;
  private final Random random;
  private final int seconds;
  private final int interval;
  private final int lifeMax;
  private final List<Sample> samples = new ArrayList<>();
  private final List<Double> residentAtAge = new ArrayList<>();
  private final List<Double> liveHeaps = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private final long begin = System.nanoTime();
  private long handledBefore;
  private long sampledNanos = begin;
  private boolean restarted;
  private int kills;
  private int restarts;

  private SoakCampaign(BrokerProcess broker, SoakWorkload workload, int minutes, long seed) {
    this.broker = broker;
    this.workload = workload;
    this.random = new Random(seed);
    this.seconds = 60 * minutes;
    this.interval = Math.max(5, Math.min(60, minutes / 2));
    this.lifeMax = Math.max(20, Math.min(480, seconds / 15));
  }

  public static void main(String[] arguments) throws Exception {
    int minutes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 120;
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime();
    System.out.println("soak of " + minutes + " minutes, seed " + seed);
    Path data = Files.createTempDirectory("parley-soak");
    // What is kept for a time is all there after a twenty-fourth of the run: from then on files are
    // bounded.
    String kept = Math.max(10, 60 * minutes / 24) + "s";
    try (BrokerProcess broker =
            BrokerProcess.startWith(
                JVM,
                data.resolve("broker"),
                "--set",
                "events.retention=" + kept,
                "--set",
                "outcomes.retention=" + kept,
                "--set",
                "dedup.window=" + kept,
                "--set",
                "delivery.back-off-min=200ms");
        SoakWorkload workload = new SoakWorkload(broker, seed)) {
      boolean isFine = new SoakCampaign(broker, workload, minutes, seed).run();
      if (!isFine) {
        Path log = Files.createTempFile("parley-soak", ".log");
        Files.writeString(log, broker.log());
        System.out.println("the broker's log: " + log + ", its data: " + data);
        System.exit(1);
      }
    }
    CampaignFiles.deleteAll(data);
    System.exit(0);
  }

  private boolean run() throws Exception {
    for (int life = 1; second() < seconds && broker.isAlive(); life++) {
      live(life, Math.min(seconds, lifeEnd()));
      if (second() < seconds) {
        end(life);
      }
    }
    workload.finish();
    noteLiveHeap();
    return judge();
  }

  private int second() {
    return (int) TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
  }

  /** A few minutes, or as long as the long life lasts once its time has come. */
  private int lifeEnd() {
    int now = second();
    int end = now + (int) (lifeMax * (0.6 + 0.4 * random.nextDouble()));
    int longFrom = (int) (seconds * LONG_LIFE_FROM);
    int longTo = (int) (seconds * LONG_LIFE_TO);
    return now < longTo && end > longFrom ? Math.max(end, longTo) : end;
  }

  private void live(int life, int end) throws Exception {
    int from = second();
    boolean aged = false;
    while (second() < end && broker.isAlive()) {
      TimeUnit.MILLISECONDS.sleep(200);
      int age = second() - from;
      if (!aged && age >= lifeMax / 2) {
        aged = true;
        residentAtAge.add(status("VmRSS:") / 1024.0);
      }
      if (System.nanoTime() - sampledNanos >= TimeUnit.SECONDS.toNanos(interval)) {
        sample(life, age);
      }
    }
  }

  private void end(int life) throws Exception {
    noteLiveHeap();
    restarted = true;
    if (life % 3 == 0) {
      restarts++;
      broker.terminate();
      int code = broker.awaitExit();
      check("exit code " + code + " after SIGTERM (expected: 0)", code == 0);
    } else {
      kills++;
      broker.kill();
    }
    broker.start();
  }

  private void noteLiveHeap() throws Exception {
    try (BrokerMemory memory = BrokerMemory.of(broker.pid())) {
      liveHeaps.add(memory.liveHeapBytes() / MIB);
    }
  }

  private void sample(int life, int age) throws Exception {
    long now = System.nanoTime();
    long handled = workload.handled();
    long[] times = workload.times().take();
    String metrics = broker.admin().text("/metrics");
    Disk disk = disk();
    Sample sample =
        new Sample(
            second(),
            life,
            age,
            restarted,
            status("VmRSS:") / 1024.0,
            metric(metrics, "jvm_memory_used_bytes{area=\"heap\"") / MIB,
            metric(metrics, "jvm_buffer_memory_used_bytes{id=\"direct\"") / MIB,
            disk.bytes / MIB,
            disk.files,
            descriptors(),
            status("Threads:"),
            (handled - handledBefore) * 1e9 / (now - sampledNanos),
            at(times, 0.5),
            at(times, 0.99),
            load());
    samples.add(sample);
    System.out.println(sample);
    handledBefore = handled;
    sampledNanos = now;
    restarted = false;
  }

  private static double metric(String metrics, String begin) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(begin))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private int status(String name) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + broker.pid() + "/status")).stream()
        .filter(line -> line.startsWith(name))
        .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  private int descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + broker.pid() + "/fd"))) {
      return (int) open.count();
    }
  }

  private static double load() throws IOException {
    return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]);
  }

  private record Disk(long bytes, int files) {}

  private Disk disk() throws IOException {
    List<Path> folders = new ArrayList<>(List.of(broker.data()));
    long bytes = 0;
    int files = 0;
    for (int i = 0; i < folders.size(); i++) {
      try (Stream<Path> inside = Files.list(folders.get(i))) {
        for (Path path : inside.toList()) {
          if (Files.isDirectory(path)) {
            folders.add(path);
          } else {
            bytes += Files.size(path);
            files++;
          }
        }
      } catch (NoSuchFileException e) {
        // Gone between two looks.
      }
    }
    return new Disk(bytes, files);
  }

  private static double at(long[] sorted, double share) {
    return sorted.length == 0 ? 0 : sorted[(int) (sorted.length * share)] / 1e6;
  }

  // ---------------------------------------------------------------- verdicts

  private boolean judge() {
    System.out.printf(
        "%d kills, %d restarts; %s%n", kills, restarts, new TreeMap<>(workload.counts()));
    for (SoakLedger ledger : workload.ledgers()) {
      System.out.println(ledger);
      check(ledger.toString(), ledger.lost() == 0 && ledger.twice() == 0);
    }
    check("the broker ended by itself", broker.isAlive());
    List<String> mistakes = workload.mistakes();
    check(
        mistakes.size() + " mistakes, first " + mistakes.stream().limit(10).toList(),
        mistakes.isEmpty());
    List<String> logged = broker.log().lines().filter(LoadedBroker::isTrouble).toList();
    check(
        logged.size() + " lines of the log, first " + logged.stream().limit(10).toList(),
        logged.isEmpty());
    Sample[] longest = longestLife();
    grows("RSS within the long life, MiB", 1.1, 8, Arrays.asList(longest), Sample::residentMib);
    grows("threads", 1.1, 4, samples, Sample::threads);
    grows("descriptors", 1.25, 16, samples, Sample::descriptors);
    grows("files", 1.25, 16, samples, Sample::files);
    grows("bytes of files, MiB", 1.25, 64, samples, Sample::fileMib);
    grows("direct memory, MiB", 1.25, 8, samples, Sample::directMib);
    List<Sample> quiet = samples.stream().filter(sample -> !sample.restarted).toList();
    grows("handled less, 1/s", 1.05, 0, quiet, sample -> -sample.perSecond);
    grows("p50, ms", 2, 2, quiet, Sample::p50Ms);
    grows("p99, ms", 3, 20, quiet, Sample::p99Ms);
    later("RSS at the same age, MiB", residentAtAge);
    later("live heap at the end of each life, MiB", liveHeaps);
    faults.forEach(fault -> System.out.println("FAULT " + fault));
    System.out.println(faults.isEmpty() ? "fine" : faults.size() + " faults");
    return faults.isEmpty();
  }

  private Sample[] longestLife() {
    int longest = samples.stream().max((a, b) -> Integer.compare(a.age, b.age)).orElseThrow().life;
    return samples.stream().filter(sample -> sample.life == longest).toArray(Sample[]::new);
  }

  private void check(String what, boolean isFine) {
    if (!isFine) {
      faults.add(what);
    }
  }

  /** Compares the medians of the second and the last quarter: the first one is for warming up. */
  private void grows(
      String what, double factor, double slack, List<Sample> of, ToDoubleFunction<Sample> value) {
    int quarter = of.size() / 4;
    double[] medians = new double[4];
    for (int i = 0; i < medians.length; i++) {
      medians[i] =
          median(of.subList(i * quarter, (i + 1) * quarter).stream().mapToDouble(value).toArray());
    }
    boolean falls = medians[1] < 0; // a rate, turned round
    double bound = falls ? medians[1] / factor : medians[1] * factor + slack;
    String told =
        String.format(
            Locale.ROOT,
            "%s: medians of quarters %s, max %.1f (last expected: at most %.1f)",
            what,
            Arrays.stream(medians).mapToObj(m -> String.format(Locale.ROOT, "%.1f", m)).toList(),
            of.stream().mapToDouble(value).max().orElse(0),
            bound);
    System.out.println(told);
    check(told, medians[3] <= bound);
  }

  /** Compares the lives at the end with those at the beginning, but for the first one. */
  private void later(String what, List<Double> values) {
    int some = Math.max(1, values.size() / 4);
    double early = median(values.stream().skip(1).limit(some).mapToDouble(v -> v).toArray());
    double late = median(values.stream().skip(values.size() - some).mapToDouble(v -> v).toArray());
    double bound = early * 1.1 + 8;
    String told =
        String.format(
            Locale.ROOT,
            "%s: %.1f, later %.1f (expected: at most %.1f), all %s",
            what,
            early,
            late,
            bound,
            values.stream().map(Math::round).toList());
    System.out.println(told);
    check(told, late <= bound);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
  }
}
