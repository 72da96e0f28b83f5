package io.parley.systemtests;

import io.parley.engine.store.StoreException;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.systemtests.history.Entry;
import io.parley.systemtests.history.History;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Damage: of the files that a killed broker left, and of those that one left that was stopped, one
 * is changed at a time, by a flipped bit, cut off, or deleted; then all is read as a broker does.
 * It must be exactly what it was, or be refused with an error that names the file.
 *
 * <pre>
 *   broker-system-tests/damage-campaign [damages [seed [killed|stopped]]]
 * </pre>
 *
 * <p>{@code DamageIT} is its short form.
 */
final class DamageCampaign {
  /** What becomes of a damaged directory. */
  enum End {
    /** All is there, as it was. */
    EXACT,
    /** The start is refused; the file is named, and where in it. */
    REFUSED_AT_OFFSET,
    /** The start is refused; the file is named. */
    REFUSED,
    /** It opens; who reads what is damaged is told the file, and where in it. */
    UNREADABLE_AT_OFFSET,
    /** It opens; who reads what is damaged is told the file. */
    UNREADABLE
  }

  /** A change of a file: a flipped bit, or else a new length; deleted, if that is -1. */
  private record Damage(Path file, long offset, int bit, long length) {
    boolean isFlip() {
      return bit >= 0;
    }

    String kind() {
      if (isFlip()) {
        return "bit flipped";
      }
      return length < 0 ? "deleted" : "cut off";
    }

    @Override
    public String toString() {
      return isFlip()
          ? "bit %d of offset %d of %s flipped".formatted(bit, offset, file)
          : length < 0 ? file + " deleted" : file + " cut off at " + length;
    }
  }

  /** What a broker left that was killed, and what one left that was stopped. */
  static final List<String> LEFT = List.of("killed", "stopped");

  private static final int BROKER_ONE_IN = 50;
  private static final int WHOLE_BYTES = 600;
  private static final int BLOCK_BYTES = 4096;

  /** See docs/storage-format.md. */
  private static final String JOURNAL = StoreImage.PLACE + "/journal";

  private static final String MARK = JOURNAL + "/durable";
  private static final int RECORD_MAGIC = 0x504A5231;

  /** Of a record and of the mark. */
  private static final int NUMBER_AT = 8;

  private static final int WRONG_SHOWN = 20;
  private static final Duration LOAD = Duration.ofSeconds(6);

  /** Of these nothing is promised, and nothing is needed. */
  private static final Set<String> NOT_NEEDED = Set.of("lock", "probe", "native");

  private final Path scratch;
  private final Path images;
  private final Random random;
  private final Map<String, Map<End, Integer>> ends = new TreeMap<>();
  private final List<String> wrong = new ArrayList<>();
  private int done;

  private DamageCampaign(Path scratch, Path images, long seed) {
    this.scratch = scratch;
    this.images = images;
    this.random = new Random(seed);
  }

  public static void main(String[] arguments) throws Exception {
    int damages = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime();
    List<String> left = arguments.length > 2 ? List.of(arguments[2]) : LEFT;
    if (!LEFT.containsAll(left)) {
      System.err.println("damage-campaign: '" + arguments[2] + "' (expected: killed or stopped)");
      System.exit(64);
    }
    CampaignFiles.quiet();
    Path scratch = Files.createTempDirectory("parley-damage");
    Path images = CampaignFiles.images(scratch);
    List<String> wrong = run(scratch, images, LOAD, damages, seed, left);
    CampaignFiles.deleteAll(images);
    CampaignFiles.deleteAll(scratch);
    System.exit(wrong.isEmpty() ? 0 : 1);
  }

  /**
   * Runs one, and prints how it goes.
   *
   * @param load how long the brokers run before
   * @param left whose files are damaged, of {@link #LEFT}; the damages are shared among them
   * @return what was wrong
   */
  static List<String> run(
      Path scratch, Path images, Duration load, int damages, long seed, List<String> left)
      throws Exception {
    System.out.println("damage campaign of " + damages + " damages, seed " + seed);
    DamageCampaign campaign = new DamageCampaign(scratch, images, seed);
    campaign.load(load);
    for (String by : left) {
      campaign.damageAll(scratch.resolve(by), damages / left.size());
    }
    campaign.wrong.stream().limit(WRONG_SHOWN).forEach(System.out::println);
    return campaign.wrong;
  }

