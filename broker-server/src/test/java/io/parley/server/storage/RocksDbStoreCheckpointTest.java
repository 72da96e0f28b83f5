package io.parley.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the journal is there for as long as its changes are in memory alone. */
class RocksDbStoreCheckpointTest {
  /** Each freeing of files is a chance to see it too soon: some dozens of them. */
  private static final int GROUPS = 400;

  private static final int VALUE_BYTES = 384 * 1024;
  private static final String TABLE = ".sst";

  /**
   * In this order a copy is what the process would leave behind: RocksDB goes on beside. Table
   * files before and after what names them, as compaction deletes some; all before the journal's
   * files.
   */
  private static final List<String> PARTS = List.of(TABLE, "MANIFEST", "CURRENT", "", "journal");

  @TempDir private Path temporary;

  @Test
  void shouldHoldEverythingSyncedWhenTheProcessEndsAsJournalFilesAreFreed() throws Exception {
    Path data = temporary.resolve("data");
    byte[] value = new byte[VALUE_BYTES];
    new Random(1).nextBytes(value);
    int freed = 0;
    try (DataDirectory directory = DataDirectory.open(data);
        RocksDbStore store = RocksDbStore.open(directory, "default", settings(data))) {
      List<String> before = journals(data);
      for (int group = 0; group < GROUPS; group++) {
        Transaction transaction = store.begin();
        transaction.put(Table.META, key(group), value);
        store.write(transaction);
        store.sync();
        store.maintain();
        List<String> now = journals(data);
        if (!now.containsAll(before)) {
          requireAllUpTo(group, copyOf(data, ++freed));
        }
        before = now;
      }
    }
    assertThat(freed).as("times that journal files were freed").isPositive();
  }

  private void requireAllUpTo(int group, Path copy) {
    try (DataDirectory directory = DataDirectory.open(copy);
        RocksDbStore store = RocksDbStore.open(directory, "default", settings(copy))) {
      for (int i = 0; i <= group; i++) {
        assertThat(store.get(Table.META, key(i))).as("of group " + i).hasSize(VALUE_BYTES);
      }
    }
  }

  private static StorageSettings settings(Path data) {
    return new StorageSettings(
        data,
        StorageSettings.MIN_CACHE_BYTES,
        StorageSettings.MIN_WRITE_BUFFER_BYTES,
        StorageSettings.MIN_MAX_OPEN_FILES,
        StorageSettings.MIN_RESERVE_BYTES);
  }

  private static byte[] key(int group) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(group).array();
  }

  private static List<String> journals(Path data) throws IOException {
    try (Stream<Path> files = Files.list(data.resolve("namespaces/default/journal"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".journal"))
          .sorted()
          .toList();
    }
  }

  private Path copyOf(Path data, int number) throws IOException {
    Path copy = temporary.resolve("copy-" + number);
    Path store = Path.of("namespaces/default");
    Files.createDirectories(copy.resolve(store).resolve("journal"));
    for (String name : List.of("format", "known-namespaces")) {
      copy(data.resolve(name), copy.resolve(name));
    }
    for (String part : PARTS) {
      Path folder = part.equals("journal") ? store.resolve(part) : store;
      try (Stream<Path> files = Files.list(data.resolve(folder))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Path target = copy.resolve(folder).resolve(file.getFileName());
          String name = file.getFileName().toString();
          boolean isMeant = part.equals("journal") || name.startsWith(part) || name.endsWith(part);
          if (isMeant && !Files.exists(target)) {
            copy(file, target);
          }
        }
      }
    }
    return copy;
  }

  private static void copy(Path file, Path target) throws IOException {
    try {
      if (file.toString().endsWith(TABLE)) {
        Files.createLink(target, file); // at once, and it never changes
      } else {
        Files.copy(file, target);
      }
    } catch (NoSuchFileException e) {
      // RocksDB needs it no more.
    }
  }
}
