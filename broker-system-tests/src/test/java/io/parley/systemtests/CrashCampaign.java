package io.parley.systemtests;

import io.parley.systemtests.history.Entry;
import io.parley.systemtests.history.History;
import io.parley.systemtests.history.Rules;
import io.parley.systemtests.history.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A broker that is killed again and again, at random and at moments that matter, under a {@link
 * CrashWorkload}; what its clients noted is checked against the {@link Rules} afterwards.
 *
 * <pre>
 *   broker-system-tests/crash-campaign [kills [seed]]
 * </pre>
 *
 * <p>{@code CrashIT} is its short form. A run is a row of chapters on the same data: at the end of
 * each all is handled and checked, and what comes later of an earlier one is wrong. The seed
 * repeats what is sent and when the broker is killed, not how threads meet: a failure may need
 * several runs.
 */
final class CrashCampaign {
  /** When the broker is killed. */
  enum Moment {
    /** At any time. */
    ANY,
    /** As soon as some more messages are confirmed. */
    CONFIRM,
    /** As soon as some more settles are answered. */
    SETTLE,
    /** Right after somebody began to send: a group is on its way to the disk. */
    COMMIT,
    /** As soon as it is ready again. */
    READINESS,
    /** Before it is ready again, and once more afterwards. */
    START,
    /** When a file appears or goes: a checkpoint, a new journal file, one that is freed. */
    FILES
  }

  private static final int KILLS_PER_CHAPTER = 25;
  private static final int BIG_ONES = 120;
  private static final Duration FILES_PATIENCE = Duration.ofSeconds(4);
  private static final long LOOK_NANOS = 200_000;
  private static final int VIOLATIONS_SHOWN = 20;

  private final BrokerProcess broker;
  private final long seed;
  private final Random random;
  private final List<Moment> toCome = new ArrayList<>();
  private final Map<Moment, Integer> moments = new TreeMap<>();
  private int kills;
  private long entries;
  private long confirmed;
  private long settled;

  private CrashCampaign(BrokerProcess broker, long seed) {
    this.broker = broker;
    this.seed = seed;
    this.random = new Random(seed);
  }

  public static void main(String[] arguments) throws Exception {
    int kills = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000;
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime();
    Path data = Files.createTempDirectory("parley-crash");
    if (!run(data.resolve("broker"), kills, seed).isEmpty()) {
      System.out.println("the broker's data: " + data);
      System.exit(1);
    }
    CampaignFiles.deleteAll(data);
    System.exit(0);
  }

  /**
   * Runs one, and prints how it goes.
   *
   * @return what was wrong, of the first chapter in which something was
   */
  static List<Violation> run(Path data, int kills, long seed) throws Exception {
    System.out.println("crash campaign of " + kills + " kills, seed " + seed);
    long begin = System.nanoTime();
    try (BrokerProcess broker = BrokerProcess.start(data, CrashWorkload.OPTIONS)) {
      CrashCampaign campaign = new CrashCampaign(broker, seed);
      List<Violation> violations = List.of();
      for (int chapter = 0; campaign.kills < kills && violations.isEmpty(); chapter++) {
        violations = campaign.chapter(chapter, Math.min(kills, campaign.kills + KILLS_PER_CHAPTER));
        System.out.println(campaign.progress(begin) + ", violations " + violations.size());
      }
      violations.stream().limit(VIOLATIONS_SHOWN).forEach(System.out::println);
      return violations;
    }
  }

  private String progress(long begin) {
    return "%d s: kills %d %s, confirmed %d, settled %d, entries checked %d, seed %d"
        .formatted(
            Duration.ofNanos(System.nanoTime() - begin).toSeconds(),
            kills,
            moments,
            confirmed,
            settled,
            entries,
            seed);
  }

