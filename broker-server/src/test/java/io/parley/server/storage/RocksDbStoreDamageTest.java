package io.parley.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.parley.engine.store.StoreException;
import io.parley.engine.store.Table;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
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
  void shouldRefuseFlippedByteInTheLogUnlessInItsLastRecord() throws IOException {
    int count = 150;
    write(count, SMALL_CHUNK_BYTES_MAX);
    for (int round = 0; round < 30; round++) {
      copySound();
      Path log = newest(".log");
      flip(log, random.nextLong(Files.size(log)));
      openExpectingAllOrRefusal(log, count, SMALL_CHUNK_BYTES_MAX);
    }
  }

  @Test
  void shouldRefuseEachFlippedByteOfOneRecordInTheLog() throws IOException {
    int count = 30;
    write(count, 200);
    copySound();
    Path log = newest(".log");
    long from = Files.size(log) / 2;
    for (long offset = from; offset < from + 150; offset++) {
      flip(log, offset);
      assertThatThrownBy(this::openDamaged)
          .as("flipped %d", offset)
          .isInstanceOf(ParleyException.class)
          .hasMessageContaining(log.toString());
      flip(log, offset);
    }
    assertOpens(count, count, 200);
  }

  @Test
  void shouldRefuseZeroedPartOfTheLog() throws IOException {
    int count = 150;
    write(count, SMALL_CHUNK_BYTES_MAX);
    copySound();
    Path log = newest(".log");
    overwrite(log, 65_536, new byte[4_096]);
    assertRefused(ErrorCode.DATA_CORRUPT, log.toString());
  }

  @Test
  void shouldTakeTornLastRecordForOneThatWasNotConfirmed() throws IOException {
    int count = 40;
    write(count, LARGE_CHUNK_BYTES_MAX);
    for (int round = 0; round < 10; round++) {
      copySound();
      Path log = newest(".log");
      long size = Files.size(log);
      long torn = random.nextLong(8_000);
      if (random.nextBoolean()) {
        truncate(log, size - torn);
      } else {
        overwrite(log, size - torn, new byte[(int) torn]);
      }
      assertOpens(torn < 60 ? count - 1 : 1, count, LARGE_CHUNK_BYTES_MAX);
    }
  }

  @Test
  void shouldRefuseDamageInAnyOfSeveralLogs() throws IOException {
    int count = 400;
    write(count, LARGE_CHUNK_BYTES_MAX);
    List<Path> logs = all(sound, ".log");
    assertThat(logs).hasSizeGreaterThan(2);
    for (int round = 0; round < 8; round++) {
      copySound();
      Path log = all(damaged, ".log").get(random.nextInt(logs.size()));
      flip(log, random.nextLong(Files.size(log)));
      openExpectingAllOrRefusal(log, count, LARGE_CHUNK_BYTES_MAX);
    }
  }

  @Test
  void shouldRefuseMissingLog() throws IOException {
    int count = 400;
    write(count, LARGE_CHUNK_BYTES_MAX);
    List<Path> logs = all(sound, ".log");
    assertThat(logs).hasSizeGreaterThan(2);
    int live = logs.size() - 2;
    copySound();
    Files.delete(all(damaged, ".log").get(live));
    assertRefused(ErrorCode.DATA_CORRUPT, damaged.toString());
  }

  @Test
  void shouldRefuseWhenAllLogsAreMissing() throws IOException {
    write(10, SMALL_CHUNK_BYTES_MAX);
    copySound();
    Files.delete(newest(".log"));
    assertRefused(ErrorCode.DATA_CORRUPT, damaged.toString(), "no log");
  }

  @Test
  void shouldRefuseMissingOrDamagedManifest() throws IOException {
    write(10, SMALL_CHUNK_BYTES_MAX);
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
    Files.writeString(current, "nothing");
    assertRefused(ErrorCode.DATA_CORRUPT, current.toString());
    Files.delete(current);
    assertRefused(ErrorCode.DATA_CORRUPT, current.toString());
  }

  @Test
  void shouldDetectDamagedOrMissingTableAndBlobFiles() throws IOException {
    int count = 400;
    write(count, LARGE_CHUNK_BYTES_MAX);
    reopenSound();
    for (String suffix : List.of(".sst", ".blob")) {
      for (int round = 0; round < 4; round++) {
        copySound();
        List<Path> files = all(damaged, suffix);
        Path file = files.get(random.nextInt(files.size()));
        flip(file, random.nextLong(Files.size(file)));
        openExpectingAllOrRefusal(file, count, LARGE_CHUNK_BYTES_MAX);
      }
      copySound();
      Path file = all(damaged, suffix).get(0);
      Files.delete(file);
      assertRefused(ErrorCode.DATA_CORRUPT, file.getFileName().toString());
    }
  }

  private void write(int count, int chunkBytesMax) {
    try (DataDirectory data = DataDirectory.open(sound);
        RocksDbStore store = RocksDbStore.open(data, "default", StoreSamples.SMALL)) {
      for (long number = 1; number <= count; number++) {
        StoreSamples.commit(store, number, chunkBytesMax);
      }
    }
  }

  private void reopenSound() {
    try (DataDirectory data = DataDirectory.open(sound);
        RocksDbStore store = RocksDbStore.open(data, "default", StoreSamples.SMALL)) {
      assertThat(store.get(Table.META, StoreSamples.key(0))).isNotNull();
    }
  }

  /** The one changed byte may be one nothing depends on, or belong to the very last record. */
  private void openExpectingAllOrRefusal(Path file, int count, int chunkBytesMax) {
    try {
      assertOpens(count - 1, count, chunkBytesMax);
    } catch (ParleyException e) {
      assertThat(e.code()).as(e.getMessage()).isEqualTo(ErrorCode.DATA_CORRUPT);
      assertThat(e).hasMessageContaining(store(damaged).toString());
    } catch (StoreException e) {
      // RocksDB does not name blob files.
      String named = file.toString().endsWith(".blob") ? "CHUNKS" : file.getFileName().toString();
      assertThat(e).hasMessageContainingAll(store(damaged).toString(), named);
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

  private Path newest(String suffix) throws IOException {
    List<Path> files = all(damaged, suffix);
    return files.get(files.size() - 1);
  }

  private static List<Path> all(Path root, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(store(root))) {
      return files
          .filter(file -> file.toString().endsWith(suffix))
          .filter(file -> file.toFile().length() > 0)
          .sorted()
          .toList();
    }
  }

  private void copySound() throws IOException {
    if (Files.exists(damaged)) {
      try (Stream<Path> files = Files.walk(damaged)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    try (Stream<Path> files = Files.walk(sound)) {
      for (Path file : files.toList()) {
        Files.copy(file, damaged.resolve(sound.relativize(file).toString()));
      }
    }
  }

  private static void flip(Path file, long offset) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, offset);
      one.put(0, (byte) (one.get(0) ^ 0x40)).flip();
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