  /** Leaves what a broker has after a while: of one that is killed, and of one that is stopped. */
  private void load(Duration load) throws Exception {
    Path killed = scratch.resolve("killed");
    Path stopped = scratch.resolve("stopped");
    History history = new History(CrashWorkload.PLACES, CrashWorkload.MAX_ATTEMPTS);
    history.add(new Entry.Starting(System.currentTimeMillis()));
    try (BrokerProcess broker = BrokerProcess.start(killed, CrashWorkload.OPTIONS);
        CrashWorkload workload = new CrashWorkload(broker, "d", random.nextLong(), history)) {
      long end = System.nanoTime() + load.toNanos();
      while (System.nanoTime() < end) {
        workload.sendBigOnes(60);
        workload.awaitConfirmed(50);
      }
      broker.kill();
    }
    CampaignFiles.copy(killed, stopped);
    try (BrokerProcess broker = BrokerProcess.start(stopped, CrashWorkload.OPTIONS)) {
      broker.terminate();
      broker.awaitExit();
    }
  }

  // ---------------------------------------------------------------- the damages

  private void damageAll(Path sound, int most) throws IOException {
    String expected = read(sound);
    Path newest = newest(sound);
    Set<String> shorter = withoutUnmarked(sound, newest);
    List<Damage> all = choose(sound, most);
    long begin = System.nanoTime();
    for (Damage damage : all) {
      Path image = images.resolve("damaged");
      CampaignFiles.copy(sound, image);
      damage(image, damage);
      boolean mayBeShorter = damage.file().equals(newest);
      End end = end(image, damage, expected, mayBeShorter ? shorter : Set.of());
      if (end != null) {
        String kind = damage.kind() + ", " + kindOf(damage.file());
        ends.computeIfAbsent(kind, is -> new TreeMap<>()).merge(end, 1, Integer::sum);
      }
      CampaignFiles.deleteAll(image);
      if (++done % 1_000 == 0) {
        progress(begin);
      }
    }
    progress(begin);
    ends.forEach((kind, counts) -> System.out.println("  " + kind + ": " + counts));
  }

  private void progress(long begin) {
    System.out.printf(
        "%d s: damages %d, wrong %d%n",
        Duration.ofNanos(System.nanoTime() - begin).toSeconds(), done, wrong.size());
  }

  /** The sound directory, read from a copy of it. */
  private String read(Path sound) throws IOException {
    Path image = images.resolve("sound");
    CampaignFiles.copy(sound, image);
    String read = StoreImage.of(image);
    CampaignFiles.deleteAll(image);
    return read;
  }

  /** The newest file of the journal, as from the directory. */
  private static Path newest(Path sound) throws IOException {
    try (Stream<Path> files = Files.list(sound.resolve(JOURNAL))) {
      return files
          .filter(file -> file.toString().endsWith(".journal"))
          .map(sound::relativize)
          .max(Comparator.naturalOrder())
          .orElseThrow();
    }
  }

