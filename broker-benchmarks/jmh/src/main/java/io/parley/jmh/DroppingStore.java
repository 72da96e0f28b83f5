package io.parley.jmh;

import io.parley.engine.store.InMemoryStore;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A store that drops what the engine writes for a restart alone, as long as all messages fit its
 * memory, and so neither takes time nor allocates: what is measured with it is the engine. The rest
 * is kept by the in-memory store.
 *
 * <p>A benchmark whose backlog outgrows the engine's memory fails: the engine would look for
 * messages that aren't there.
 */
final class DroppingStore implements Store {
  private static final Set<Table> DROPPED =
      EnumSet.of(Table.META, Table.CHUNKS, Table.RUNS, Table.DESTINATION_STATE, Table.PRODUCERS);

  private static final Set<Table> READ_FROM_BACKLOG = EnumSet.of(Table.CHUNKS, Table.RUNS);

  private final InMemoryStore kept = new InMemoryStore();
  private final DroppingTransaction transaction = new DroppingTransaction();

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    requireNoBacklog(table);
    return kept.get(table, key);
  }

  @Override
  public void scan(Table table, byte[] from, byte @Nullable [] toExclusive, EntryVisitor visitor) {
    requireNoBacklog(table);
    kept.scan(table, from, toExclusive, visitor);
  }

  @Override
  public long chunkBytes() {
    return 0;
  }

  private static void requireNoBacklog(Table table) {
    if (READ_FROM_BACKLOG.contains(table)) {
      throw new IllegalStateException(
          "table " + table + " is read (expected: a backlog that fits the engine's memory)");
    }
  }

  @Override
  public Transaction begin() {
    transaction.clear();
    return transaction;
  }

  @Override
  public void write(Transaction written) {
    if (transaction.ofKept != null) {
      kept.write(transaction.ofKept);
    }
    transaction.clear();
  }

  @Override
  public void sync() {}

  @Override
  public void reopen() {
    throw new UnsupportedOperationException("what was dropped can't be opened again");
  }

  @Override
  public void close() {
    kept.close();
  }

  private final class DroppingTransaction implements Transaction {
    private @Nullable Transaction ofKept;
    private long sizeBytes;

    void clear() {
      ofKept = null;
      sizeBytes = 0;
    }

    private Transaction ofKept() {
      if (ofKept == null) {
        ofKept = kept.begin();
      }
      return ofKept;
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
      return ofKept == null ? DroppingStore.this.get(table, key) : ofKept.get(table, key);
    }

    @Override
    public void put(Table table, byte[] key, byte[] value) {
      sizeBytes += key.length + value.length;
      if (!DROPPED.contains(table)) {
        ofKept().put(table, key, value);
      }
    }

    @Override
    public void insert(Table table, byte[] key, byte[] value) {
      insert(table, key, value, 0, value.length);
    }

    @Override
    public void insert(Table table, byte[] key, byte[] value, int offset, int length) {
      sizeBytes += key.length + length;
      if (!DROPPED.contains(table)) {
        ofKept().insert(table, key, value, offset, length);
      }
    }

    @Override
    public void delete(Table table, byte[] key) {
      sizeBytes += key.length;
      if (!DROPPED.contains(table)) {
        ofKept().delete(table, key);
      }
    }

    @Override
    public boolean isEmpty() {
      return sizeBytes == 0;
    }

    @Override
    public long sizeBytes() {
      return sizeBytes;
    }
  }
}
