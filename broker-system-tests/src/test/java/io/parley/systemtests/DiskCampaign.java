package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.client.CommandResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import io.parley.systemtests.history.Entry;
import io.parley.systemtests.history.History;
import io.parley.systemtests.history.Rules;
import io.parley.systemtests.history.Violation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A disk in all sorts of trouble under a {@link CrashWorkload}: what operators and clients see
 * meanwhile is looked at, and what clients noted is checked against the {@link Rules} afterwards.
 *
 * <pre>
 *   broker-system-tests/disk-campaign [chapters [seed [trouble...]]]
 * </pre>
 *
 * <p>{@code DiskTroubleIT} is its short form. A chapter is each trouble once, in any order, and
 * then a kill; at its end all is handled and checked.
 */
final class DiskCampaign {
  /** What the broker makes of it. */
  private enum Effect {
    /** The store fails once, and is reopened at once. */
    HICCUP,
    /** The store is unavailable for as long as it lasts. */
    UNAVAILABLE,
    /** Likewise, and as only some files are concerned it may be found out while they are opened. */
    UNREADABLE,
    /** New messages are refused, all else goes on. */
    SHORT_OF_SPACE,
    /** One or the other, as what is written meanwhile still finds room in the files there are. */
    NOT_READY,
    /** Nobody notices more than that it takes longer. */
    NONE
  }

  /** What a disk can do. */
  enum Trouble {
    SYNC_FAILS_ONCE(Effect.HICCUP, "", "fsync EIO .journal 1"),
    SYNC_FAILS_OFTEN(Effect.HICCUP, "", "fsync EIO .journal 4"),
    SYNC_FAILS(Effect.UNAVAILABLE, "Input/output error", "fsync EIO /broker/ 0"),
    WRITE_FAILS_ONCE(Effect.HICCUP, "", "write EIO .journal 1"),
    WRITE_FAILS(Effect.UNAVAILABLE, "Input/output error", "write EIO /broker/ 0"),
    NO_ROOM_FOR_THE_JOURNAL(Effect.UNREADABLE, "No space left", "write ENOSPC .journal 0"),
    NO_ROOM_FOR_TABLE_FILES(Effect.UNREADABLE, "No space left", "write ENOSPC .sst 0"),
    TABLE_FILE_SYNC_FAILS(Effect.HICCUP, "", "fsync EIO .sst 1"),
    MANIFEST_FAILS(Effect.HICCUP, "", "write EIO MANIFEST 1"),
    READ_ONLY(
        Effect.UNAVAILABLE,
        "Read-only file system",
        "write EROFS /broker/ 0",
        "fsync EROFS /broker/ 0",
        "open EROFS /broker/ 0",
        "rename EROFS /broker/ 0"),
    TOO_MANY_OPEN_FILES(Effect.UNAVAILABLE, "Too many open files", "open EMFILE /broker/ 0"),
    SHORT_WRITES(Effect.NONE, "", "write short .journal 0"),
    SLOW(Effect.NONE, "", "fsync delay=50 .journal 0"),
    VERY_SLOW(Effect.NONE, "", "fsync delay=2000 .journal 2"),
    NO_ROOM_FOR_TRACES(Effect.NONE, "", "write ENOSPC .trace 0"),
    /** Less free than the reserve. */
    SHORT(Effect.SHORT_OF_SPACE, "storage.reserve"),
    /** Nothing free. */
    FULL(Effect.NOT_READY, ""),
    /** Hangs for two seconds. */
    STALL(Effect.NONE, ""),
    /** The file system has given up; it must be checked, and the broker started again. */
    BROKEN(Effect.UNAVAILABLE, "it goes on by itself");

    private final Effect effect;
    private final String reason;
    private final String[] faults;

    Trouble(Effect effect, String reason, String... faults) {
      this.effect = effect;
      this.reason = reason;
      this.faults = faults;
    }

    /** Whether it takes a file system of its own. */
    private boolean isReal() {
      return faults.length == 0;
    }
  }

  static final int DISK_MEBIBYTES = 768;
  private static final long RESERVE_BYTES = 64 << 20;
  private static final String KEPT = "disk.Kept";
  private static final String WAITING = "disk.Waiting";
  private static final int KEPT_ONES = 3;
  private static final int WAITING_ONES = 200;
  private static final int BIG_ONES = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final long LOOK_NANOS = 2_000_000;
  private static final int VIOLATIONS_SHOWN = 20;

  private final BrokerProcess broker;
  private final FaultyDisk faults;
  private final @Nullable SmallDisk disk;
  private final Random random;
  private final Map<Trouble, Integer> met = new TreeMap<>();
  private final List<MessageId> kept = new ArrayList<>();
  private int settledWhileShort;
  private int refusedWhileShort;
  private long entries;
  private long confirmed;
  private long settled;

