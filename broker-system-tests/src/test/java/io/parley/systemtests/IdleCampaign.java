package io.parley.systemtests;

import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What idle queues, inboxes and connections cost: makes many of them in a broker, and compares that
 * one with a broker that has none. With 100,000 queues or inboxes, or 10,000 connections, each kind
 * takes about two minutes, so that is no test but a campaign:
 *
 * <pre>
 *   broker-system-tests/idle-campaign [queues|inboxes|connections [how many]]
 * </pre>
 *
 * <p>{@code IdleIT} is its short form. Prints a table with a verdict for each target; exits with 1
 * if one is missed. An idle connection is a service with an open consumer on an empty queue of its
 * own, and sends a ping every four seconds: its figures include its queue and its consumer.
 */
final class IdleCampaign {
  private static final List<String> JVM = List.of("-Xmx512m", "-XX:+ExitOnOutOfMemoryError");
  private static final String CONSUMERS_METRIC = "parley_destination_consumers{";
  private static final int REQUESTS_AT_ONCE = 1_000;
  private static final int CONSUMERS_OF_A_CONNECTION = 5_000;

  /** Made before the first look at the heap, so that classes and buffers are there. */
  private static final int FIRST = 100;

  /** What is counted, how many of them, and what each may cost. */
  enum Kind {
    QUEUES(100_000, 1_024),
    INBOXES(100_000, 1_024),
    CONNECTIONS(10_000, 10_240);

    final int many;
    final long heapBytesMax;

    Kind(int many, long heapBytesMax) {
      this.many = many;
      this.heapBytesMax = heapBytesMax;
    }
  }

  /** How long the busy queue is watched. */
  record Watch(int warmUpMs, int rounds, int roundMs) {
    static final Watch LONG = new Watch(8_000, 9, 1_500);
  }

  /**
   * What it came to.
   *
   * @param heapBytes of the live heap, each
   * @param residentBytes of the process, each, heap included
   * @param making until all were made, each confirmed
   * @param restart from the start after a SIGKILL to readiness, with all of them
   * @param bareRestart the same of the broker without
   * @param restartCpu processor time of that restart, which other work on the machine hardly
   *     changes
   * @param bareRestartCpu the same of the broker without
   * @param comingBack until all connections were welcomed again; null for what is no connection
   * @param with the busy queue beside them, all rounds together
   * @param without the busy queue of the broker without
   * @param rateRatio median of the rounds: how much of the rate without there is with them
   * @param cpuRatio median of the rounds: processor time of the broker per message
   * @param scrape until the answer of {@code /metrics} was there, with all of them
   * @param destinationsShown how many have values of their own there
   */
  record Report(
      Kind kind,
      int many,
      long heapBytes,
      long residentBytes,
      Duration making,
      Duration restart,
      Duration bareRestart,
      Duration restartCpu,
      Duration bareRestartCpu,
      @Nullable Duration comingBack,
      BusyQueue.Work with,
      BusyQueue.Work without,
      double rateRatio,
      double cpuRatio,
      Duration scrape,
      long destinationsShown) {
    static final Duration RESTART_MAX = Duration.ofSeconds(3);
    static final double RATE_RATIO_MIN = 0.95;

    boolean isHeapFine() {
      return heapBytes <= kind.heapBytesMax;
    }

    boolean isRestartFine() {
      return restart.compareTo(RESTART_MAX) <= 0;
    }

    boolean isRateFine() {
      return rateRatio >= RATE_RATIO_MIN;
    }

    boolean isFine() {
      return isHeapFine() && isRestartFine() && isRateFine();
    }

    @Override
    public String toString() {
      String title = String.format("%,d idle %s", many, kind.name().toLowerCase(Locale.ROOT));
      return title
          + "\n"
          + row("heap of each", heapBytes + " B", "<= " + kind.heapBytesMax + " B", isHeapFine())
          + row("resident memory of each", residentBytes + " B", "", true)
          + row("made within", making.toMillis() + " ms", "", true)
          + row(
              "restart to ready (broker without: " + bareRestart.toMillis() + " ms)",
              restart.toMillis() + " ms",
              "<= " + RESTART_MAX.toMillis() + " ms",
              isRestartFine())
          + row(
              "restart, CPU (broker without: " + bareRestartCpu.toMillis() + " ms)",
              restartCpu.toMillis() + " ms",
              "",
              true)
          + (comingBack == null
              ? ""
              : row("all connected again within", comingBack.toMillis() + " ms", "", true))
          + row(
              "scrape (" + destinationsShown + " destinations shown)",
              scrape.toMillis() + " ms",
              "",
              true)
          + row(
              "busy queue without",
              String.format("%,.0f/s, %.2f us CPU", without.perSecond(), without.cpuMicros()),
              "",
              true)
          + row(
              "busy queue beside them",
              String.format("%,.0f/s, %.2f us CPU", with.perSecond(), with.cpuMicros()),
              "",
              true)
          + row(
              "median ratio",
              String.format("%.3f, CPU %.3f", rateRatio, cpuRatio),
              ">= " + RATE_RATIO_MIN,
              isRateFine());
    }

    private static String row(String what, String value, String target, boolean fine) {
      String verdict = target.isEmpty() ? "" : fine ? "PASS" : "MISSED";
      return String.format("  %-52s %28s  %-12s %s%n", what, value, target, verdict);
    }
  }

