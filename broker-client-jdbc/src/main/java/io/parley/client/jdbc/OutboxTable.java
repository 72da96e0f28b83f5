package io.parley.client.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The relay's side of the outbox's rows. One thread, with transactions of the caller's. */
final class OutboxTable {
  /** Most bytes of messages in memory at once, unless one alone is larger. */
  private static final long BATCH_BYTES_MAX = 4L * 1024 * 1024;

  private static final int REFUSAL_MAX_CHARS = 1_000;

  private final String anyWaiting;
  private final String read;
  private final String delete;
  private final String refuse;

  /**
   * A message that waits.
   *
   * @param place its row
   * @param bytes the prepared message; not changed
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Row(long place, String messageId, String type, byte[] bytes) {}

  OutboxTable(Tables tables) {
    String waiting = " FROM " + tables.outbox() + " WHERE refusal IS NULL ORDER BY place";
    this.anyWaiting = "SELECT place" + waiting;
    this.read = "SELECT place, message_id, message_type, message" + waiting;
    this.delete = "DELETE FROM " + tables.outbox() + " WHERE place = ?";
    this.refuse = "UPDATE " + tables.outbox() + " SET refusal = ? WHERE place = ?";
  }

  boolean isAnyWaiting(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(anyWaiting)) {
      statement.setMaxRows(1);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next();
      }
    }
  }

  /** Those that wait longest, in the order they are to go. */
  List<Row> read(Connection connection, int max) throws SQLException {
    List<Row> read = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(this.read)) {
      // Instead of LIMIT or FETCH FIRST, of which each database has its own.
      statement.setMaxRows(max);
      statement.setFetchSize(Math.min(max, 100));
      try (ResultSet rows = statement.executeQuery()) {
        long bytes = 0;
        while (bytes < BATCH_BYTES_MAX && rows.next()) {
          Row row =
              new Row(rows.getLong(1), rows.getString(2), rows.getString(3), rows.getBytes(4));
          bytes += row.bytes().length;
          read.add(row);
        }
      }
    }
    return read;
  }

  /** One by one: a row with a smaller place may have been committed after these were read. */
  void delete(Connection connection, List<Row> rows) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(delete)) {
      for (Row row : rows) {
        statement.setLong(1, row.place());
        statement.addBatch();
      }
      int[] unused = statement.executeBatch();
    }
  }

  /** Keeps a row that the broker will never take, out of the others' way. */
  void refuse(Connection connection, Row row, String why) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(refuse)) {
      statement.setString(1, why.substring(0, Math.min(why.length(), REFUSAL_MAX_CHARS)));
      statement.setLong(2, row.place());
      statement.executeUpdate();
    }
  }
}
