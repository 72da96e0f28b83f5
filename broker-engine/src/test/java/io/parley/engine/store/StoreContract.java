package io.parley.engine.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Store} keeps to. A store's test extends it and says how to open the store. */
public abstract class StoreContract {
  private static final int TRANSACTIONS = 1000;

  /** The store under test. */
  protected Store store;

  /** Opens the store: empty at first, afterwards with what it held when it was closed. */
  protected abstract Store open() throws Exception;

  @BeforeEach
  void openStore() throws Exception {
    store = open();
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Test
  void shouldBeEmptyAtFirst() {
    for (Table table : Table.values()) {
      assertThat(store.get(table, bytes("key"))).isNull();
      assertThat(keys(table, bytes(""), null)).isEmpty();
    }
  }

  @Test
  void shouldTellHowManyBytesItsChunksAreAlsoWhenOpenedAgain() throws Exception {
    assertThat(store.chunkBytes()).isZero();
    Transaction first = store.begin();
    first.put(Table.CHUNKS, bytes("a"), new byte[1_000]);
    first.put(Table.CHUNKS, bytes("b"), new byte[10_000]);
    first.put(Table.META, bytes("a"), new byte[500]);
    store.commit(first);
    assertThat(store.chunkBytes()).isEqualTo(11_000);
    Transaction second = store.begin();
    second.put(Table.CHUNKS, bytes("a"), new byte[2_000]);
    second.delete(Table.CHUNKS, bytes("b"));
    second.delete(Table.CHUNKS, bytes("never there"));
    store.commit(second);

    assertThat(store.chunkBytes()).isEqualTo(2_000);
    store.close();
    store = open();
    assertThat(store.chunkBytes()).isEqualTo(2_000);
  }

  @Test
  void shouldShowNothingBeforeCommitAndAllOfItAfter() {
    Transaction transaction = store.begin();
    for (Table table : Table.values()) {
      transaction.put(table, bytes("a"), bytes("1" + table));
      transaction.put(table, bytes("b"), bytes("2" + table));
    }
    for (Table table : Table.values()) {
      assertThat(store.get(table, bytes("a"))).isNull();
      assertThat(keys(table, bytes(""), null)).isEmpty();
    }

    store.commit(transaction);

    for (Table table : Table.values()) {
      assertThat(store.get(table, bytes("a"))).isEqualTo(bytes("1" + table));
      assertThat(store.get(table, bytes("b"))).isEqualTo(bytes("2" + table));
      assertThat(keys(table, bytes(""), null)).containsExactly("a", "b");
    }
  }

  @Test
  void shouldForgetTransactionThatWasNotCommitted() {
    Transaction abandoned = store.begin();
    abandoned.put(Table.META, bytes("abandoned"), bytes("1"));
    Transaction next = store.begin();
    next.put(Table.META, bytes("kept"), bytes("2"));
    store.commit(next);

    assertThat(store.get(Table.META, bytes("abandoned"))).isNull();
    assertThat(store.get(Table.META, bytes("kept"))).isEqualTo(bytes("2"));
  }

  @Test
  void shouldRefuseTransactionCommittedTwice() {
    Transaction transaction = store.begin();
    transaction.put(Table.META, bytes("key"), bytes("value"));
    store.commit(transaction);

    assertThatThrownBy(() -> store.commit(transaction))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldOrderKeysByUnsignedBytes() {
    Transaction transaction = store.begin();
    byte[][] keys = {{(byte) 0xFF}, {0x7F}, {(byte) 0x80}, {0x00}, {0x00, 0x00}, {}, {0x7F, 0x01}};
    for (byte[] key : keys) {
      transaction.put(Table.RUNS, key, key);
    }
    store.commit(transaction);

    List<byte[]> found = new ArrayList<>();
    store.scan(
        Table.RUNS,
        new byte[0],
        null,
        (key, value) -> {
          assertThat(value).isEqualTo(key);
          return found.add(key);
        });
    assertThat(found)
        .usingElementComparator(Arrays::compareUnsigned)
        .containsExactly(
            new byte[] {},
            new byte[] {0x00},
            new byte[] {0x00, 0x00},
            new byte[] {0x7F},
            new byte[] {0x7F, 0x01},
            new byte[] {(byte) 0x80},
            new byte[] {(byte) 0xFF});
  }

  @Test
  void shouldScanFromInclusiveToExclusive() {
    putAll(Table.DUE, "a", "b", "bb", "c", "d");

    assertThat(keys(Table.DUE, bytes("b"), bytes("c"))).containsExactly("b", "bb");
    assertThat(keys(Table.DUE, bytes("ba"), bytes("d"))).containsExactly("bb", "c");
    assertThat(keys(Table.DUE, bytes("c"), null)).containsExactly("c", "d");
    assertThat(keys(Table.DUE, bytes("e"), null)).isEmpty();
    assertThat(keys(Table.DUE, bytes("b"), bytes("b"))).isEmpty();
    assertThat(keys(Table.DUE, bytes("c"), bytes("b"))).isEmpty();
    assertThat(keys(Table.DUE, bytes("a"), bytes(""))).isEmpty();
  }

  @Test
  void shouldStopScanWhenVisitorHasEnough() {
    putAll(Table.DUE, "a", "b", "c", "d");

    List<String> found = new ArrayList<>();
    store.scan(
        Table.DUE,
        bytes("a"),
        null,
        (key, value) -> {
          found.add(text(key));
          return found.size() < 2;
        });
    assertThat(found).containsExactly("a", "b");
  }

  @Test
  void shouldKeepScanInsideItsTable() {
    for (Table table : Table.values()) {
      putAll(table, table + "/1", table + "/2");
    }
    for (Table table : Table.values()) {
      assertThat(keys(table, new byte[0], null)).containsExactly(table + "/1", table + "/2");
    }
  }

  @Test
  void shouldLetVisitorUseTheStore() {
    putAll(Table.DUE, "a", "b");
    putAll(Table.DELAYED, "a", "b");

    List<String> found = new ArrayList<>();
    store.scan(
        Table.DUE,
        bytes("a"),
        null,
        (key, value) -> {
          assertThat(store.get(Table.DELAYED, key)).isEqualTo(value);
          store.scan(Table.DELAYED, key, null, (k, v) -> found.add(text(key) + text(k)));
          return true;
        });
    assertThat(found).containsExactly("aa", "ab", "bb");
  }

  @Test
  void shouldGiveArraysTheCallerMayChange() {
    putAll(Table.META, "key");
    store.get(Table.META, bytes("key"))[0] = 'X';
    store.scan(
        Table.META,
        bytes(""),
        null,
        (key, value) -> {
          key[0] = 'X';
          value[0] = 'X';
          return true;
        });
    Transaction transaction = store.begin();
    transaction.put(Table.META, bytes("own"), bytes("own"));
    transaction.get(Table.META, bytes("own"))[0] = 'X';
    store.commit(transaction);

    assertThat(store.get(Table.META, bytes("key"))).isEqualTo(bytes("key"));
    assertThat(store.get(Table.META, bytes("own"))).isEqualTo(bytes("own"));
  }

  @Test
  void shouldSeeOwnWritesInsideTheTransaction() {
    for (Table table : List.of(Table.META, Table.CHUNKS)) {
      putAll(table, "old", "gone");
      Transaction transaction = store.begin();
      transaction.put(table, bytes("new"), bytes("1"));
      transaction.put(table, bytes("old"), bytes("2"));
      transaction.delete(table, bytes("gone"));

      assertThat(transaction.get(table, bytes("new"))).isEqualTo(bytes("1"));
      assertThat(transaction.get(table, bytes("old"))).isEqualTo(bytes("2"));
      assertThat(transaction.get(table, bytes("gone"))).isNull();
      assertThat(transaction.get(table, bytes("other"))).isNull();
      assertThat(transaction.get(Table.TYPES, bytes("new"))).isNull();
      assertThat(store.get(table, bytes("old"))).isEqualTo(bytes("old"));

      transaction.put(table, bytes("new"), bytes("3"));
      assertThat(transaction.get(table, bytes("new"))).isEqualTo(bytes("3"));
      store.commit(transaction);
      assertThat(store.get(table, bytes("new"))).isEqualTo(bytes("3"));
      assertThat(store.get(table, bytes("gone"))).isNull();
    }
  }

  @Test
  void shouldSeeCommittedValuesInsideTheTransaction() {
    putAll(Table.DESTINATIONS, "a");
    Transaction transaction = store.begin();
    assertThat(transaction.get(Table.DESTINATIONS, bytes("a"))).isEqualTo(bytes("a"));
    assertThat(transaction.isEmpty()).isTrue();
  }

  @Test
  void shouldNotCarryOwnWritesIntoTheNextTransaction() {
    Transaction first = store.begin();
    first.put(Table.META, bytes("a"), bytes("first"));
    store.commit(first);
    Transaction second = store.begin();
    second.delete(Table.META, bytes("a"));
    store.commit(second);

    assertThat(store.begin().get(Table.META, bytes("a"))).isNull();
  }

  @Test
  void shouldApplyPutAndDeleteOfOneKeyInTheirOrder() {
    Transaction transaction = store.begin();
    transaction.delete(Table.TYPES, bytes("back"));
    transaction.put(Table.TYPES, bytes("back"), bytes("1"));
    transaction.put(Table.TYPES, bytes("gone"), bytes("2"));
    transaction.delete(Table.TYPES, bytes("gone"));
    transaction.put(Table.TYPES, bytes("twice"), bytes("3"));
    transaction.put(Table.TYPES, bytes("twice"), bytes("4"));
    store.commit(transaction);

    assertThat(store.get(Table.TYPES, bytes("back"))).isEqualTo(bytes("1"));
    assertThat(store.get(Table.TYPES, bytes("gone"))).isNull();
    assertThat(store.get(Table.TYPES, bytes("twice"))).isEqualTo(bytes("4"));
    assertThat(keys(Table.TYPES, bytes(""), null)).containsExactly("back", "twice");
  }

  @Test
  void shouldStorePartOfAnArrayAsItWasWhenInserted() {
    byte[] buffer = bytes("..value..");
    Transaction transaction = store.begin();
    transaction.insert(Table.CHUNKS, bytes("part"), buffer, 2, 5);
    transaction.insert(Table.META, bytes("nothing"), buffer, 9, 0);
    Arrays.fill(buffer, (byte) 'X');
    store.commit(transaction);

    assertThat(store.get(Table.CHUNKS, bytes("part"))).isEqualTo(bytes("value"));
    assertThat(store.get(Table.META, bytes("nothing"))).isEmpty();
  }

  @Test
  void shouldRefusePartOutsideTheArray() {
    Transaction transaction = store.begin();
    for (int[] part : new int[][] {{-1, 1}, {0, 5}, {4, 1}, {2, -1}, {1, Integer.MAX_VALUE}}) {
      assertThatThrownBy(
              () -> transaction.insert(Table.META, bytes("k"), new byte[4], part[0], part[1]))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThat(transaction.isEmpty()).isTrue();
  }

  @Test
  void shouldStoreEmptyKeyAndEmptyValue() {
    Transaction transaction = store.begin();
    transaction.put(Table.EXPIRIES, new byte[0], new byte[0]);
    store.commit(transaction);

    assertThat(store.get(Table.EXPIRIES, new byte[0])).isEmpty();
    assertThat(keys(Table.EXPIRIES, new byte[0], null)).containsExactly("");
  }

  @Test
  void shouldCommitEmptyTransaction() throws Exception {
    putAll(Table.META, "a");
    Transaction transaction = store.begin();
    assertThat(transaction.isEmpty()).isTrue();
    store.commit(transaction);

    assertThat(keys(Table.META, bytes(""), null)).containsExactly("a");
    reopenFromDisk();
    assertThat(keys(Table.META, bytes(""), null)).containsExactly("a");
  }

  @Test
  void shouldKnowWhetherItIsEmptyAndHowLarge() {
    Transaction transaction = store.begin();
    assertThat(transaction.isEmpty()).isTrue();
    transaction.delete(Table.META, bytes("a"));
    assertThat(transaction.isEmpty()).isFalse();
    long small = transaction.sizeBytes();
    transaction.put(Table.CHUNKS, bytes("b"), new byte[10_000]);
    assertThat(transaction.sizeBytes()).isBetween(small + 10_000, small + 10_100);
  }

  @Test
  void shouldDeleteWhatIsNotThere() {
    Transaction transaction = store.begin();
    transaction.delete(Table.META, bytes("nothing"));
    store.commit(transaction);
    assertThat(store.get(Table.META, bytes("nothing"))).isNull();
  }

  @Test
  void shouldStoreValuesOf16MiB() throws Exception {
    byte[] large = new byte[16 << 20];
    new Random(16).nextBytes(large);
    Transaction transaction = store.begin();
    transaction.put(Table.CHUNKS, position(1), large);
    transaction.insert(Table.META, bytes("large"), large, 1, large.length - 1);
    store.commit(transaction);

    for (int round = 0; round < 2; round++) {
      assertThat(Arrays.equals(store.get(Table.CHUNKS, position(1)), large)).isTrue();
      assertThat(
              Arrays.equals(
                  store.get(Table.META, bytes("large")),
                  Arrays.copyOfRange(large, 1, large.length)))
          .isTrue();
      reopenFromDisk();
    }
  }

  @Test
  void shouldKeepWhatWasCommittedAndNothingElseWhenReopened() throws Exception {
    putAll(Table.META, "a", "b");
    putAll(Table.CHUNKS, "c");
    store.begin().put(Table.META, bytes("uncommitted"), bytes("1"));

    store.reopen();

    assertThat(keys(Table.META, bytes(""), null)).containsExactly("a", "b");
    assertThat(keys(Table.CHUNKS, bytes(""), null)).containsExactly("c");
    putAll(Table.META, "d");

    reopenFromDisk();

    assertThat(keys(Table.META, bytes(""), null)).containsExactly("a", "b", "d");
    assertThat(keys(Table.CHUNKS, bytes(""), null)).containsExactly("c");
  }

  @Test
  void shouldKeepWhatWasNotDeletedWhenMaintained() throws Exception {
    for (long position = 1; position <= 20; position++) {
      Transaction transaction = store.begin();
      transaction.put(Table.CHUNKS, position(position), position(position));
      transaction.put(Table.META, position(position), position(position));
      transaction.delete(Table.CHUNKS, position(position - 10));
      store.commit(transaction);
      store.maintain();
    }
    for (int round = 0; round < 2; round++) {
      for (long position = 1; position <= 20; position++) {
        assertThat(store.get(Table.CHUNKS, position(position)))
            .isEqualTo(position <= 10 ? null : position(position));
        assertThat(store.get(Table.META, position(position))).isEqualTo(position(position));
      }
      reopenFromDisk();
      store.maintain();
    }
  }

  @Test
  void shouldShowWritesAtOnceAndKeepThemOnceSynced() throws Exception {
    for (long position = 1; position <= 3; position++) {
      Transaction transaction = store.begin();
      transaction.put(Table.CHUNKS, position(position), position(position));
      store.write(transaction);
      assertThat(store.get(Table.CHUNKS, position(position))).isEqualTo(position(position));
    }
    store.sync();
    reopenFromDisk();
    assertThat(store.get(Table.CHUNKS, position(3))).isEqualTo(position(3));
  }

  @Test
  void shouldMatchModelOverRandomTransactions() throws Exception {
    long seed = new Random().nextLong();
    try {
      matchModel(seed);
    } catch (Throwable e) {
      throw new AssertionError(
          "replay with matchModel(%dL) in %s".formatted(seed, getClass().getSimpleName()), e);
    }
  }

  private void matchModel(long seed) throws Exception {
    Random random = new Random(seed);
    Map<Table, TreeMap<byte[], byte[]>> model = new EnumMap<>(Table.class);
    for (Table table : Table.values()) {
      model.put(table, new TreeMap<>(Arrays::compareUnsigned));
    }
    for (int i = 0; i < TRANSACTIONS; i++) {
      Transaction transaction = store.begin();
      Map<Table, TreeMap<byte[], byte[]>> changed = copyOf(model);
      for (int changes = random.nextInt(20); changes > 0; changes--) {
        Table table = Table.values()[random.nextInt(Table.values().length)];
        byte[] key = randomKey(random);
        if (random.nextInt(3) == 0) {
          transaction.delete(table, key);
          changed.get(table).remove(key);
        } else {
          byte[] value = new byte[random.nextInt(100) == 0 ? 50_000 : random.nextInt(200)];
          random.nextBytes(value);
          if (changed.get(table).put(key, value) == null && random.nextBoolean()) {
            transaction.insert(table, key, value);
          } else {
            transaction.put(table, key, value);
          }
        }
        byte[] read = randomKey(random);
        assertThat(transaction.get(table, read)).isEqualTo(changed.get(table).get(read));
      }
      if (random.nextInt(10) == 0) {
        continue; // abandoned
      }
      store.commit(transaction);
      model = changed;
      if (random.nextInt(100) == 0) {
        reopenFromDisk();
      } else if (random.nextInt(100) == 0) {
        store.reopen();
      } else if (random.nextInt(10) == 0) {
        store.maintain();
      }
      if (random.nextInt(20) == 0) {
        assertSameAs(model, random);
      }
    }
    assertSameAs(model, random);
  }

  private void assertSameAs(Map<Table, TreeMap<byte[], byte[]>> model, Random random) {
    for (Table table : Table.values()) {
      TreeMap<byte[], byte[]> expected = model.get(table);
      assertSameEntries(table, new byte[0], null, expected);
      byte[] one = randomKey(random);
      byte[] other = randomKey(random);
      if (Arrays.compareUnsigned(one, other) <= 0) {
        assertSameEntries(table, one, other, expected.subMap(one, other));
      }
      assertThat(store.get(table, one)).isEqualTo(expected.get(one));
    }
  }

  private void assertSameEntries(
      Table table, byte[] from, byte[] toExclusive, Map<byte[], byte[]> expected) {
    List<byte[]> found = new ArrayList<>();
    store.scan(
        table,
        from,
        toExclusive,
        (key, value) -> {
          found.add(key);
          found.add(value);
          return true;
        });
    List<byte[]> wanted = new ArrayList<>();
    expected.forEach(
        (key, value) -> {
          wanted.add(key);
          wanted.add(value);
        });
    assertThat(found).usingElementComparator(Arrays::compareUnsigned).isEqualTo(wanted);
  }

  private static Map<Table, TreeMap<byte[], byte[]>> copyOf(
      Map<Table, TreeMap<byte[], byte[]>> model) {
    Map<Table, TreeMap<byte[], byte[]>> copy = new EnumMap<>(Table.class);
    model.forEach((table, entries) -> copy.put(table, new TreeMap<>(entries)));
    return copy;
  }

  /** One of about 300, so that keys meet again; some are prefixes of others. */
  private static byte[] randomKey(Random random) {
    byte[] key = new byte[random.nextInt(4)];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (random.nextInt(7) * 51);
    }
    return key;
  }

  /** Closes the store and opens it anew, as the next process would. */
  protected final void reopenFromDisk() throws Exception {
    store.close();
    store = open();
  }

  /** Commits entries whose values are their keys. */
  protected final void putAll(Table table, String... keys) {
    Transaction transaction = store.begin();
    for (String key : keys) {
      transaction.put(table, bytes(key), bytes(key));
    }
    store.commit(transaction);
  }

  /** The keys a scan visits. */
  protected final List<String> keys(Table table, byte[] from, byte[] toExclusive) {
    List<String> keys = new ArrayList<>();
    store.scan(table, from, toExclusive, (key, value) -> keys.add(text(key)));
    return keys;
  }

  /** A text as bytes. */
  protected static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** A group position as a key. */
  protected static byte[] position(long position) {
    return ByteBuffer.allocate(Long.BYTES).putLong(position).array();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }
}
