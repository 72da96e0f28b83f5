package io.parley.client.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Work within one transaction of its own. */
final class Transaction {
  private Transaction() {}

  /** Runs it and commits; rolls back if it throws. */
  static <T extends @Nullable Object> T call(DataSource source, TransactionWork<T> work)
      throws SQLException {
    try (Connection connection = source.getConnection()) {
      boolean autoCommit = connection.getAutoCommit();
      connection.setAutoCommit(false);
      T result;
      try {
        result = work.run(connection);
        connection.commit();
      } catch (Throwable e) {
        rollBack(connection, autoCommit, e);
        throw e;
      }
      // A pool may hand it to somebody who expects it as it was.
      connection.setAutoCommit(autoCommit);
      return result;
    }
  }

  private static void rollBack(Connection connection, boolean autoCommit, Throwable cause) {
    try {
      connection.rollback();
      connection.setAutoCommit(autoCommit);
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Refuses a connection whose every statement is a transaction: nothing would be tied to anything.
   *
   * @throws IllegalStateException naming what it is for
   */
  static void requireOpen(Connection connection, String what) throws SQLException {
    if (connection.getAutoCommit()) {
      throw new IllegalStateException(
          what + " on a connection in auto-commit mode (expected: within a transaction)");
    }
  }
}