  private final Kind kind;
  private final int many;
  private final Watch watch;
  private final Path data;
  private @Nullable IdleConnections connections;

  IdleCampaign(Kind kind, int many, Watch watch, Path data) {
    this.kind = kind;
    this.many = many;
    this.watch = watch;
    this.data = data;
  }

  public static void main(String[] arguments) throws Exception {
    List<Report> reports = new ArrayList<>();
    if (arguments.length == 0) {
      for (Kind kind : Kind.values()) {
        reports.add(run(kind, kind.many));
      }
    } else {
      Kind kind = Kind.valueOf(arguments[0].toUpperCase(Locale.ROOT));
      reports.add(run(kind, arguments.length > 1 ? Integer.parseInt(arguments[1]) : kind.many));
    }
    System.exit(reports.stream().allMatch(Report::isFine) ? 0 : 1);
  }

  private static Report run(Kind kind, int many) throws Exception {
    Path data = Files.createTempDirectory("parley-idle");
    try {
      Report report = new IdleCampaign(kind, many, Watch.LONG, data).run();
      System.out.println(report);
      return report;
    } finally {
      CampaignFiles.deleteAll(data);
    }
  }

  /** Runs it all. */
  Report run() throws Exception {
    try (BrokerProcess with = BrokerProcess.startWith(JVM, data.resolve("with"));
        BrokerProcess without = BrokerProcess.startWith(JVM, data.resolve("without"))) {
      Made made = make(with);
      with.kill();
      closeConnections();
      with.start();
      without.kill();
      without.start();
      Duration restart = with.startTook();
      Duration bareRestart = without.startTook();
      checkAllAreThere(with);
      @Nullable Duration comingBack = null;
      if (kind == Kind.CONNECTIONS) {
        comingBack = timed(() -> connections = new IdleConnections(with.port(), many));
      }
      Comparison busy = compare(with, without);
      long begin = System.nanoTime();
      String metrics = with.admin().text("/metrics");
      Duration scrape = Duration.ofNanos(System.nanoTime() - begin);
      return new Report(
          kind,
          many,
          made.heapBytes,
          made.residentBytes,
          made.took,
          restart,
          bareRestart,
          with.startCpu(),
          without.startCpu(),
          comingBack,
          busy.with,
          busy.without,
          median(busy.rateRatios),
          median(busy.cpuRatios),
          scrape,
          metrics.lines().filter(line -> line.startsWith(CONSUMERS_METRIC)).count());
    } finally {
      closeConnections();
    }
  }

  private record Made(long heapBytes, long residentBytes, Duration took) {}

  private Made make(BrokerProcess broker) throws Exception {
    make(broker, 0, FIRST);
    try (BrokerMemory memory = BrokerMemory.of(broker.pid())) {
      closeConnections();
      long heapBefore = memory.liveHeapBytes();
      long residentBefore = memory.residentBytes();
      int from = kind == Kind.CONNECTIONS ? 0 : FIRST;
      Duration took = timed(() -> make(broker, from, many));
      long heap = memory.liveHeapBytes() - heapBefore;
      long resident = memory.residentBytes() - residentBefore;
      return new Made(heap / (many - from), resident / (many - from), took);
    }
  }

  private void make(BrokerProcess broker, int from, int to) throws Exception {
    switch (kind) {
      case QUEUES -> makeQueues(broker, from, to);
      case INBOXES -> makeInboxes(broker, from, to);
      case CONNECTIONS -> connections = new IdleConnections(broker.port(), to);
    }
  }

