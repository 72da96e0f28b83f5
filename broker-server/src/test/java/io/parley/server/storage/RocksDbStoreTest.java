package io.parley.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.engine.store.Store;
import io.parley.engine.store.StoreContract;
import io.parley.engine.store.StoreException;
import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksDbStoreTest extends StoreContract {
  private static final int MIB = 1 << 20;
  private static final byte[] CHUNK = chunk();

  @TempDir Path directory;
  private DataDirectory dataDirectory;

  private static byte[] chunk() {
    byte[] chunk = new byte[MIB / 4];
    new Random(1).nextBytes(chunk);
    return chunk;
  }

  @Override
  protected Store open() {
    if (dataDirectory == null) {
      dataDirectory = DataDirectory.open(directory);
    }
    return RocksDbStore.open(dataDirectory, "default", StoreSamples.SMALL);
  }

  @AfterEach
  void closeDirectory() {
    store.close();
    dataDirectory.close();
  }

  @Test
  void shouldReadFromOtherThreadsWhileItIsReopened() throws Exception {
    putAll(Table.META, "key");
    CountDownLatch reading = new CountDownLatch(1);
    CompletableFuture<Void> stop = new CompletableFuture<>();
    CompletableFuture<Long> reads =
        CompletableFuture.supplyAsync(
            () -> {
              long count = 0;
              while (!stop.isDone()) {
                assertThat(store.get(Table.META, bytes("key"))).isEqualTo(bytes("key"));
                assertThat(keys(Table.META, bytes(""), null)).containsExactly("key");
                count++;
                reading.countDown();
              }
              return count;
            });
    assertThat(reading.await(10, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < 10; i++) {
      store.reopen();
    }
    stop.complete(null);
    assertThat(reads.get(10, TimeUnit.SECONDS)).isPositive();
  }

  @Test
  void shouldRefuseReopenInsideScan() {
    putAll(Table.META, "key");
    assertThatThrownBy(
            () ->
                store.scan(
                    Table.META,
                    bytes(""),
                    null,
                    (key, value) -> {
                      store.reopen();
                      return true;
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(store.get(Table.META, bytes("key"))).isNotNull();
  }

  @Test
  void shouldFailWhenUsedAfterClose() {
    Transaction open = store.begin();
    store.close();
    assertThatThrownBy(() -> store.get(Table.META, bytes("key")))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(directory.toString());
    assertThatThrownBy(store::begin).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> open.put(Table.META, bytes("key"), bytes("value")))
        .isInstanceOf(IllegalStateException.class);
    store.close();
  }

  @Test
  void shouldWriteOverTheFilesOfWhatIsConsumed() throws Exception {
    for (long position = 1; position <= 2_000; position++) {
      putChunk(position, position - 5);
      store.maintain();
    }
    assertThat(journalBytes()).as("of 500 MiB written").isLessThan(100L * MIB);
    assertThat(directoryBytes()).isLessThan(200L * MIB);
    reopenFromDisk();
    assertThat(store.get(Table.CHUNKS, position(2_000))).isEqualTo(CHUNK);
    assertThat(store.get(Table.CHUNKS, position(1_995))).isNull();
  }

  @Test
  void shouldGoOnInAFileMadeAheadWhileSmallGroupsGrowOne() throws Exception {
    Path first = directory.resolve("namespaces/default/journal/000000000001.journal");
    Path second = first.resolveSibling("000000000002.journal");
    int keys = 0;
    while (!Files.exists(second)) {
      putAll(Table.META, "key" + keys++);
      awaitNothingBeingMade(first.getParent());
      assertThat(Files.size(first)).isLessThan(StoreSamples.SMALL.writeBufferBytes() / 2);
    }
    assertThat(keys).as("groups before a file is made ahead").isGreaterThan(1_000);
    assertThat(Files.size(second)).isEqualTo(StoreSamples.SMALL.writeBufferBytes());
    reopenFromDisk();
    for (int i = 0; i < keys; i++) {
      assertThat(store.get(Table.META, bytes("key" + i))).isNotNull();
    }
  }

  /** However fast groups come: the file is made by another thread meanwhile. */
  private static void awaitNothingBeingMade(Path journal) throws IOException {
    boolean making = true;
    while (making) {
      try (Stream<Path> files = Files.list(journal)) {
        making = files.anyMatch(file -> file.toString().endsWith(".making"));
      }
    }
  }

  @Test
  void shouldDeleteAFileThatWasBeingMade() throws Exception {
    Path making = directory.resolve("namespaces/default/journal/made-1.making");
    Files.write(making, new byte[4096]);
    reopenFromDisk();
    assertThat(making).doesNotExist();
  }

  @Test
  void shouldFreeSegmentsThatFewChunksKeep() throws Exception {
    for (long position = 1; position <= 1_000; position++) {
      putChunk(position, position % 50 == 0 ? -1 : position - 1);
      store.maintain();
    }
    for (int round = 0; round < 1_000; round++) {
      store.maintain();
      putAll(Table.META, "next");
    }
    assertThat(journalBytes()).as("of 250 MiB written, 20 chunks left").isLessThan(80L * MIB);
    reopenFromDisk();
    for (long position = 49; position <= 1_000; position += 50) {
      assertThat(store.get(Table.CHUNKS, position(position))).isEqualTo(CHUNK);
    }
  }

  /** It is done several times a second, also while a sync takes a minute. */
  @Test
  void shouldBoundWhatIsMovedWithoutASync() {
    for (long position = 1; position <= 1_000; position++) {
      putChunk(position, position % 5 == 0 ? -1 : position - 1);
    }
    store.maintain();
    long before = journalBytes();
    for (int round = 0; round < 500; round++) {
      store.maintain();
    }
    assertThat(journalBytes() - before).as("of 45 MiB to move").isBetween(1L * MIB, 6L * MIB);
    for (int round = 0; round < 1_000; round++) {
      store.maintain();
      putAll(Table.META, "next");
    }
    assertThat(journalBytes()).as("once there are syncs").isLessThan(before / 2);
  }

  @Test
  void shouldReadChunksThatAreNotSyncedYet() {
    Transaction first = store.begin();
    first.put(Table.CHUNKS, position(1), CHUNK);
    store.write(first);
    Transaction second = store.begin();
    second.put(Table.CHUNKS, position(2), bytes("two"));
    assertThat(second.get(Table.CHUNKS, position(2))).isEqualTo(bytes("two"));
    store.write(second);
    assertThat(store.get(Table.CHUNKS, position(1))).isEqualTo(CHUNK);
    assertThat(store.get(Table.CHUNKS, position(2))).isEqualTo(bytes("two"));
  }

  @Test
  void shouldKeepATransactionLargerThanItsBuffers() throws Exception {
    byte[] large = new byte[20 * MIB];
    new Random(2).nextBytes(large);
    Transaction transaction = store.begin();
    transaction.put(Table.CHUNKS, position(1), large);
    transaction.put(Table.OUTCOMES, position(1), large);
    store.commit(transaction);
    for (int round = 0; round < 2; round++) {
      assertThat(store.get(Table.CHUNKS, position(1))).isEqualTo(large);
      assertThat(store.get(Table.OUTCOMES, position(1))).isEqualTo(large);
      reopenFromDisk();
    }
  }

  @Test
  void shouldTellItsSizes() {
    RocksDbStore rocks = (RocksDbStore) store;
    Transaction transaction = store.begin();
    transaction.put(Table.CHUNKS, position(1), new byte[MIB]);
    store.commit(transaction);

    StoreStatistics statistics = rocks.statistics();
    assertThat(statistics.segments()).isEqualTo(1);
    assertThat(statistics.journalBytes()).isBetween((long) MIB, MIB + 8_192L);
    assertThat(statistics.memtableBytes()).isPositive();
    assertThat(statistics.backgroundErrors()).isZero();
    assertThat(statistics.writesStopped()).isFalse();
  }

  @Test
  void shouldKeepNamespacesApart() {
    putAll(Table.META, "key");
    try (RocksDbStore other = RocksDbStore.open(dataDirectory, "other", StoreSamples.SMALL)) {
      assertThat(other.get(Table.META, bytes("key"))).isNull();
    }
    assertThat(directory.resolve("namespaces").resolve("default")).isDirectory();
    assertThat(directory.resolve("namespaces").resolve("other")).isDirectory();
  }

  @Test
  void shouldReadWhatIsDurableOnceRewound() {
    byte[] first = {1};
    byte[] second = {2};
    var durable = store.begin();
    durable.put(Table.META, first, first);
    durable.put(Table.CHUNKS, first, new byte[9_000]);
    store.commit(durable);
    var written = store.begin();
    written.put(Table.META, first, second);
    written.put(Table.META, second, second);
    written.delete(Table.CHUNKS, first);
    store.write(written);
    for (int round = 0; round < 3; round++) {
      store.maintain(); // what is old goes into the tables
    }
    assertThat(store.get(Table.META, first)).isEqualTo(second);

    store.rewind();

    assertThat(store.isRewound()).isTrue();
    assertThat(store.get(Table.META, first)).isEqualTo(first);
    assertThat(store.get(Table.META, second)).isNull();
    assertThat(store.get(Table.CHUNKS, first)).hasSize(9_000);
    assertThat(keys(Table.META, new byte[0], null)).hasSize(1);
    store.reopen();
    assertThat(store.isRewound()).isFalse();
  }

  @Test
  void shouldScanRowsThatAreInTheTablesAndRecentOnes() {
    putAll(Table.RUNS, "a", "b", "c", "d");
    for (int round = 0; round < 2; round++) {
      store.maintain();
    }
    Transaction transaction = store.begin();
    transaction.insert(Table.RUNS, bytes("aa"), bytes("new"));
    transaction.put(Table.RUNS, bytes("b"), bytes("changed"));
    transaction.delete(Table.RUNS, bytes("c"));
    transaction.insert(Table.RUNS, bytes("e"), bytes("new"));
    store.commit(transaction);

    assertThat(keys(Table.RUNS, bytes(""), null)).containsExactly("a", "aa", "b", "d", "e");
    assertThat(keys(Table.RUNS, bytes("aa"), bytes("d"))).containsExactly("aa", "b");
    assertThat(keys(Table.RUNS, bytes("c"), bytes("c"))).isEmpty();
    assertThat(store.get(Table.RUNS, bytes("b"))).isEqualTo(bytes("changed"));
    assertThat(store.get(Table.RUNS, bytes("c"))).isNull();
  }

  /** Whoever asks from another thread sees what was there at one moment, whatever goes on. */
  @Test
  void shouldScanAsOfOneMomentWhileRowsGetOld() throws Exception {
    CompletableFuture<Void> stop = new CompletableFuture<>();
    putAll(Table.RUNS, "0");
    CompletableFuture<Long> scans =
        CompletableFuture.supplyAsync(
            () -> {
              long count = 0;
              while (!stop.isDone()) {
                assertThat(keys(Table.RUNS, bytes(""), null)).hasSize(1);
                count++;
              }
              return count;
            });
    for (int i = 1; i <= 3_000; i++) {
      Transaction transaction = store.begin();
      transaction.delete(Table.RUNS, bytes(Integer.toString(i - 1)));
      transaction.insert(Table.RUNS, bytes(Integer.toString(i)), bytes("row"));
      store.commit(transaction);
      store.maintain();
    }
    stop.complete(null);
    assertThat(scans.get(10, TimeUnit.SECONDS)).isPositive();
  }

  @Test
  void shouldStartAgainWhereCreationWasCutShort() throws IOException {
    Path beside = directory.resolve("namespaces").resolve("new.new");
    Files.createDirectories(beside);
    Files.writeString(beside.resolve("MANIFEST-000001"), "half");
    RocksDbStore.open(dataDirectory, "new", StoreSamples.SMALL).close();
    assertThat(beside).doesNotExist();
  }

  private void putChunk(long position, long deleted) {
    Transaction transaction = store.begin();
    transaction.put(Table.CHUNKS, position(position), CHUNK);
    transaction.delete(Table.CHUNKS, position(deleted));
    store.commit(transaction);
  }

  private long journalBytes() {
    return ((RocksDbStore) store).statistics().journalBytes();
  }

  private long directoryBytes() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
