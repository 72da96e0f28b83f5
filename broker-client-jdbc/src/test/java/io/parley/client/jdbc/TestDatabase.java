package io.parley.client.jdbc;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import java.util.stream.Stream;
import javax.sql.DataSource;

/**
 * An empty database with the tables of outbox and inbox: H2 and Derby in memory, and PostgreSQL if
 * there is one, {@code -Dparley.test.postgresql=jdbc:postgresql://…}. Each connection is a new one.
 */
final class TestDatabase implements DataSource {
  private static final String POSTGRESQL = System.getProperty("parley.test.postgresql", "");
  private static final AtomicInteger LAST = new AtomicInteger();

  private final String url;

  private TestDatabase(String url) {
    this.url = url;
  }

  /** Names of the kinds there are here, for parameters of tests. */
  static Stream<String> kinds() {
    return POSTGRESQL.isEmpty() ? Stream.of("h2", "derby") : Stream.of("h2", "derby", "postgresql");
  }

  /** A new one of a kind. */
  static TestDatabase create(String kind) throws SQLException {
    String name = "parley" + LAST.incrementAndGet() + "x" + ProcessHandle.current().pid();
    TestDatabase database =
        switch (kind) {
          case "h2" -> new TestDatabase("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1");
          case "derby" -> new TestDatabase("jdbc:derby:memory:" + name + ";create=true");
          default -> inSchema(name);
        };
    return database.withTables();
  }

  /** H2 in a file, for several processes. */
  static TestDatabase atUrl(String url) {
    return new TestDatabase(url);
  }

  private static TestDatabase inSchema(String name) throws SQLException {
    new TestDatabase(POSTGRESQL).update("CREATE SCHEMA " + name);
    return new TestDatabase(
        POSTGRESQL + (POSTGRESQL.contains("?") ? "&" : "?") + "currentSchema=" + name);
  }

  TestDatabase withTables() throws SQLException {
    try (Connection connection = getConnection()) {
      JdbcSchema.create(connection);
    }
    update("CREATE TABLE orders (name VARCHAR(100) NOT NULL)");
    return this;
  }

  /** Runs a statement on its own. */
  void update(String sql) throws SQLException {
    try (Connection connection = getConnection();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  /** The first column of what a query finds. */
  List<String> query(String sql) {
    List<String> found = new ArrayList<>();
    try (Connection connection = getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    } catch (SQLException e) {
      throw new AssertionError(sql, e);
    }
    return found;
  }

  /** Adds an order, in a connection's transaction. */
  static void insertOrder(Connection connection, String name) throws SQLException {
    try (var statement = connection.prepareStatement("INSERT INTO orders VALUES (?)")) {
      statement.setString(1, name);
      statement.executeUpdate();
    }
  }

  @Override
  public Connection getConnection() throws SQLException {
    return DriverManager.getConnection(url);
  }

  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    return getConnection();
  }

  @Override
  public PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(PrintWriter out) {}

  @Override
  public void setLoginTimeout(int seconds) {}

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getGlobal();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLException("wraps nothing");
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
