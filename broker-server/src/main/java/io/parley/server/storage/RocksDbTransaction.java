package io.parley.server.storage;

import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One group's changes: encoded as they come, and found again by key. */
final class RocksDbTransaction implements Transaction {
  private static final int DELETED = -1;

  private final RocksDbStore store;
  private final RocksDbLayout layout;
  private final Map<Change, Change> lastChanges = new HashMap<>();

  /** The store's only one; null once this transaction is over and another may fill it. */
  private @Nullable WriteBatchEncoder encoder;

  RocksDbTransaction(RocksDbStore store, RocksDbLayout layout, WriteBatchEncoder encoder) {
    this.store = store;
    this.layout = layout;
    this.encoder = encoder;
    encoder.clear();
  }

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    WriteBatchEncoder open = encoder();
    Change change =
        lastChanges.isEmpty() ? null : lastChanges.get(new Change(table, key, DELETED, 0));
    if (change == null) {
      return store.get(table, key);
    }
    return change.valueOffset == DELETED ? null : open.copy(change.valueOffset, change.valueLength);
  }

  @Override
  public void put(Table table, byte[] key, byte[] value) {
    put(table, key, value, 0, value.length);
  }

  @Override
  public void put(Table table, byte[] key, byte[] value, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, value.length);
    int valueOffset =
        encoder().put(layout.family(table), layout.prefix(table), key, value, offset, length);
    Change change = new Change(table, key, valueOffset, length);
    lastChanges.put(change, change);
  }

  @Override
  public void delete(Table table, byte[] key) {
    encoder().delete(layout.family(table), layout.prefix(table), key);
    Change change = new Change(table, key, DELETED, 0);
    lastChanges.put(change, change);
  }

  @Override
  public boolean isEmpty() {
    return encoder().isEmpty();
  }

  @Override
  public long sizeBytes() {
    return encoder().sizeBytes();
  }

  /** Ends this transaction; what it wrote is forgotten once the encoder is used again. */
  void end() {
    encoder = null;
  }

  private WriteBatchEncoder encoder() {
    if (encoder == null) {
      throw new IllegalStateException(
          "transaction is over (expected: begin another; one is open at a time)");
    }
    return encoder;
  }

  /** The last thing done to a key; equal to any other change of that key. */
  private static final class Change {
    private final Table table;
    private final byte[] key;
    private final int hash;
    private final int valueOffset;
    private final int valueLength;

    Change(Table table, byte[] key, int valueOffset, int valueLength) {
      this.table = table;
      this.key = key;
      this.hash = 31 * Arrays.hashCode(key) + table.number();
      this.valueOffset = valueOffset;
      this.valueLength = valueLength;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Change that
          && hash == that.hash
          && table == that.table
          && Arrays.equals(key, that.key);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }
}
