package io.parley.client.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;

/**
 * Which of several relays forwards now. Whoever does counts a number up while it is at it; a number
 * that stands still for a while is that of a process that is gone, and its turn can be taken. Only
 * each process's own time counts, so clocks needn't agree.
 *
 * <pre>
 *   [nobody] ── take ──▶ [this one] ── keep, keep, … ──▶ give back ──▶ [nobody]
 *                            └── no beat for a lease ──▶ [whoever noticed]
 * </pre>
 *
 * <p>That two relays both believe to be the one is possible, after a long pause of one: then they
 * forward the same messages under the same ids. One thread, with transactions of the caller's.
 */
final class RelayTurn {
  private static final String NOBODY = "-";

  private final String read;
  private final String change;
  private final long leaseNanos;
  private final String self = UUID.randomUUID().toString();
  private String seenHolder = "";
  private long seenBeat = -1;
  private long seenSince;
  private long beat;

  RelayTurn(Tables tables, Duration lease) {
    this.read = "SELECT holder, beat FROM " + tables.relay() + " WHERE name = 'outbox'";
    this.change =
        "UPDATE "
            + tables.relay()
            + " SET holder = ?, beat = ? WHERE name = 'outbox' AND holder = ? AND beat = ?";
    this.leaseNanos = lease.toNanos();
  }

  /**
   * Takes it if nobody has it, or who had it is gone.
   *
   * @throws SQLException also if the table's one row is missing
   */
  boolean take(Connection connection) throws SQLException {
    observe(connection);
    boolean isFree =
        seenHolder.equals(NOBODY)
            || seenHolder.equals(self)
            || System.nanoTime() - seenSince > leaseNanos;
    if (!isFree || !change(connection, self, seenHolder, seenBeat)) {
      return false;
    }
    beat = seenBeat + 1;
    return true;
  }

  private void observe(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(read);
        ResultSet rows = statement.executeQuery()) {
      if (!rows.next()) {
        throw new SQLException("parley_outbox_relay has no row 'outbox' (expected: the schema's)");
      }
      String holder = rows.getString(1).strip();
      long number = rows.getLong(2);
      if (!holder.equals(seenHolder) || number != seenBeat) {
        seenHolder = holder;
        seenBeat = number;
        seenSince = System.nanoTime();
      }
    }
  }

  /** Shows that it is still at it; false if somebody took its turn. */
  boolean keep(Connection connection) throws SQLException {
    if (!change(connection, self, self, beat)) {
      return false;
    }
    beat++;
    return true;
  }

  /** Lets the next one. */
  void giveBack(Connection connection) throws SQLException {
    boolean unused = change(connection, NOBODY, self, beat);
  }

  private boolean change(Connection connection, String to, String from, long fromBeat)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(change)) {
      statement.setString(1, to);
      statement.setLong(2, fromBeat + 1);
      statement.setString(3, from);
      statement.setLong(4, fromBeat);
      return statement.executeUpdate() == 1;
    }
  }
}
