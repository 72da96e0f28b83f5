package io.parley.server.storage;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * Rows of the tables and recent ones, in the order of their keys, as they were at one moment; where
 * both have a key, the recent one counts. One thread.
 */
final class MergedRows implements AutoCloseable {
  private final Iterator<Map.Entry<RowKey, Row>> recent;
  private final OpenRocksDb.Rows tables;

  private Map.@Nullable Entry<RowKey, Row> nextRecent;
  private @Nullable RowKey nextOfTables;
  private byte[] value = {};

  private MergedRows(List<Map.Entry<RowKey, Row>> recent, OpenRocksDb.Rows tables)
      throws RocksDBException {
    this.recent = recent.iterator();
    this.tables = tables;
    stepRecent();
    nextOfTables = tables.key();
  }

  /** The rows from a key on, up to but not including another. */
  static MergedRows of(RecentRows recent, OpenRocksDb database, RowKey from, RowKey toExclusive)
      throws RocksDBException {
    List<Map.Entry<RowKey, Row>> range;
    OpenRocksDb.Rows tables;
    synchronized (recent) { // so that none is added, or leaves them, in between
      range = recent.range(from, toExclusive);
      tables = database.rows(from, toExclusive);
    }
    try {
      return new MergedRows(range, tables);
    } catch (RocksDBException e) {
      tables.close();
      throw e;
    }
  }

  /** Goes to the next row. Returns its key, or null behind the last. */
  @Nullable RowKey next() throws RocksDBException {
    while (true) {
      Map.Entry<RowKey, Row> row = nextRecent;
      RowKey ofTables = nextOfTables;
      if (row == null || (ofTables != null && ofTables.compareTo(row.getKey()) < 0)) {
        if (ofTables != null) {
          value = tables.value();
          stepTables();
        }
        return ofTables;
      }
      if (row.getKey().equals(ofTables)) {
        stepTables();
      }
      stepRecent();
      byte[] set = row.getValue().value();
      if (set != null) {
        value = set.clone();
        return row.getKey();
      }
    }
  }

  /** The value of the row it is at. */
  byte[] value() {
    return value;
  }

  private void stepRecent() {
    nextRecent = recent.hasNext() ? recent.next() : null;
  }

  private void stepTables() throws RocksDBException {
    tables.next();
    nextOfTables = tables.key();
  }

  @Override
  public void close() {
    tables.close();
  }
}
