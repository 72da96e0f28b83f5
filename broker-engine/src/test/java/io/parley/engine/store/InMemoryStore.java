package io.parley.engine.store;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The simplest correct {@link Store}: sorted maps. Keeps everything in memory for as long as the
 * object lives, so {@link #reopen} finds what was committed; {@link #close} ends its use, not its
 * content: a closed store opens again with {@link #reopen}.
 */
public final class InMemoryStore implements Store {
  private final Map<Table, TreeMap<byte[], byte[]>> tables = new EnumMap<>(Table.class);
  private @Nullable InMemoryTransaction open;
  private boolean closed;

  /** An empty store. */
  public InMemoryStore() {
    for (Table table : Table.values()) {
      tables.put(table, newTable());
    }
  }

  /** Another store with what is committed in this one. */
  public synchronized InMemoryStore copy() {
    InMemoryStore copy = new InMemoryStore();
    tables.forEach((table, entries) -> copy.entries(table).putAll(entries));
    return copy;
  }

  @Override
  public synchronized byte @Nullable [] get(Table table, byte[] key) {
    requireNotClosed();
    byte[] value = entries(table).get(key);
    return value == null ? null : value.clone();
  }

  @Override
  public void scan(Table table, byte[] from, byte @Nullable [] toExclusive, EntryVisitor visitor) {
    // One step at a time: the visitor runs without the lock and may use the store.
    Map.Entry<byte[], byte[]> entry = step(table, from, true);
    while (entry != null
        && (toExclusive == null || Arrays.compareUnsigned(entry.getKey(), toExclusive) < 0)
        && visitor.visit(entry.getKey().clone(), entry.getValue().clone())) {
      entry = step(table, entry.getKey(), false);
    }
  }

  private synchronized Map.@Nullable Entry<byte[], byte[]> step(
      Table table, byte[] key, boolean inclusive) {
    requireNotClosed();
    return inclusive ? entries(table).ceilingEntry(key) : entries(table).higherEntry(key);
  }

  @Override
  public synchronized long chunkBytes() {
    return entries(Table.CHUNKS).values().stream().mapToLong(chunk -> chunk.length).sum();
  }

  @Override
  public synchronized Transaction begin() {
    requireNotClosed();
    open = new InMemoryTransaction();
    return open;
  }

  @Override
  public synchronized void write(Transaction transaction) {
    requireNotClosed();
    if (transaction != open) {
      throw new IllegalArgumentException(
          "transaction: not the open one of this store (expected: the last begun, used once)");
    }
    open = null;
    apply(transaction);
  }

  /** Makes the changes of a transaction, which may be one that another such store began. */
  synchronized void apply(Transaction transaction) {
    ((InMemoryTransaction) transaction)
        .changes.forEach(
            (table, changes) ->
                changes.forEach(
                    (key, change) -> {
                      if (change.value == null) {
                        entries(table).remove(key);
                      } else {
                        entries(table).put(key, change.value);
                      }
                    }));
  }

  @Override
  public synchronized void sync() {
    requireNotClosed();
  }

  @Override
  public synchronized void reopen() {
    open = null;
    closed = false;
  }

  @Override
  public synchronized void close() {
    open = null;
    closed = true;
  }

  private TreeMap<byte[], byte[]> entries(Table table) {
    TreeMap<byte[], byte[]> entries = tables.get(table);
    if (entries == null) {
      throw new AssertionError(table);
    }
    return entries;
  }

  private void requireNotClosed() {
    if (closed) {
      throw new IllegalStateException("store is closed");
    }
  }

  private static <V> TreeMap<byte[], V> newTable() {
    return new TreeMap<>(Arrays::compareUnsigned);
  }

  /** What a transaction last did to a key; a null value means deleted. */
  private record Change(byte @Nullable [] value) {}

  private final class InMemoryTransaction implements Transaction {
    private final Map<Table, TreeMap<byte[], Change>> changes = new EnumMap<>(Table.class);
    private long sizeBytes;

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
      TreeMap<byte[], Change> ofTable = changes.get(table);
      Change change = ofTable == null ? null : ofTable.get(key);
      if (change == null) {
        return InMemoryStore.this.get(table, key);
      }
      return change.value == null ? null : change.value.clone();
    }

    @Override
    public void put(Table table, byte[] key, byte[] value) {
      change(table, key, new Change(value.clone()));
      sizeBytes += value.length;
    }

    @Override
    public void insert(Table table, byte[] key, byte[] value) {
      insert(table, key, value, 0, value.length);
    }

    @Override
    public void insert(Table table, byte[] key, byte[] value, int offset, int length) {
      Objects.checkFromIndexSize(offset, length, value.length);
      if (get(table, key) != null) {
        throw new IllegalStateException(
            "insert into %s: 0x%s is there (expected: a new key)"
                .formatted(table, HexFormat.of().formatHex(key)));
      }
      change(table, key, new Change(Arrays.copyOfRange(value, offset, offset + length)));
      sizeBytes += length;
    }

    @Override
    public void delete(Table table, byte[] key) {
      change(table, key, new Change(null));
    }

    private void change(Table table, byte[] key, Change change) {
      changes.computeIfAbsent(table, t -> newTable()).put(key.clone(), change);
      sizeBytes += key.length;
    }

    @Override
    public boolean isEmpty() {
      return changes.isEmpty();
    }

    @Override
    public long sizeBytes() {
      return sizeBytes;
    }
  }
}