  private List<Violation> chapter(int number, int killsUntil) throws Exception {
    History history = new History(CrashWorkload.PLACES, CrashWorkload.MAX_ATTEMPTS);
    history.add(new Entry.Starting(System.currentTimeMillis()));
    try (CrashWorkload workload =
        new CrashWorkload(broker, "c" + number, random.nextLong(), history)) {
      while (kills < killsUntil) {
        Moment moment = nextMoment();
        moments.merge(moment, 1, Integer::sum);
        await(moment, workload);
        kill(history);
        if (moment == Moment.START) {
          killWhileStarting(history);
        }
        start(history);
        if (moment == Moment.READINESS) {
          kill(history);
          start(history);
        }
      }
      workload.finish();
      confirmed += workload.confirmed();
      settled += workload.settledSoFar();
      entries += history.entries().size();
      List<Violation> violations = new ArrayList<>();
      workload.mistakes().forEach(what -> violations.add(new Violation("client", what)));
      violations.addAll(Rules.check(history));
      if (!violations.isEmpty()) {
        keep(history);
      }
      return violations;
    } catch (IOException | RuntimeException | AssertionError e) {
      keep(history);
      throw e;
    }
  }

  /** All of them in any order, then again: a short run has each, too. */
  private Moment nextMoment() {
    if (toCome.isEmpty()) {
      toCome.addAll(List.of(Moment.values()));
      Collections.shuffle(toCome, random);
    }
    return toCome.remove(toCome.size() - 1);
  }

  private void await(Moment moment, CrashWorkload workload) throws IOException {
    switch (moment) {
      case ANY -> LockSupport.parkNanos(Duration.ofMillis(random.nextInt(1_200)).toNanos());
      case CONFIRM, START, READINESS -> workload.awaitConfirmed(1 + random.nextInt(300));
      case SETTLE -> workload.awaitSettled(1 + random.nextInt(600));
      case COMMIT -> {
        workload.awaitConfirmed(1 + random.nextInt(200));
        LockSupport.parkNanos(random.nextInt(4_000_000));
      }
      case FILES -> awaitFiles(workload);
    }
  }

  /** Waits until there is another file, or one less. */
  private void awaitFiles(CrashWorkload workload) throws IOException {
    workload.awaitConfirmed(1);
    workload.sendBigOnes(BIG_ONES);
    int other = 1 + random.nextInt(3);
    List<String> before = files();
    long end = System.nanoTime() + FILES_PATIENCE.toNanos();
    while (other > 0 && System.nanoTime() < end) {
      LockSupport.parkNanos(LOOK_NANOS);
      List<String> now = files();
      if (!now.equals(before)) {
        before = now;
        other--;
      }
    }
    LockSupport.parkNanos(random.nextInt(2_000_000));
  }

  private List<String> files() throws IOException {
    Path store = broker.data().resolve("namespaces/default");
    try (Stream<Path> own = Files.list(store);
        Stream<Path> journal = Files.list(store.resolve("journal"))) {
      return Stream.concat(own, journal).map(Path::toString).sorted().toList();
    }
  }

  private void kill(History history) throws InterruptedException {
    history.add(new Entry.Killing());
    broker.kill();
    kills++;
  }

  private void start(History history) throws IOException {
    history.add(new Entry.Starting(System.currentTimeMillis()));
    broker.start();
  }

  /** Anywhere from the first look at the data to readiness. */
  private void killWhileStarting(History history) throws IOException, InterruptedException {
    long took = broker.startTook().toMillis();
    history.add(new Entry.Starting(System.currentTimeMillis()));
    long after = took / 3 + random.nextLong(took);
    broker.startAndKill(Duration.ofMillis(after));
    history.add(new Entry.Killing());
    kills++;
  }

  /** For who looks for the cause. */
  private void keep(History history) throws IOException {
    Path noted = Files.createTempFile("parley-crash-history", ".txt");
    Files.write(noted, history.entries().stream().map(Entry::toString).toList());
    Path log = Files.createTempFile("parley-crash-broker", ".log");
    Files.writeString(log, broker.log());
    System.out.println("history: " + noted + ", the broker's log: " + log);
  }
}