  private DiskCampaign(
      BrokerProcess broker, FaultyDisk faults, @Nullable SmallDisk disk, long seed) {
    this.broker = broker;
    this.faults = faults;
    this.disk = disk;
    this.random = new Random(seed);
  }

  public static void main(String[] arguments) throws Exception {
    int chapters = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10;
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime();
    List<Trouble> troubles =
        Arrays.stream(arguments).skip(2).map(Trouble::valueOf).collect(Collectors.toList());
    if (troubles.isEmpty()) {
      troubles.addAll(List.of(Trouble.values()));
    }
    Path folder = Files.createTempDirectory("parley-disk");
    FaultyDisk faults = FaultyDisk.in(folder);
    if (faults == null) {
      System.out.println("there is no C compiler, cc (expected: one, to make a faulty disk with)");
      System.exit(2);
    }
    boolean isFine = true;
    try (SmallDisk memory = SmallDisk.inMemory(folder.resolve("memory"), DISK_MEBIBYTES)) {
      isFine &=
          run(folder.resolve("memory"), faults, memory, troubles, (chapters + 1) / 2, seed)
              .isEmpty();
    }
    try (SmallDisk file =
        SmallDisk.inFile(folder.resolve("file"), folder.resolve("image"), DISK_MEBIBYTES)) {
      isFine &=
          run(folder.resolve("file"), faults, file, troubles, chapters / 2, seed + 1).isEmpty();
    }
    if (isFine) {
      CampaignFiles.deleteAll(folder);
    } else {
      System.out.println("the broker's data: " + folder);
    }
    System.exit(isFine ? 0 : 1);
  }

  /**
   * Runs one, and prints how it goes.
   *
   * @param folder on the disk, if there is one
   * @return what was wrong, of the first chapter in which something was
   */
  static List<Violation> run(
      Path folder,
      FaultyDisk faults,
      @Nullable SmallDisk disk,
      List<Trouble> troubles,
      int chapters,
      long seed)
      throws Exception {
    System.out.println(
        "disk campaign of "
            + chapters
            + " chapters on "
            + (disk == null ? "any disk" : disk)
            + ", seed "
            + seed);
    long begin = System.nanoTime();
    String[] options = Arrays.copyOf(CrashWorkload.OPTIONS, CrashWorkload.OPTIONS.length + 2);
    options[options.length - 2] = "--set";
    options[options.length - 1] = "storage.reserve=" + RESERVE_BYTES / (1 << 20) + "MiB";
    try (BrokerProcess broker =
        BrokerProcess.startIn(faults.environment(), folder.resolve("broker"), options)) {
      DiskCampaign campaign = new DiskCampaign(broker, faults, disk, seed);
      campaign.keepSome();
      List<Violation> violations = List.of();
      for (int chapter = 0; chapter < chapters && violations.isEmpty(); chapter++) {
        violations = campaign.chapter(chapter, troubles);
        System.out.println(campaign.progress(begin) + ", violations " + violations.size());
      }
      violations.stream().limit(VIOLATIONS_SHOWN).forEach(System.out::println);
      return violations;
    } finally {
      faults.heal();
    }
  }

  private String progress(long begin) {
    return "%d s: %s, confirmed %d, settled %d, entries checked %d; short of space: refused %d, settled %d"
        .formatted(
            Duration.ofNanos(System.nanoTime() - begin).toSeconds(),
            met,
            confirmed,
            settled,
            entries,
            refusedWhileShort,
            settledWhileShort);
  }

  /** What nobody handles, to be looked at while nothing can be written. */
  private void keepSome() {
    try (ParleyClient shop = ParleyClient.connect(broker.uri(), "shop")) {
      for (int i = 0; i < KEPT_ONES; i++) {
        kept.add(shop.send(KEPT, "kept " + i));
      }
    }
  }

