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
 * One group's changes: encoded for the journal as they come, and found again by key. Chunks go into
 * the journal's record; what becomes of their keys is decided when it is known where that will be.
 */
final class RocksDbTransaction implements Transaction {
  private static final int DELETED = -1;

  private final RocksDbStore store;
  private final long record;
  private final Map<RowKey, Row> rows = new HashMap<>();
  private final Map<RowKey, ChunkChange> chunks = new LinkedHashMap<>(4);

  /** The store's only ones; null once this transaction is over and another may fill them. */
  private @Nullable WriteBatchEncoder encoder;

  private @Nullable Journal journal;

  RocksDbTransaction(RocksDbStore store, WriteBatchEncoder encoder, Journal journal) {
    this.store = store;
    this.record = journal.nextRecord();
    this.encoder = encoder;
    this.journal = journal;
    encoder.clear();
    journal.begin();
  }

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    Journal open = journal();
    RowKey rowKey = RocksDbLayout.key(table, key);
    if (table == Table.CHUNKS) {
      ChunkChange change = chunks.get(rowKey);
      if (change != null) {
        return change.isDeletion() ? null : open.copy(change.offset, change.length);
      }
    } else {
      Row row = rows.get(rowKey);
      if (row != null) {
        byte[] value = row.value();
        return value == null ? null : value.clone();
      }
    }
    return store.get(table, key);
  }

  @Override
  public void put(Table table, byte[] key, byte[] value) {
    if (table == Table.CHUNKS) {
      move(key, value, 0, value.length);
    } else {
      put(RocksDbLayout.key(table, key), value, false);
    }
  }

  @Override
  public void insert(Table table, byte[] key, byte[] value) {
    if (table == Table.CHUNKS) {
      insert(table, key, value, 0, value.length);
    } else {
      put(RocksDbLayout.key(table, key), value, true);
    }
  }

  @Override
  public void insert(Table table, byte[] key, byte[] value, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, value.length);
    if (table == Table.CHUNKS) {
      putChunk(key, value, offset, length, true);
    } else {
      insert(table, key, Arrays.copyOfRange(value, offset, offset + length));
    }
  }

  /** Puts a chunk that was somewhere else until now. */
  void move(byte[] key, byte[] value, int offset, int length) {
    putChunk(key, value, offset, length, false);
  }

  private void putChunk(byte[] key, byte[] value, int offset, int length, boolean isNew) {
    int at = journal().add(key, value, offset, length);
    note(RocksDbLayout.key(Table.CHUNKS, key), new ChunkChange(at, length, isNew));
  }

  @Override
  public void delete(Table table, byte[] key) {
    RowKey rowKey = RocksDbLayout.key(table, key);
    if (table == Table.CHUNKS) {
      journal();
      note(rowKey, new ChunkChange(DELETED, 0, false));
    } else {
      delete(rowKey);
    }
  }

  /**
   * Sets a row.
   *
   * @param isNew if there is none of that key
   */
  void put(RowKey key, byte[] value, boolean isNew) {
    encoder().put(key.bytes(), value);
    note(key, new Row(value, isNew, record));
  }

  void delete(RowKey key) {
    encoder().delete(key.bytes());
    note(key, new Row(null, false, record));
  }

  private void note(RowKey key, Row row) {
    rows.merge(key, row, (before, now) -> now.after(before));
  }

  private void note(RowKey key, ChunkChange change) {
    chunks.merge(key, change, (before, now) -> now.after(before));
  }

  /** What became of each row; of chunks once the store has said where they are. */
  Map<RowKey, Row> rows() {
    return rows;
  }

  /** What was last done to each key of a chunk. */
  Collection<Map.Entry<RowKey, ChunkChange>> chunks() {
    return chunks.entrySet();
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

  /**
   * The last thing done to a chunk.
   *
   * @param offset where it is in the record
   * @param isNew whether it is nowhere else
   */
  record ChunkChange(int offset, int length, boolean isNew) {

    /**
     * What both make of a chunk, this one after another; null if that is as if neither had been.
     */
    @Nullable ChunkChange after(ChunkChange before) {
      if (before.isNew && isDeletion()) {
        return null;
      }
      return new ChunkChange(offset, length, before.isNew);
    }

    boolean isDeletion() {
      return offset == DELETED;
    }
  }
}
