package io.parley.client.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done within one transaction.
 *
 * @param <T> what comes of it
 */
@FunctionalInterface
public interface TransactionWork<T extends @Nullable Object> {
  /**
   * Does it. Neither commits nor closes the connection.
   *
   * @throws SQLException to roll back, as any other exception
   */
  T run(Connection connection) throws SQLException;
}
