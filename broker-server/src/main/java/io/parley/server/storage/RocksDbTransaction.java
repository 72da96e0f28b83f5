package io.parley.server.storage;

import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One group's changes: encoded as they come, and found again by key. Chunks go into the journal's
 * record; what becomes of their keys is decided when it is known where that will be.
 */
final class RocksDbTransaction implements Transaction {
  private static final int DELETED = -1;

  private final RocksDbStore store;
  private final Map<Change, Change> lastChanges = new HashMap<>();
  private final Map<Change, Change> chunks = new LinkedHashMap<>(4);

  /** The store's only ones; null once this transaction is over and another may fill them. */
  private @Nullable WriteBatchEncoder encoder;

  private @Nullable Journal journal;

  RocksDbTransaction(RocksDbStore store, WriteBatchEncoder encoder, Journal journal) {
    this.store = store;
    this.encoder = encoder;
    this.journal = journal;
    encoder.clear();
    journal.begin();
  }

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    WriteBatchEncoder open = encoder();
    Map<Change, Change> changes = changes(table);
    Change change = changes.isEmpty() ? null : changes.get(new Change(table, key, DELETED, 0));
    if (change == null) {
      return store.get(table, key);
    }
    if (change.isDeletion()) {
      return null;
    }
    return table == Table.CHUNKS
        ? journal().copy(change.offset, change.length)
        : open.copy(change.offset, change.length);
  }

  @Override
  public void put(Table table, byte[] key, byte[] value) {
    put(table, key, value, 0, value.length);
  }

  @Override
  public void put(Table table, byte[] key, byte[] value, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, value.length);
    int at =
        table == Table.CHUNKS
            ? journal().add(key, value, offset, length)
            : encoder().put(RocksDbLayout.prefix(table), key, value, offset, length);
    note(new Change(table, key, at, length));
  }

  @Override
  public void delete(Table table, byte[] key) {
    if (table != Table.CHUNKS) {
      encoder().delete(RocksDbLayout.prefix(table), key);
    }
    note(new Change(table, key, DELETED, 0));
  }

  private void note(Change change) {
    encoder();
    Map<Change, Change> changes = changes(change.table);
    changes.put(change, change);
  }

  private Map<Change, Change> changes(Table table) {
    return table == Table.CHUNKS ? chunks : lastChanges;
  }

  /** What was last done to each key of a chunk. */
  Collection<Change> chunks() {
    return chunks.values();
  }

  @Override
  public boolean isEmpty() {
    return encoder().isEmpty() && chunks.isEmpty();
  }

  @Override
  public long sizeBytes() {
    return encoder().sizeBytes() + (long) journal().chunkBytes();
  }

  /** Ends this transaction; what it wrote is forgotten unless the store wrote it. */
  void end() {
    if (journal != null) {
      journal.end();
    }
    encoder = null;
    journal = null;
  }

  WriteBatchEncoder encoder() {
    if (encoder == null) {
      throw over();
    }
    return encoder;
  }

  private Journal journal() {
    if (journal == null) {
      throw over();
    }
    return journal;
  }

  private static IllegalStateException over() {
    return new IllegalStateException(
        "transaction is over (expected: begin another; one is open at a time)");
  }

  /** The last thing done to a key; equal to any other change of that key. */
  static final class Change {
    private final Table table;
    private final byte[] key;
    private final int hash;
    private final int offset;
    private final int length;

    private Change(Table table, byte[] key, int offset, int length) {
      this.table = table;
      this.key = key;
      this.hash = 31 * Arrays.hashCode(key) + table.number();
      this.offset = offset;
      this.length = length;
    }

    byte[] key() {
      return key;
    }

    boolean isDeletion() {
      return offset == DELETED;
    }

    /** Where the value is in what it was written to. */
    int offset() {
      return offset;
    }

    int length() {
      return length;
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