  /** Makes queues with a command type each. */
  static void makeQueues(BrokerProcess broker, int from, int to) throws IOException {
    for (int start = from; start < to; start += CONSUMERS_OF_A_CONNECTION) {
      try (WireClient client = WireClient.welcomed(broker.port(), "idle")) {
        request(
            client,
            start,
            Math.min(to, start + CONSUMERS_OF_A_CONNECTION),
            i ->
                new Request.Consume(
                    i + 1, i + 1, name("queue", i), List.of(name("type", i) + ".Do"), 0, 0));
        client.write(new Request.Goodbye(1));
        Response.Ok unused = client.read(Response.Ok.class);
      }
    }
  }

  private static void makeInboxes(BrokerProcess broker, int from, int to) throws IOException {
    try (WireClient client = WireClient.welcomed(broker.port(), "idle")) {
      request(
          client,
          from,
          to,
          i ->
              new Request.Subscribe(
                  i + 1, 0, name("inbox", i), List.of(name("type", i) + ".Done"), 0, 0, -1));
    }
  }

  private static void request(WireClient client, int from, int to, IntFunction<Request> request)
      throws IOException {
    for (int start = from; start < to; start += REQUESTS_AT_ONCE) {
      int end = Math.min(to, start + REQUESTS_AT_ONCE);
      Request[] requests = new Request[end - start];
      for (int i = start; i < end; i++) {
        requests[i - start] = request.apply(i);
      }
      client.write(requests);
      for (int i = start; i < end; i++) {
        Response.Ok unused = client.read(Response.Ok.class);
      }
    }
  }

  /** As long as real ones are. */
  static String name(String what, int number) {
    return String.format("shop.idle-%s-%06d", what, number);
  }

  private void checkAllAreThere(BrokerProcess broker) throws Exception {
    for (int i : new int[] {0, many / 2, many - 1}) {
      switch (kind) {
        case QUEUES -> check(broker.admin().queue(name("queue", i)).get("types").size(), 1);
        case INBOXES ->
            check(broker.admin().subscription(name("inbox", i)).get("patterns").size(), 1);
        case CONNECTIONS ->
            check(broker.admin().queue(name("service", i)).get("consumers").asInt(), 0);
      }
    }
  }

  private static void check(int value, int expected) {
    if (value != expected) {
      throw new IllegalStateException(value + " (expected: " + expected + ")");
    }
  }

  private interface Task {
    void run() throws Exception;
  }

  private static Duration timed(Task task) throws Exception {
    long begin = System.nanoTime();
    task.run();
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private void closeConnections() throws IOException {
    if (connections != null) {
      connections.close();
      connections = null;
    }
  }

  private static final class Comparison {
    private final List<Double> rateRatios = new ArrayList<>();
    private final List<Double> cpuRatios = new ArrayList<>();
    private BusyQueue.Work with = BusyQueue.Work.NONE;
    private BusyQueue.Work without = BusyQueue.Work.NONE;

    void add(BusyQueue.Work roundWith, BusyQueue.Work roundWithout) {
      rateRatios.add(roundWith.perSecond() / roundWithout.perSecond());
      cpuRatios.add(roundWith.cpuMicros() / roundWithout.cpuMicros());
      with = with.plus(roundWith);
      without = without.plus(roundWithout);
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }

  /** The busy queue with them and without, in turns, so that the machine's moods hit both. */
  private Comparison compare(BrokerProcess with, BrokerProcess without) throws Exception {
    try (BrokerMemory withMemory = BrokerMemory.of(with.pid());
        BrokerMemory withoutMemory = BrokerMemory.of(without.pid());
        BusyQueue withQueue = new BusyQueue(with, withMemory);
        BusyQueue withoutQueue = new BusyQueue(without, withoutMemory)) {
      withoutQueue.work(watch.warmUpMs);
      withQueue.work(watch.warmUpMs);
      Comparison compared = new Comparison();
      for (int i = 0; i < watch.rounds; i++) {
        boolean withFirst = i % 2 == 0;
        BusyQueue.Work first = (withFirst ? withQueue : withoutQueue).work(watch.roundMs);
        BusyQueue.Work second = (withFirst ? withoutQueue : withQueue).work(watch.roundMs);
        compared.add(withFirst ? first : second, withFirst ? second : first);
        if (connections != null) {
          connections.check();
        }
      }
      return compared;
    }
  }
}
