package io.parley.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.engine.store.Store;
import io.parley.engine.store.StoreContract;
import io.parley.engine.store.StoreException;
import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class RocksDbStoreTest extends StoreContract {
  private static final int MIB = 1 << 20;

  @TempDir Path directory;
  private DataDirectory dataDirectory;

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
  void shouldKeepWhatIsConsumedSoonOutOfTableFiles() throws Exception {
    byte[] chunk = new byte[MIB / 4];
    new Random(1).nextBytes(chunk);
    for (long position = 1; position <= 200; position++) {
      Transaction transaction = store.begin();
      transaction.put(Table.CHUNKS, position(position), chunk);
      transaction.delete(Table.CHUNKS, position(position - 5));
      store.commit(transaction);
    }
    reopenFromDisk();
    assertThat(fileBytes()).isLessThan(20L * MIB);
    assertThat(store.get(Table.CHUNKS, position(200))).isEqualTo(chunk);
    assertThat(store.get(Table.CHUNKS, position(195))).isNull();
  }

  @Test
  @Timeout(60)
  void shouldGiveSpaceOfReclaimedChunksBack() throws Exception {
    byte[] chunk = new byte[MIB / 4];
    new Random(1).nextBytes(chunk);
    for (long position = 1; position <= 200; position++) {
      Transaction transaction = store.begin();
      transaction.put(Table.CHUNKS, position(position), chunk);
      store.commit(transaction);
    }
    reopenFromDisk();
    assertThat(fileBytes()).isGreaterThan(50L * MIB);

    store.reclaimChunksBefore(181);
    while (fileBytes() > 40L * MIB) {
      // The newest files become free when compaction has taken them up, in the background.
      putAll(Table.META, "next");
      store.reclaimChunksBefore(181);
    }

    List<Long> left = new ArrayList<>();
    store.scan(
        Table.CHUNKS, position(0), null, (key, value) -> left.add(ByteBuffer.wrap(key).getLong()));
    assertThat(left).startsWith(181L).hasSize(20);
    reopenFromDisk();
    assertThat(store.get(Table.CHUNKS, position(1))).isNull();
    assertThat(store.get(Table.CHUNKS, position(181))).isEqualTo(chunk);
  }

  @Test
  void shouldTellItsSizes() {
    RocksDbStore rocks = (RocksDbStore) store;
    long before = rocks.statistics().memtableBytes();
    Transaction transaction = store.begin();
    transaction.put(Table.CHUNKS, position(1), new byte[MIB]);
    store.commit(transaction);

    StoreStatistics statistics = rocks.statistics();
    assertThat(statistics.memtableBytes()).isGreaterThanOrEqualTo(before + MIB);
    assertThat(statistics.logFiles()).isEqualTo(1);
    assertThat(statistics.logBytes()).isGreaterThan(MIB);
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
  void shouldStartAgainWhereCreationWasCutShort() throws IOException {
    Path beside = directory.resolve("namespaces").resolve("new.new");
    Files.createDirectories(beside);
    Files.writeString(beside.resolve("MANIFEST-000001"), "half");
    RocksDbStore.open(dataDirectory, "new", StoreSamples.SMALL).close();
    assertThat(beside).doesNotExist();
  }

  @Test
  void shouldRemoveBlobFileThatCrashCutShort() throws Exception {
    putAll(Table.META, "key");
    store.close();
    Path namespace = directory.resolve("namespaces").resolve("default");
    Path cutShort = namespace.resolve("000321.blob");
    Files.write(cutShort, new byte[MIB]);
    store = open();
    assertThat(cutShort).doesNotExist();
    assertThat(store.get(Table.META, bytes("key"))).isEqualTo(bytes("key"));
  }

  private long fileBytes() {
    StoreStatistics statistics = ((RocksDbStore) store).statistics();
    return statistics.tableFileBytes() + statistics.blobFileBytes();
  }
}