  /**
   * What may be read as well if the newest of the journal is damaged: it without records that were
   * on their way when the broker was killed, of which the mark doesn't speak yet. Nobody was told
   * that they are stored, and nothing tells damage to them from a write that was cut short.
   */
  private Set<String> withoutUnmarked(Path sound, Path newest) throws IOException {
    Set<String> shorter = new HashSet<>();
    long next = 1 + ByteBuffer.wrap(Files.readAllBytes(sound.resolve(MARK))).getLong(NUMBER_AT);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(sound.resolve(newest)));
    for (int at = 0; at + BLOCK_BYTES <= bytes.limit(); at += BLOCK_BYTES) {
      if (bytes.getInt(at) == RECORD_MAGIC && bytes.getLong(at + NUMBER_AT) == next) {
        Path image = images.resolve("shorter");
        CampaignFiles.copy(sound, image);
        damage(image, new Damage(newest, 0, -1, at));
        shorter.add(StoreImage.of(image));
        CampaignFiles.deleteAll(image);
        next++;
      }
    }
    return shorter;
  }

  /**
   * Each file deleted; the newest of the journal cut off at all of its last record and at some
   * places before; all others cut off at some places; every byte of small files, and of others some
   * everywhere, as many of each.
   */
  private List<Damage> choose(Path sound, int most) throws IOException {
    List<Path> files;
    try (Stream<Path> walked = Files.walk(sound)) {
      files =
          walked
              .filter(Files::isRegularFile)
              .filter(file -> !NOT_NEEDED.contains(sound.relativize(file).getName(0).toString()))
              .map(sound::relativize)
              .sorted()
              .toList();
    }
    Path newest = newest(sound);
    List<Damage> cuts = new ArrayList<>();
    List<Damage> flips = new ArrayList<>();
    int each = Math.max(4, most / files.size());
    for (Path file : files) {
      long size = Files.size(sound.resolve(file));
      cuts.add(new Damage(file, 0, -1, -1));
      Set<Long> lengths = new TreeSet<>();
      if (file.equals(newest)) {
        for (long length = Math.max(0, size - BLOCK_BYTES - 16);
            length < size && lengths.size() < most / 4;
            length += Math.max(1, 4L * BLOCK_BYTES / most)) {
          lengths.add(length);
        }
      }
      for (int i = 0; i < 8 && size > 0; i++) {
        lengths.add(i == 0 ? 0 : random.nextLong(size));
      }
      lengths.forEach(length -> cuts.add(new Damage(file, 0, -1, length)));
      for (int i = 0; i < (size <= WHOLE_BYTES ? size : each); i++) {
        long offset = size <= WHOLE_BYTES ? i : random.nextLong(size);
        flips.add(new Damage(file, offset, random.nextInt(8), 0));
      }
    }
    List<Damage> all = new ArrayList<>(some(cuts, most / 2));
    all.addAll(some(flips, most - all.size()));
    return all;
  }

  private List<Damage> some(List<Damage> of, int most) {
    Collections.shuffle(of, random);
    return of.subList(0, Math.min(of.size(), most));
  }

  private static void damage(Path image, Damage damage) throws IOException {
    Path file = image.resolve(damage.file());
    if (damage.isFlip()) {
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        ByteBuffer one = ByteBuffer.allocate(1);
        channel.read(one, damage.offset());
        one.put(0, (byte) (one.get(0) ^ 1 << damage.bit())).flip();
        channel.write(one, damage.offset());
      }
    } else if (damage.length() < 0) {
      Files.delete(file);
    } else {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(damage.length());
      }
    }
  }

  // ---------------------------------------------------------------- what becomes of them

  private @Nullable End end(Path image, Damage damage, String expected, Set<String> orElse)
      throws IOException {
    boolean withBroker = done % BROKER_ONE_IN == 0;
    Path again = images.resolve("again");
    if (withBroker) {
      CampaignFiles.copy(image, again);
    }
    ErrorCode code = null;
    End end;
    try {
      String read = StoreImage.of(image);
      boolean isSame = read.equals(expected) || orElse.contains(read);
      end = isSame ? End.EXACT : wrong(damage, "what is read isn't what was stored");
    } catch (ParleyException e) {
      code = e.code();
      end = refused(damage, e);
    } catch (StoreException e) {
      end = unreadable(damage, e);
    } catch (RuntimeException e) {
      end = wrong(damage, e.toString());
    }
    if (withBroker) {
      start(again, damage, code, end);
      CampaignFiles.deleteAll(again);
    }
    return end;
  }

  private @Nullable End refused(Damage damage, ParleyException e) {
    boolean isOfFormat =
        damage.file().endsWith("format")
            && Set.of(ErrorCode.DATA_FORMAT_TOO_NEW, ErrorCode.INVALID_ARGUMENT).contains(e.code());
    if (e.code() != ErrorCode.DATA_CORRUPT && !isOfFormat) {
      return wrong(damage, e.code() + ": " + e.getMessage());
    }
    if (!names(damage, e.getMessage())) {
      return wrong(damage, "isn't named: " + e.getMessage());
    }
    return e.getMessage().contains("offset") ? End.REFUSED_AT_OFFSET : End.REFUSED;
  }

  private @Nullable End unreadable(Damage damage, StoreException e) {
    if (!names(damage, e.getMessage())) {
      return wrong(damage, "isn't named: " + e.getMessage());
    }
    return e.getMessage().contains("offset") ? End.UNREADABLE_AT_OFFSET : End.UNREADABLE;
  }

  /** A segment of the journal that is gone is named by its number, or by the one before. */
  private static boolean names(Damage damage, String message) {
    String name = damage.file().getFileName().toString();
    boolean isSegment = name.endsWith(".journal");
    return message.contains(name)
        || (isSegment
            && !damage.isFlip()
            && damage.length() < 64
            && (message.contains("segment " + Long.parseLong(name.substring(0, 12)))
                || message.contains("journal: no segment is there")
                || message.contains("damaged from offset")
                || message.contains("begins with record")));
  }

  private @Nullable End wrong(Damage damage, String what) {
    wrong.add(damage + ": " + what);
    return null;
  }

  /** A broker says the same of it as its store; what that met later, it may meet as it starts. */
  private void start(Path data, Damage damage, @Nullable ErrorCode code, @Nullable End end) {
    ErrorCode found = null;
    try (BrokerHere broker = BrokerHere.start(data, CrashWorkload.OPTIONS)) {
      broker.admin().text("/health/ready");
    } catch (ParleyException e) {
      found = e.code();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    } catch (RuntimeException e) {
      wrong(damage, "the broker's start failed: " + e);
      return;
    }
    boolean isMet =
        found == ErrorCode.DATA_CORRUPT
            && (end == End.UNREADABLE || end == End.UNREADABLE_AT_OFFSET);
    if (found != code && !isMet) {
      wrong(damage, "the store says " + code + ", the broker " + found);
    }
  }

  private static String kindOf(Path file) {
    String name = file.getFileName().toString();
    if (file.startsWith("traces")) {
      return "traces";
    }
    int dot = name.lastIndexOf('.');
    if (name.startsWith("LOG")) {
      return "LOG";
    }
    return dot >= 0 ? "*" + name.substring(dot) : name.replaceAll("-\\d+$", "");
  }
}
