package io.parley.client.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

/**
 * Keeps an outbox from growing without end. Counts its rows now and then, and what this process
 * adds in between: so the bound is kept roughly, at no cost worth mentioning. Any thread.
 */
final class OutboxBound {
  private static final long COUNT_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long COUNT_FULL_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final String count;
  private final long max;
  private boolean counted;
  private long countedAt;
  private long messages;

  OutboxBound(Tables tables, long max) {
    this.count = "SELECT COUNT(*) FROM " + tables.outbox();
    this.max = max;
  }

  /**
   * One more is going to be added.
   *
   * @throws OutboxFullException if it may not
   */
  void add(Connection connection) throws SQLException {
    if (isCountDue()) {
      long now = count(connection);
      synchronized (this) {
        messages = now;
      }
    }
    synchronized (this) {
      if (messages >= max) {
        throw new OutboxFullException(messages, max);
      }
      messages++;
    }
  }

  private synchronized boolean isCountDue() {
    long now = System.nanoTime();
    long after = messages >= max ? COUNT_FULL_AGAIN_NANOS : COUNT_AGAIN_NANOS;
    if (counted && now - countedAt < after) {
      return false;
    }
    counted = true;
    countedAt = now;
    return true;
  }

  private long count(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(count);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
