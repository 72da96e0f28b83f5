package io.parley.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;

/**
 * Numbered transactions whose content follows from their number: after a crash it is seen which are
 * there, and whether they are whole.
 */
final class StoreSamples {
  /** The smallest buffers, so that logs and tables change often. */
  static final StorageSettings SMALL =
      new StorageSettings(Path.of("unused"), 1 << 20, 16 << 20, 64, 1 << 20);

  /** Every so many transactions before one, a chunk is deleted. */
  private static final int KEPT = 50;

  private StoreSamples() {}

  /** Commits the transaction of a number. */
  static void commit(Store store, long number, int chunkBytesMax) {
    Transaction transaction = store.begin();
    transaction.put(Table.META, key(0), key(number));
    transaction.put(Table.CHUNKS, key(number), chunk(number, chunkBytesMax));
    transaction.put(Table.RUNS, key(number), key(number));
    if (isDeleted(number - KEPT)) {
      transaction.delete(Table.CHUNKS, key(number - KEPT));
      transaction.delete(Table.RUNS, key(number - KEPT));
    }
    store.commit(transaction);
  }

  /** The number of the last transaction that is there, 0 for none. */
  static long last(Store store) {
    byte[] last = store.get(Table.META, key(0));
    return last == null ? 0 : ByteBuffer.wrap(last).getLong();
  }

  /** Fails unless the transactions from 1 to the last one there are, wholly and nothing else. */
  static void assertWhole(Store store, int chunkBytesMax) {
    long last = last(store);
    long[] next = {1};
    store.scan(
        Table.CHUNKS,
        new byte[0],
        null,
        (key, value) -> {
          next[0] = skipDeleted(next[0], last);
          assertThat(ByteBuffer.wrap(key).getLong()).isEqualTo(next[0]);
          assertThat(value).isEqualTo(chunk(next[0], chunkBytesMax));
          next[0]++;
          return true;
        });
    assertThat(skipDeleted(next[0], last)).isEqualTo(last + 1);
    for (long number = 1; number <= last; number++) {
      assertThat(store.get(Table.RUNS, key(number)))
          .isEqualTo(isDeletedAfter(number, last) ? null : key(number));
    }
    assertThat(store.get(Table.RUNS, key(last + 1))).isNull();
  }

  /** Fails unless a transaction's content can be read. */
  static void assertReadable(Store store, long number, int chunkBytesMax) {
    assertThat(store.get(Table.CHUNKS, key(number))).isEqualTo(chunk(number, chunkBytesMax));
  }

  private static long skipDeleted(long from, long last) {
    long number = from;
    while (isDeletedAfter(number, last)) {
      number++;
    }
    return number;
  }

  private static boolean isDeletedAfter(long number, long last) {
    return isDeleted(number) && number + KEPT <= last;
  }

  private static boolean isDeleted(long number) {
    return number > 0 && number % 3 != 0;
  }

  private static byte[] chunk(long number, int bytesMax) {
    Random random = new Random(number);
    byte[] chunk = new byte[random.nextInt(bytesMax)];
    random.nextBytes(chunk);
    return chunk;
  }

  static byte[] key(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }
}
