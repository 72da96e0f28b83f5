package io.parley.server.storage;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What became of rows and isn't in the tables yet. Most rows change again, or go, before they are
 * old: a run of messages once the last one is settled, a queue's counts with its next group. What
 * becomes of them here costs RocksDB nothing.
 *
 * <pre>
 *   written ──add──> rows ──old ones, once durable──> tables
 *                     └──rewind, if they never were──> as before
 * </pre>
 *
 * <p>Invariant: the tables get what is durable. What came after the last durable record can be
 * taken back here, and nowhere else.
 *
 * <p>The owner thread changes it; any may read.
 */
final class RecentRows {
  /** More are brought into the tables, however recent. */
  private static final int ROWS_MAX = 16 * 1024;

  private static final long BYTES_MAX = 4 << 20;

  /** Memory of a row besides its key and value. */
  private static final int ROW_OVERHEAD_BYTES = 160;

  private final TreeMap<RowKey, Row> rows = new TreeMap<>();

  /** Of records that aren't known to be durable, in their order. */
  private final Deque<Undo> undos = new ArrayDeque<>();

  private long bytes;

  /** Where the last look for old ones ended; null for the beginning. */
  private @Nullable RowKey lookedAt;

  /** What last became of a key, or null if the tables know. */
  synchronized @Nullable Row get(RowKey key) {
    return rows.get(key);
  }

  /** Those from a key on, up to but not including another, as they are now, in their order. */
  synchronized List<Map.Entry<RowKey, Row>> range(RowKey from, RowKey toExclusive) {
    List<Map.Entry<RowKey, Row>> copy = new ArrayList<>();
    rows.subMap(from, toExclusive).forEach((key, row) -> copy.add(Map.entry(key, row)));
    return copy;
  }

  /** Adds what a record of the journal changes. */
  synchronized void add(long record, Map<RowKey, Row> changes) {
    Undo undo = new Undo(record, changes.size());
    changes.forEach(
        (key, row) ->
            rows.compute(
                key,
                (same, before) -> {
                  Row now = before == null ? row : row.after(before);
                  undo.add(key, before);
                  bytes += sizeOf(key, now) - sizeOf(key, before);
                  return now;
                }));
    undos.add(undo);
  }

  private void set(RowKey key, @Nullable Row row) {
    bytes += sizeOf(key, row) - sizeOf(key, row == null ? rows.remove(key) : rows.put(key, row));
  }

  private static long sizeOf(RowKey key, @Nullable Row row) {
    if (row == null) {
      return 0;
    }
    byte[] value = row.value();
    return ROW_OVERHEAD_BYTES + key.bytes().length + (value == null ? 0L : value.length);
  }

  /** Forgets how to take back what a record and those before it changed: that is durable. */
  synchronized void forgetUndo(long durable) {
    for (Undo oldest = undos.peek();
        oldest != null && oldest.record <= durable;
        oldest = undos.peek()) {
      undos.remove();
    }
  }

  /** Takes back what came after the last durable record. */
  synchronized void rewind(long durable) {
    forgetUndo(durable);
    for (Undo last = undos.pollLast(); last != null; last = undos.pollLast()) {
      for (int i = 0; i < last.keys.size(); i++) {
        RowKey key = last.keys.get(i);
        set(key, last.before.get(i));
      }
    }
  }

  /** Whether there are more than should be. */
  boolean isFull() {
    return rows.size() > ROWS_MAX || bytes > BYTES_MAX;
  }

  int size() {
    return rows.size();
  }

  /**
   * Those that didn't change after a record, going on where the last look ended.
   *
   * @param record a durable one
   * @param looks how many to look at, at most
   */
  List<Map.Entry<RowKey, Row>> unchangedSince(long record, int looks) {
    NavigableMap<RowKey, Row> rest = lookedAt == null ? rows : rows.tailMap(lookedAt, false);
    List<Map.Entry<RowKey, Row>> found = new ArrayList<>();
    int left = looks;
    for (Map.Entry<RowKey, Row> each : rest.entrySet()) {
      if (left-- == 0) {
        return found;
      }
      lookedAt = each.getKey();
      if (each.getValue().record() <= record) {
        found.add(Map.entry(each.getKey(), each.getValue()));
      }
    }
    lookedAt = null;
    return found;
  }

  /** Forgets rows that are in the tables now. */
  synchronized void forget(List<Map.Entry<RowKey, Row>> written) {
    written.forEach(each -> set(each.getKey(), null));
  }

  /** What was before a record's changes; a null for keys that the tables knew. */
  private static final class Undo {
    private final long record;
    private final List<RowKey> keys;
    private final List<@Nullable Row> before;

    private Undo(long record, int changes) {
      this.record = record;
      this.keys = new ArrayList<>(changes);
      this.before = new ArrayList<>(changes);
    }

    private void add(RowKey key, @Nullable Row row) {
      keys.add(key);
      before.add(row);
    }
  }
}