  private List<Violation> chapter(int number, List<Trouble> troubles) throws Exception {
    History history = new History(CrashWorkload.PLACES, CrashWorkload.MAX_ATTEMPTS);
    history.add(new Entry.Starting(System.currentTimeMillis()));
    try (CrashWorkload workload =
        new CrashWorkload(broker, "c" + number, random.nextLong(), history)) {
      List<Trouble> toCome = new ArrayList<>(troubles);
      toCome.removeIf(trouble -> trouble.isReal() && !isPossible(trouble));
      Collections.shuffle(toCome, random);
      for (Trouble trouble : toCome) {
        meet(trouble, workload, history);
      }
      restart(history);
      assertStillKept();
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

  private boolean isPossible(Trouble trouble) {
    boolean needsJournalOfItsOwn = trouble == Trouble.STALL || trouble == Trouble.BROKEN;
    return disk != null && (!needsJournalOfItsOwn || disk.canBreak());
  }

  private void restart(History history) throws Exception {
    history.add(new Entry.Killing());
    broker.kill();
    history.add(new Entry.Starting(System.currentTimeMillis()));
    broker.start();
  }

  // ---- one trouble

  private void meet(Trouble trouble, CrashWorkload workload, History history) throws Exception {
    met.merge(trouble, 1, Integer::sum);
    workload.awaitConfirmed(1 + random.nextInt(50));
    long failedBefore = failures();
    history.add(new Entry.Killing()); // what is leased now may come again any time
    begin(trouble);
    try {
      switch (trouble.effect) {
        case NONE -> assertAllGoesOn(trouble, workload, failedBefore);
        case HICCUP -> awaitFailure(trouble, workload, failedBefore);
        case UNAVAILABLE, UNREADABLE -> assertUnavailable(trouble, workload);
        case NOT_READY -> assertNotReady(trouble, workload);
        case SHORT_OF_SPACE -> assertOnlyNewMessagesAreRefused(trouble, workload, failedBefore);
      }
    } finally {
      end(trouble);
    }
    Await.until(trouble + " is over: " + ready(), PATIENCE, this::isReady);
    history.add(new Entry.Killing());
    history.add(new Entry.Starting(System.currentTimeMillis()));
    workload.awaitConfirmed(20);
    workload.awaitSettled(20);
    assertThat(workload.mistakes()).as("after " + trouble).isEmpty();
  }

  private void begin(Trouble trouble) throws Exception {
    switch (trouble) {
      case SHORT -> {} // there has to be something first that waits for its settle
      case FULL -> real().fill(0);
      case STALL -> real().freeze(true);
      case BROKEN -> real().giveUp();
      default -> faults.fail(trouble.faults);
    }
  }

  private void end(Trouble trouble) throws Exception {
    switch (trouble) {
      case SHORT, FULL -> real().empty();
      case STALL -> real().freeze(false);
      case BROKEN -> {
        broker.kill();
        real().checkAndMountAgain();
        broker.start();
      }
      default -> faults.heal();
    }
  }

  private SmallDisk real() {
    if (disk == null) {
      throw new IllegalStateException("no disk of its own");
    }
    return disk;
  }

  // ---- what is seen meanwhile

  private void assertAllGoesOn(Trouble trouble, CrashWorkload workload, long failedBefore)
      throws Exception {
    if (trouble == Trouble.STALL) {
      workload.awaitAnswered(10); // queries need no disk
      LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
      real().freeze(false);
    }
    workload.sendBigOnes(BIG_ONES);
    workload.awaitConfirmed(20);
    workload.awaitSettled(20);
    workload.awaitAnswered(5);
    assertThat(failures()).as(trouble + ", which is no failure").isEqualTo(failedBefore);
    assertThat(isReady()).as(trouble + ", ready").isTrue();
    if (trouble == Trouble.NO_ROOM_FOR_TRACES) {
      Await.until("it is logged", () -> logged("what caused what isn't written down until") > 0);
      faults.heal();
      Await.until(
          "it is written again", () -> logged("what caused what is written down again") > 0);
    }
  }

  private void awaitFailure(Trouble trouble, CrashWorkload workload, long failedBefore) {
    provoke(trouble + " is noticed", workload, () -> failures() > failedBefore);
  }

  private void assertUnavailable(Trouble trouble, CrashWorkload workload) throws Exception {
    provoke(
        trouble + " turns readiness off: " + ready(),
        workload,
        () -> ready().startsWith("503") && ready().contains(trouble.reason));
    Admin admin = broker.admin();
    assertThat(admin.status("/health/live")).isEqualTo(200);
    assertThat(admin.text("/metrics")).contains("parley_ready 0.0");
    assertThat(ready()).contains("it goes on by itself");
    assertThat(broker.log()).contains("the store failed; no writes are accepted until it works");
    assertSendIsRefused(trouble);
    assertThat(change("/queues/" + KEPT + "/pause"))
        .contains("503", "STORE_UNAVAILABLE", trouble.reason);
    workload.awaitAnswered(3);
    assertThat(cli("check", "ready")).contains("exit 69", trouble.reason);
    if (trouble.effect == Effect.UNREADABLE) {
      assertThat(cli("queue", "peek", KEPT)).containsAnyOf(trouble.reason, kept.get(0).toString());
    } else {
      assertReadsGoOn();
      assertThat(cli("queue", "peek", KEPT)).contains("exit 0", kept.get(0).toString());
    }
    assertThat(ready()).as("still").startsWith("503");
  }

  private void assertNotReady(Trouble trouble, CrashWorkload workload) throws Exception {
    Await.until(trouble + " turns readiness off", PATIENCE, () -> !isReady());
    workload.sendBigOnes(BIG_ONES);
    workload.awaitAnswered(30);
    assertThat(ready()).containsAnyOf("No space left", "storage.reserve");
    assertThat(cli("check", "ready")).contains("exit 69");
    assertReadsGoOn();
    assertThat(isReady()).as("still full").isFalse();
  }

  private void assertSendIsRefused(Trouble trouble) throws IOException {
    byte[] record = MessageRecord.encode(WireClient.message(MessageKind.COMMAND, KEPT, "no"));
    try (WireClient client = WireClient.welcomed(broker.port(), "probe")) {
      client.write(new Request.Send(2, 1, MessageBatch.of(record, 1)));
      Response.Failure refused = client.read(Response.Failure.class);
      assertThat(refused.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
      assertThat(refused.message()).contains(trouble.reason, "it goes on by itself");
    }
  }

  private void assertReadsGoOn() throws Exception {
    Admin admin = broker.admin();
    assertThat(admin.queue(KEPT).get("ready").asInt()).isEqualTo(KEPT_ONES);
    assertThat(admin.look("/queues/" + KEPT + "/messages").get("messages")).hasSize(KEPT_ONES);
    for (MessageId id : kept) {
      assertThat(admin.explain(id).get("status").asText()).isEqualTo("HERE");
    }
    assertThat(admin.look("/types").get("types")).isNotEmpty();
  }

  private void assertOnlyNewMessagesAreRefused(
      Trouble trouble, CrashWorkload workload, long failedBefore) throws Exception {
    AtomicInteger done = new AtomicInteger();
    try (ParleyClient shop = ParleyClient.connect(broker.uri(), "shop");
        ParleyClient waiter = ParleyClient.connect(broker.uri(), "waiter")) {
      for (int i = 0; i < WAITING_ONES; i++) {
        shop.send(WAITING, "waits " + i);
      }
      real().fill(RESERVE_BYTES / 2);
      int refusedBefore = workload.refused();
      workload.awaitRefused(10);
      assertThat(ready()).startsWith("503").contains("storage.reserve", "it goes on by itself");
      assertThat(Await.failure(shop.sendAsync(OutgoingMessage.of(KEPT, "no"))))
          .hasMessageContaining("storage.reserve");
      waiter
          .commandConsumer()
          .types(WAITING)
          .manual(
              delivery -> {
                var unused =
                    delivery
                        .settleAsync(CommandResult.complete("done").event("disk.Done", "done"))
                        .thenRun(done::incrementAndGet);
              })
          .start();
      Await.until("all that waited is settled", () -> done.get() == WAITING_ONES);
      assertReadsGoOn();
      workload.awaitAnswered(3);
      assertThat(broker.log()).contains("new messages are refused, settles and reads go on: ");
      assertThat(isReady()).as("still short").isFalse();
      assertThat(failures()).as("nothing failed").isEqualTo(failedBefore);
      settledWhileShort += done.get();
      refusedWhileShort += workload.refused() - refusedBefore;
    }
    assertThat(trouble.reason).isEqualTo("storage.reserve");
  }

  private void assertStillKept() throws Exception {
    assertReadsGoOn();
  }

  // ---- looking

  /** Has files written, until something happens. */
  private void provoke(String what, CrashWorkload workload, Looking until) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (int i = 0; !look(until); i++) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + PATIENCE + ": " + what + ", now " + ready());
      }
      if (i % 100 == 0) {
        workload.sendBigOnes(BIG_ONES);
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private static boolean look(Looking looking) {
    return looking.isSo();
  }

  private boolean isReady() {
    return ready().startsWith("200");
  }

  private String ready() {
    try {
      Admin admin = broker.admin();
      return admin.status("/health/ready") + " " + admin.text("/health/ready");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private long logged(String line) {
    return broker.log().lines().filter(each -> each.contains(line)).count();
  }

  private long failures() {
    try {
      return broker
          .admin()
          .text("/metrics")
          .lines()
          .filter(line -> line.startsWith("parley_store_failures_total"))
          .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a change comes to that can't be made. */
  private String change(String path) throws InterruptedException {
    try {
      return broker.admin().change(path, "{}").toString();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** What the command line says, with its exit code. */
  private String cli(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--uri", broker.uri(), "--admin", broker.admin().uri()));
    Process process =
        BrokerProcess.command(List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto"), all)
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return said + "exit " + process.waitFor();
  }

  /** For who looks for the cause. */
  private void keep(History history) throws IOException {
    Path noted = Files.createTempFile("parley-disk-history", ".txt");
    Files.write(noted, history.entries().stream().map(Entry::toString).toList());
    Path log = Files.createTempFile("parley-disk-broker", ".log");
    Files.writeString(log, broker.log());
    System.out.println("history: " + noted + ", the broker's log: " + log);
  }

  @FunctionalInterface
  private interface Looking {
    boolean isSo();
  }
}
