package io.parley.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.parley.engine.store.StoreException;
import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was confirmed is found, or the store says which file is damaged: never less, in silence. */
class RocksDbStoreDamageTest {
  private static final int SMALL_CHUNK_BYTES_MAX = 3_000;
  private static final int LARGE_CHUNK_BYTES_MAX = 200_000;

  @TempDir Path temporary;
  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);
  private Path sound;
  private Path damaged;

  @BeforeEach
  void nameDirectories() {
    sound = temporary.resolve("sound");
    damaged = temporary.resolve("damaged");
  }

  @Test
  void shouldRefuseFlippedByteInTheJournalUnlessInItsLastRecord() throws IOException {
    int count = 150;
    writeAndCrash(count, SMALL_CHUNK_BYTES_MAX);
    for (int round = 0; round < 30; round++) {
      copySound();
      Path segment = newest();
      flip(segment, random.nextLong(Files.size(segment)));
      openExpectingAllOrRefusal(segment, count, SMALL_CHUNK_BYTES_MAX);
    }
  }

  @Test
  void shouldRefuseEachFlippedByteOfOneRecordOfTheJournal() throws IOException {
    int count = 30;
    writeAndCrash(count, 200);
    copySound();
    Path segment = newest();
    long from = 10 * JournalRecord.BLOCK_BYTES;
    for (long offset = from; offset < from + 44; offset++) {
      flip(segment, offset);
      assertThatThrownBy(this::openDamaged)
          .as("flipped %d", offset)
          .isInstanceOf(ParleyException.class)
          .hasMessageContaining(segment + ": damaged from offset " + from + " on");
      flip(segment, offset);
    }
    assertOpens(count, count, 200);
  }

  @Test
  void shouldRefuseZeroedPartOfTheJournal() throws IOException {
    int count = 150;
    writeAndCrash(count, SMALL_CHUNK_BYTES_MAX);
    copySound();
    Path segment = newest();
    overwrite(segment, 65_536, new byte[JournalRecord.BLOCK_BYTES]);
    assertRefused(ErrorCode.DATA_CORRUPT, segment.toString(), "offset 65536");
  }

  @Test
  void shouldTakeATornLastRecordForOneThatWasNotConfirmed() throws IOException {
    int count = 40;
    writeAndCrash(count, LARGE_CHUNK_BYTES_MAX);
    for (int round = 0; round < 10; round++) {
      copySound();
      loseMark();
      Path segment = newest();
      long size = Files.size(segment);
      long torn = 1 + random.nextLong(JournalRecord.BLOCK_BYTES);
      if (random.nextBoolean()) {
        truncate(segment, size - torn);
      } else {
        overwrite(segment, size - torn, new byte[(int) torn]);
      }
      assertOpens(count - 1, count, LARGE_CHUNK_BYTES_MAX);
    }
  }

  @Test
  void shouldOpenAtEveryLengthOfTheLastRecordAndRefuseWhereMoreIsGone() throws IOException {
    int count = 5;
    writeAndCrash(count, 200);
    copySound();
    loseMark();
    long size = Files.size(newest());
    for (long length = size - 1; length >= size - 2 * JournalRecord.BLOCK_BYTES; length -= 97) {
      truncate(newest(), length);
      long gone = (size - length + JournalRecord.BLOCK_BYTES - 1) / JournalRecord.BLOCK_BYTES;
      // Nothing tells that there was a later record, if all of them are gone.
      assertOpens(count - gone, count - gone, 200);
      copySound();
      loseMark();
    }
  }

  @Test
  void shouldRefuseAJournalThatEndsBeforeWhatWasOnTheDisk() throws IOException {
    int count = 5;
    writeAndCrash(count, 200);
    copySound();
    Path segment = newest();
    long size = Files.size(segment);
    for (long length = size - 1; length >= 0; length -= 97) {
      truncate(segment, length);
      assertRefused(ErrorCode.DATA_CORRUPT, segment + ": damaged from offset ");
      assertThat(segment).as("is left as it was found").hasSize(length);
    }
    copySound();
    flip(segment, size - JournalRecord.BLOCK_BYTES);
    assertRefused(
        ErrorCode.DATA_CORRUPT,
        segment + ": damaged from offset " + (size - JournalRecord.BLOCK_BYTES) + " on",
        "which was on the disk");
    copySound();
    Files.delete(segment);
    assertRefused(ErrorCode.DATA_CORRUPT, segment.getParent() + ": no segment is there");
  }

  @Test
  void shouldTakeADamagedMarkForNone() throws IOException {
    writeAndCrash(5, 200);
    copySound();
    Path mark = mark();
    for (long offset = 0; offset < Files.size(mark); offset++) {
      flip(mark, offset);
      assertOpens(5, 5, 200);
      copySound();
    }
    truncate(mark, 7);
    assertOpens(5, 5, 200);
  }

  /** As power that is lost leaves it: nothing syncs the mark. */
  private void loseMark() throws IOException {
    Files.delete(mark());
  }

  private Path mark() {
    return store(damaged).resolve("journal").resolve(DurableMark.FILE);
  }

  @Test
  void shouldNotTakeARecordsEndForTheContinuationOfAnother() throws IOException {
    int count = 10;
    writeAndCrash(count, 200);
    copySound();
    loseMark();
    Path segment = newest();
    long last = Files.size(segment) - JournalRecord.BLOCK_BYTES;
    flip(segment, last - JournalRecord.BLOCK_BYTES); // the last but one, when neither was synced
    overwrite(segment, last + 24, new byte[8]); // ... as the last one, cut off with it, would say
    try (DataDirectory data = DataDirectory.open(damaged);
        RocksDbStore store = RocksDbStore.open(data, "default", StoreSamples.SMALL)) {
      assertThat(StoreSamples.last(store)).isEqualTo(count - 2);
      StoreSamples.commit(store, count - 1, 200);
    }
    assertOpens(count - 1, count - 1, 200);
  }

  @Test
  void shouldRefuseDamageInAnyOfSeveralSegments() throws IOException {
    int count = 400;
    writeAndCrash(count, LARGE_CHUNK_BYTES_MAX);
    List<Path> segments = all(sound, ".journal");
    assertThat(segments).hasSizeGreaterThan(1);
    for (int round = 0; round < 8; round++) {
      copySound();
      Path segment = all(damaged, ".journal").get(random.nextInt(segments.size()));
      flip(segment, random.nextLong(Files.size(segment)));
      openExpectingAllOrRefusal(segment, count, LARGE_CHUNK_BYTES_MAX);
    }
  }

  @Test
  void shouldRefuseAMissingSegment() throws IOException {
    int count = 400;
    writeAndCrash(count, LARGE_CHUNK_BYTES_MAX);
    copySound();
    List<Path> segments = all(damaged, ".journal");
    assertThat(segments).hasSizeGreaterThan(1);
    Files.delete(segments.get(0));
    assertRefused(ErrorCode.DATA_CORRUPT, damaged.toString());
  }

  @Test
  void shouldRefuseAMissingJournal() throws IOException {
    writeAndCrash(10, SMALL_CHUNK_BYTES_MAX);
    copySound();
    deleteAll(store(damaged).resolve("journal"));
    assertRefused(ErrorCode.DATA_CORRUPT, damaged.toString(), "journal: missing");
  }

  @Test
  void shouldRefuseAJournalWithoutSegments() throws IOException {
    writeAndDrain();
    copySound();
    for (Path segment : all(damaged, ".journal")) {
      Files.delete(segment);
    }
    assertRefused(ErrorCode.DATA_CORRUPT, damaged.toString(), "no segment is there");
  }

  @Test
  void shouldOpenWhenCutBeforeTheFirstRecordOfASegmentThatOverwritesAnother() throws IOException {
    writeAndDrain();
    copySound();
    List<Path> before = all(damaged, ".journal");
    commitOne();
    List<Path> begun = all(damaged, ".journal");
    begun.removeAll(before);
    assertThat(begun).hasSize(1);

    copySound();
    Files.move(all(damaged, ".spare").get(0), begun.get(0));

    commitOne();
  }

  @Test
  void shouldNotServeAnOlderStateOfTheTables() throws IOException {
    try (DataDirectory data = DataDirectory.open(sound);
        RocksDbStore store = RocksDbStore.open(data, "default", StoreSamples.SMALL)) {
      Transaction early = store.begin();
      early.put(Table.META, StoreSamples.key(6), StoreSamples.key(6));
      store.commit(early);
    }
    copySound(); // tables that know of no more
    writeAndDrain();
    Path newJournal = store(damaged).resolve("journal");
    deleteAll(newJournal);
    copy(store(sound).resolve("journal"), newJournal);

    try (DataDirectory data = DataDirectory.open(damaged);
        RocksDbStore store = RocksDbStore.open(data, "default", StoreSamples.SMALL)) {
      assertThat(store.get(Table.META, StoreSamples.key(7))).as("what came later").isNotNull();
    } catch (ParleyException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.DATA_CORRUPT);
    }
  }

  @Test
  void shouldNameTheManifestWhereverItIsCutOff() throws IOException {
    writeAndDrain();
    String name = Files.readString(store(sound).resolve("CURRENT")).strip();
    long size = Files.size(store(sound).resolve(name));
    for (long length = 0; length < size; length++) {
      copySound();
      truncate(store(damaged).resolve(name), length);
      try (DataDirectory data = DataDirectory.open(damaged);
          RocksDbStore store = RocksDbStore.open(data, "default", StoreSamples.SMALL)) {
        assertThat(store.get(Table.META, StoreSamples.key(7))).as("cut at " + length).isNotNull();
      } catch (ParleyException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.DATA_CORRUPT);
        assertThat(e).hasMessageContaining(name);
      }
    }
  }

  /** Fills some segments, empties them, and starts once more, so that they are free. */
  private void writeAndDrain() {
    try (DataDirectory data = DataDirectory.open(sound);
        RocksDbStore store = RocksDbStore.open(data, "default", StoreSamples.SMALL)) {
      for (long number = 100; number < 500; number++) {
        put(store, number, new byte[60_000]);
      }
      Transaction drain = store.begin();
      for (long number = 100; number < 500; number++) {
        drain.delete(Table.CHUNKS, StoreSamples.key(number));
      }
      drain.put(Table.META, StoreSamples.key(7), StoreSamples.key(7));
      store.commit(drain);
    }
    try (DataDirectory data = DataDirectory.open(sound);
        RocksDbStore store = RocksDbStore.open(data, "default", StoreSamples.SMALL)) {
      assertThat(store.statistics().segments()).as("the last one alone").isEqualTo(1);
    }
  }

  private void commitOne() {
    try (DataDirectory data = DataDirectory.open(damaged);
        RocksDbStore store = RocksDbStore.open(data, "default", StoreSamples.SMALL)) {
      assertThat(store.get(Table.META, StoreSamples.key(7))).isNotNull();
      put(store, 200, new byte[10]);
    }
  }

  private static void put(RocksDbStore store, long number, byte[] chunk) {
    Transaction transaction = store.begin();
    transaction.put(Table.CHUNKS, StoreSamples.key(number), chunk);
    store.commit(transaction);
  }

  @Test
  void shouldRefuseMissingOrDamagedManifest() throws IOException {
    writeAndCrash(10, SMALL_CHUNK_BYTES_MAX);
    copySound();
    Path current = store(damaged).resolve("CURRENT");
    Path manifest = store(damaged).resolve(Files.readString(current).strip());
    for (long offset = 0; offset < Files.size(manifest); offset++) {
      flip(manifest, offset);
      openExpectingAllOrRefusal(manifest, 10, SMALL_CHUNK_BYTES_MAX);
      copySound();
    }
    Files.delete(manifest);
    assertRefused(ErrorCode.DATA_CORRUPT, manifest.toString());
    copySound();
    for (long offset = 0; offset < Files.size(current) - 1; offset++) {
      for (int bit = 0; bit < 8; bit++) {
        flipBit(current, offset, bit);
        assertRefused(ErrorCode.DATA_CORRUPT, "CURRENT");
        flipBit(current, offset, bit);
      }
    }
    Files.writeString(current, "nothing");
    assertRefused(ErrorCode.DATA_CORRUPT, current.toString());
    Files.delete(current);
    assertRefused(ErrorCode.DATA_CORRUPT, current.toString());
  }

  @Test
  void shouldDetectDamagedOrMissingTableFiles() throws IOException {
    int count = 400;
    writeAndCrash(count, LARGE_CHUNK_BYTES_MAX);
    try (DataDirectory data = DataDirectory.open(sound);
        RocksDbStore store = RocksDbStore.open(data, "default", StoreSamples.SMALL)) {
      assertThat(store.get(Table.META, StoreSamples.key(0))).isNotNull();
    }
    for (int round = 0; round < 4; round++) {
      copySound();
      List<Path> files = all(damaged, ".sst");
      Path file = files.get(random.nextInt(files.size()));
      flip(file, random.nextLong(Files.size(file)));
      openExpectingAllOrRefusal(file, count, LARGE_CHUNK_BYTES_MAX);
    }
    copySound();
    Path file = all(damaged, ".sst").get(0);
    Files.delete(file);
    assertRefused(ErrorCode.DATA_CORRUPT, file.getFileName().toString());
  }

  @Test
  void shouldNameTheTableFileWhereverItIsDamaged() throws IOException {
    int count = 30;
    writeAndCrash(count, 200);
    try (DataDirectory data = DataDirectory.open(sound);
        RocksDbStore store = RocksDbStore.open(data, "default", StoreSamples.SMALL)) {
      assertThat(store.get(Table.META, StoreSamples.key(0))).isNotNull();
    } // closed, it is all in table files
    for (int round = 0; round < 120; round++) {
      copySound();
      Path file = all(damaged, ".sst").get(0);
      flip(file, round * Files.size(file) / 120);
      openExpectingAllOrRefusal(file, count, 200);
    }
  }

  /** Leaves what a broker that is killed leaves: nothing is brought into table files at the end. */
  private void writeAndCrash(int count, int chunkBytesMax) throws IOException {
    Path running = temporary.resolve("running");
    try (DataDirectory data = DataDirectory.open(running);
        RocksDbStore store = RocksDbStore.open(data, "default", StoreSamples.SMALL)) {
      for (long number = 1; number <= count; number++) {
        StoreSamples.commit(store, number, chunkBytesMax);
      }
      copy(running, sound);
    }
  }

  /** The one changed byte may be one nothing depends on, or belong to the very last record. */
  private void openExpectingAllOrRefusal(Path file, int count, int chunkBytesMax) {
    try {
      assertOpens(count - 1, count, chunkBytesMax);
    } catch (ParleyException e) {
      assertThat(e.code()).as(e.getMessage()).isEqualTo(ErrorCode.DATA_CORRUPT);
      assertThat(e)
          .hasMessageContainingAll(store(damaged).toString(), file.getFileName().toString());
    } catch (StoreException e) {
      assertThat(e)
          .hasMessageContainingAll(store(damaged).toString(), file.getFileName().toString());
    }
  }

  private void assertOpens(long lastAtLeast, long lastAtMost, int chunkBytesMax) {
    try (DataDirectory data = DataDirectory.open(damaged);
        RocksDbStore store = RocksDbStore.open(data, "default", StoreSamples.SMALL)) {
      assertThat(StoreSamples.last(store)).as("seed %d", seed).isBetween(lastAtLeast, lastAtMost);
      StoreSamples.assertWhole(store, chunkBytesMax);
    }
  }

  private void assertRefused(ErrorCode code, String... parts) {
    assertThatThrownBy(this::openDamaged)
        .isInstanceOf(ParleyException.class)
        .hasMessageContainingAll(parts)
        .extracting(e -> ((ParleyException) e).code())
        .isEqualTo(code);
  }

  private void openDamaged() {
    try (DataDirectory data = DataDirectory.open(damaged);
        RocksDbStore store = RocksDbStore.open(data, "default", StoreSamples.SMALL)) {
      fail("opened up to %d, seed %d", StoreSamples.last(store), seed);
    }
  }

  private static Path store(Path root) {
    return root.resolve("namespaces").resolve("default");
  }

  private Path newest() throws IOException {
    List<Path> segments = all(damaged, ".journal");
    return segments.get(segments.size() - 1);
  }

  private static List<Path> all(Path root, String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(store(root))) {
      return files
          .filter(file -> file.toString().endsWith(suffix))
          .filter(file -> file.toFile().length() > 0)
          .sorted()
          .collect(Collectors.toCollection(ArrayList::new));
    }
  }

  private void copySound() throws IOException {
    if (Files.exists(damaged)) {
      deleteAll(damaged);
    }
    copy(sound, damaged);
  }

  private static void deleteAll(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        try {
          Files.copy(file, to.resolve(from.relativize(file).toString()));
        } catch (NoSuchFileException e) {
          // RocksDB's own log, always empty, which it deletes in the background after it opened.
          assertThat(file.toString()).endsWith(".log");
        }
      }
    }
  }

  private static void flip(Path file, long offset) throws IOException {
    flipBit(file, offset, 6);
  }

  private static void flipBit(Path file, long offset, int bit) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, offset);
      one.put(0, (byte) (one.get(0) ^ 1 << bit)).flip();
      channel.write(one, offset);
    }
  }

  private static void overwrite(Path file, long offset, byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), offset);
    }
  }

  private static void truncate(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }
}
