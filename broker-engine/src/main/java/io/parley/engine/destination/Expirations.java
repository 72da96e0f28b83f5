package io.parley.engine.destination;

import io.parley.engine.group.Group;
import io.parley.engine.group.Keys;
import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import java.util.ArrayList;
import java.util.List;

/**
 * When messages expire that wait in any destination, on disk alone: those without an expiry cost
 * nothing, those with one an entry each.
 *
 * <p>A message that moves to another destination leaves its entry behind, which is found to lead
 * nowhere when its time comes.
 */
final class Expirations {
  private static final int VERSION = 1;

  private final Store store;
  private long nextMs;

  Expirations(Store store) {
    this.store = store;
  }

  /**
   * When the first expires, milliseconds since the epoch, or earlier; far in the future if none
   * does.
   */
  long nextMs() {
    return nextMs;
  }

  /** Somebody looks after those that are due. */
  void taken() {
    nextMs = Long.MAX_VALUE;
  }

  /**
   * A message expires.
   *
   * @param run first sequence of the run it is in; 0 for none
   */
  void put(Group group, long atMs, int destination, long sequence, long run) {
    group
        .transaction()
        .put(
            Table.EXPIRING,
            Keys.byTime(atMs, destination, sequence),
            ValueWriter.sized(VERSION, Long.BYTES).i64(run).done());
    nextMs = Math.min(nextMs, atMs);
  }

  void delete(Group group, long atMs, int destination, long sequence) {
    group.transaction().delete(Table.EXPIRING, Keys.byTime(atMs, destination, sequence));
  }

  /** Those whose time has come, the earliest first. Reads committed entries. */
  List<Due> due(long nowMs, int max) {
    List<Due> due = new ArrayList<>();
    nextMs = Long.MAX_VALUE;
    store.scan(
        Table.EXPIRING,
        Keys.of(0L),
        null,
        (key, value) -> {
          long atMs = Keys.longAt(key, 0);
          if (atMs > nowMs || due.size() == max) {
            nextMs = atMs;
            return false;
          }
          due.add(
              new Due(
                  atMs,
                  Keys.intAt(key, 8),
                  Keys.longAt(key, 12),
                  new ValueReader(Table.EXPIRING, value, VERSION).i64()));
          return true;
        });
    return due;
  }

  /** A message whose time has come, if it is still there. */
  record Due(long atMs, int destination, long sequence, long run) {}
}
