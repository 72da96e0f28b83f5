package io.parley.systemtests;

import io.parley.protocol.ParleyException;
import io.parley.systemtests.disk.Change;
import io.parley.systemtests.disk.Disk;
import io.parley.systemtests.disk.DiskLog;
import io.parley.systemtests.history.Entry;
import io.parley.systemtests.history.History;
import io.parley.systemtests.history.Rules;
import io.parley.systemtests.history.Violation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Power cuts: a real broker under a {@link CrashWorkload}, killed at times, of which every change
 * of its files is noted; then, for many moments of that one run, the files as a disk may hold them
 * if power was lost there, a broker on them, and the {@link Rules} on what clients had noted until
 * then and what they get now. No broker may refuse to start: nothing is damaged.
 *
 * <pre>
 *   broker-system-tests/power-cut-campaign [cuts [seed]]
 * </pre>
 *
 * <p>{@code PowerCutIT} is its short form. What is done to names and bytes that weren't synced:
 * {@link Disk}. The seed repeats the moments and what the disk does, of a run that is kept; it
 * doesn't repeat the run.
 */
final class PowerCutCampaign {
  /** Where power is lost. */
  enum Moment {
    /** After any change. */
    ANY,
    /** Before or after a sync of a file ended. */
    SYNC,
    /** Before or after a name changed or was synced, or a file cut off. */
    NAMES,
    /** Before or after table files or their manifest changed: checkpoints and compactions. */
    TABLES,
    /** While the broker starts. */
    START
  }

  /** A part of the names of files whose syncs don't count: the campaign has to find that. */
  private static final String FORGETS = System.getProperty("parley.forgets", "");

  private static final int PROCESS_ONE_IN = 40;
  private static final int BIG_ONES = 120;
  private static final int VIOLATIONS_SHOWN = 20;
  private static final int CUTS_PER_LINE = 100;

  private final Path scratch;
  private final Path images;
  private final Path data;
  private final Path log;
  private final Random random;
  private final long seed;
  private final Map<Moment, Integer> moments = new TreeMap<>();
  private CrashWorkload workload;
  private History history;

  private PowerCutCampaign(Path scratch, Path images, long seed) throws IOException {
    this.scratch = scratch;
    this.images = images;
    this.data = Files.createDirectories(scratch.resolve("broker")).toRealPath();
    this.log = scratch.resolve("changes");
    this.seed = seed;
    this.random = new Random(seed);
  }

  public static void main(String[] arguments) throws Exception {
    int cuts = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000;
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime();
    CampaignFiles.quiet();
    Path scratch = Files.createTempDirectory("parley-power-cut");
    Path images = CampaignFiles.images(scratch);
    Duration recorded = Duration.ofSeconds(Math.max(8, Math.min(40, cuts / 20)));
    List<String> wrong = run(scratch, images, recorded, cuts, seed);
    CampaignFiles.deleteAll(images);
    if (!wrong.isEmpty()) {
      System.out.println("the broker's changes, and the last disk: " + scratch);
      System.exit(1);
    }
    CampaignFiles.deleteAll(scratch);
    System.exit(0);
  }

  /**
   * Runs one, and prints how it goes.
   *
   * @param scratch where the broker has its data, on a disk
   * @param images where disks after power cuts are made, best in memory
   * @param recorded how long the broker runs
   * @return what was wrong at the first cut where something was
   */
  static List<String> run(Path scratch, Path images, Duration recorded, int cuts, long seed)
      throws Exception {
    System.out.println("power cut campaign of " + cuts + " cuts, seed " + seed);
    PowerCutCampaign campaign = new PowerCutCampaign(scratch, images, seed);
    campaign.record(recorded);
    List<String> wrong = campaign.cut(campaign.choose(cuts));
    wrong.stream().limit(VIOLATIONS_SHOWN).forEach(System.out::println);
    return wrong;
  }

  // ---------------------------------------------------------------- the run

  private void record(Duration recorded) throws Exception {
    Files.createFile(log);
    history = new History(CrashWorkload.PLACES, CrashWorkload.MAX_ATTEMPTS, this::position);
    history.add(new Entry.Starting(System.currentTimeMillis()));
    Map<String, String> environment = DiskLog.environment(data, log, scratch);
    long end = System.nanoTime() + recorded.toNanos();
    try (BrokerProcess broker = BrokerProcess.startIn(environment, data, CrashWorkload.OPTIONS);
        CrashWorkload running = new CrashWorkload(broker, "p", random.nextLong(), history)) {
      workload = running;
      while (System.nanoTime() < end) {
        running.awaitConfirmed(1);
        running.sendBigOnes(BIG_ONES);
        LockSupport.parkNanos(Duration.ofMillis(random.nextInt(500, 1_500)).toNanos());
        if (random.nextInt(3) == 0) {
          history.add(new Entry.Killing());
          kill(broker);
          history.add(new Entry.Starting(System.currentTimeMillis()));
          broker.start();
        }
      }
      running.awaitSettled(1);
      kill(broker);
      // What clients that are closed are told of settles under way says nothing of the broker.
      history.end();
      if (!running.mistakes().isEmpty()) {
        throw new IllegalStateException(running.mistakes().toString());
      }
    }
  }

