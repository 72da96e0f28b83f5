package io.parley.systemtests;

import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A store of sorted maps, for one thread: what is written is there, and nothing fails. */
public final class MapStore implements Store {
  private final Map<Table, TreeMap<byte[], byte[]>> tables = new EnumMap<>(Table.class);

  /** A row of a table. */
  public record Row(Table table, byte[] key, byte[] value) {}

  /** Another one with the same rows. */
  public MapStore copy() {
    MapStore copy = new MapStore();
    tables.forEach((table, rows) -> copy.of(table).putAll(rows));
    return copy;
  }

  /** Puts a row. */
  public MapStore row(Table table, byte[] key, byte[] value) {
    of(table).put(key, value);
    return this;
  }

  private TreeMap<byte[], byte[]> of(Table table) {
    return tables.computeIfAbsent(table, none -> new TreeMap<>(Arrays::compareUnsigned));
  }

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    byte[] value = of(table).get(key);
    return value == null ? null : value.clone();
  }

  @Override
  public void scan(Table table, byte[] from, byte @Nullable [] toExclusive, EntryVisitor visitor) {
    var rows = of(table).ceilingEntry(from);
    while (rows != null
        && (toExclusive == null || Arrays.compareUnsigned(rows.getKey(), toExclusive) < 0)
        && visitor.visit(rows.getKey().clone(), rows.getValue().clone())) {
      rows = of(table).higherEntry(rows.getKey());
    }
  }

  @Override
  public long chunkBytes() {
    return of(Table.CHUNKS).values().stream().mapToLong(chunk -> chunk.length).sum();
  }

  @Override
  public Transaction begin() {
    return new Changes();
  }

  @Override
  public void write(Transaction transaction) {
    ((Changes) transaction)
        .changed.tables.forEach(
            (table, rows) ->
                rows.forEach(
                    (key, value) -> {
                      if (value == GONE) {
                        of(table).remove(key);
                      } else {
                        of(table).put(key, value);
                      }
                    }));
  }

  @Override
  public void sync() {}

  @Override
  public void reopen() {}

  @Override
  public void close() {}

  private static final byte[] GONE = new byte[0];

  private final class Changes implements Transaction {
    private final MapStore changed = new MapStore();
    private long sizeBytes;

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
      byte[] value = changed.of(table).get(key);
      if (value == null) {
        return MapStore.this.get(table, key);
      }
      return value == GONE ? null : value.clone();
    }

    @Override
    public void put(Table table, byte[] key, byte[] value) {
      insert(table, key, value);
    }

    @Override
    public void insert(Table table, byte[] key, byte[] value) {
      insert(table, key, value, 0, value.length);
    }

    @Override
    public void insert(Table table, byte[] key, byte[] value, int offset, int length) {
      changed.row(table, key.clone(), Arrays.copyOfRange(value, offset, offset + length));
      sizeBytes += key.length + length;
    }

    @Override
    public void delete(Table table, byte[] key) {
      changed.row(table, key.clone(), GONE);
      sizeBytes += key.length;
    }

    @Override
    public boolean isEmpty() {
      return changed.tables.isEmpty();
    }

    @Override
    public long sizeBytes() {
      return sizeBytes;
    }
  }
}