  /** Kills it between two changes: each has its note. */
  private void kill(BrokerProcess broker) throws IOException, InterruptedException {
    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE);
        FileLock ignored = channel.lock()) {
      broker.kill();
    }
  }

  private long position() {
    try {
      return Files.size(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---------------------------------------------------------------- the moments

  /** Numbers of the changes after which power is lost. */
  private Map<Integer, Moment> choose(int cuts) throws IOException {
    Map<Moment, List<Integer>> all = new TreeMap<>();
    Disk disk = new Disk(data, FORGETS);
    int count = 0;
    long bytes = 0;
    boolean starting = false;
    try (DiskLog changes = new DiskLog(log)) {
      for (Change change = changes.next(); change != null; change = changes.next(), count++) {
        boolean names = disk.apply(change);
        bytes = change.position();
        Moment moment = Moment.ANY;
        if (change.kind() == Change.Kind.STARTED) {
          starting = true;
        } else if (starting
            && change.kind() == Change.Kind.WRITTEN
            && disk.isOf(change, ".journal")) {
          starting = false; // the first record after a start: it serves
        }
        if (starting) {
          moment = Moment.START;
        } else if (disk.isOf(change, ".sst", "MANIFEST", "CURRENT")
            && change.kind() != Change.Kind.WRITTEN) {
          moment = Moment.TABLES;
        } else if (names) {
          moment = Moment.NAMES;
        } else if (change.kind() == Change.Kind.SYNCED) {
          moment = Moment.SYNC;
        }
        List<Integer> of = all.computeIfAbsent(moment, is -> new ArrayList<>());
        of.add(count);
        if (moment != Moment.ANY) {
          of.add(count - 1);
        }
      }
    }
    disk.requireSame(data);
    System.out.printf(
        "recorded: %,d changes, %,d MiB, %,d entries noted, %,d confirmed, %,d settled; moments %s%n",
        count,
        bytes >> 20,
        history.entries().size(),
        workload.confirmed(),
        workload.settledSoFar(),
        all.entrySet().stream().map(each -> each.getKey() + " " + each.getValue().size()).toList());
    Map<Integer, Moment> chosen = new TreeMap<>();
    all.values().forEach(each -> Collections.shuffle(each, random));
    List<Moment> turns = new ArrayList<>(all.keySet());
    for (int i = 0; chosen.size() < cuts && !turns.isEmpty(); i++) {
      Moment turn = turns.get(i % turns.size());
      List<Integer> of = all.get(turn);
      if (of.isEmpty()) {
        turns.remove(turn);
      } else {
        chosen.putIfAbsent(of.remove(of.size() - 1), turn);
      }
    }
    return chosen;
  }

  // ---------------------------------------------------------------- the cuts

  private List<String> cut(Map<Integer, Moment> chosen) throws Exception {
    long begin = System.nanoTime();
    Disk disk = new Disk(data, FORGETS);
    int count = 0;
    int cuts = 0;
    try (DiskLog changes = new DiskLog(log)) {
      for (Change change = changes.next(); change != null; change = changes.next(), count++) {
        disk.apply(change);
        Moment moment = chosen.get(count);
        if (moment == null) {
          continue;
        }
        moments.merge(moment, 1, Integer::sum);
        long cutSeed = seed * 31 + count;
        Path image = images.resolve("disk");
        disk.afterPowerCut(new Random(cutSeed), image);
        List<String> wrong = verify(image, change.position(), cuts % PROCESS_ONE_IN == 1);
        CampaignFiles.deleteAll(image);
        if (++cuts % CUTS_PER_LINE == 0 || cuts == chosen.size() || !wrong.isEmpty()) {
          System.out.printf(
              "%d s: cuts %d %s, violations %d, seed %d%n",
              Duration.ofNanos(System.nanoTime() - begin).toSeconds(),
              cuts,
              moments,
              wrong.size(),
              seed);
        }
        if (!wrong.isEmpty()) {
          System.out.printf("cut after change %d, a moment of %s%n", count, moment);
          disk.afterPowerCut(new Random(cutSeed), scratch.resolve("disk"));
          return wrong;
        }
      }
    }
    return List.of();
  }

  /** What is wrong with what a broker makes of a disk. */
  private List<String> verify(Path image, long position, boolean inProcess) throws Exception {
    History until = history.until(position);
    until.add(new Entry.Killing());
    until.add(new Entry.Starting(System.currentTimeMillis()));
    List<String> wrong = new ArrayList<>();
    try (RunningBroker broker =
            inProcess
                ? BrokerProcess.start(image, CrashWorkload.OPTIONS)
                : BrokerHere.start(image, CrashWorkload.OPTIONS);
        CrashWorkload rest = CrashWorkload.rest(broker, until, workload)) {
      rest.finish();
      wrong.addAll(rest.mistakes());
    } catch (ParleyException | IOException e) {
      wrong.add("the broker refused: " + e.getMessage());
    } catch (AssertionError e) {
      wrong.add(e.getMessage());
    }
    if (wrong.isEmpty()) {
      Rules.check(until).stream().map(Violation::toString).forEach(wrong::add);
    }
    return wrong;
  }
}
