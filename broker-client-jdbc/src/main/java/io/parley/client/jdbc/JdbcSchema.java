package io.parley.client.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The tables of outbox and inbox, as SQL for each kind of database: {@code
 * io/parley/client/jdbc/schema-….sql} on the class path. Services that manage their schema copy it
 * into their migrations; others, and tests, let {@link #create} do it.
 */
public enum JdbcSchema {
  /** H2 2. */
  H2,
  /** PostgreSQL 10 and newer. */
  POSTGRESQL,
  /** MySQL 8 and MariaDB 10.6, and newer. */
  MYSQL,
  /** Oracle 18c and newer. */
  ORACLE,
  /** Apache Derby 10.11 and newer. */
  DERBY;

  /**
   * The one of the database a connection leads to.
   *
   * @throws IllegalArgumentException if there is none for it
   */
  public static JdbcSchema of(Connection connection) throws SQLException {
    String product = connection.getMetaData().getDatabaseProductName();
    String name = product.toLowerCase(Locale.ROOT);
    if (name.contains("mariadb")) {
      return MYSQL;
    }
    for (JdbcSchema schema : values()) {
      if (name.contains(schema.name().toLowerCase(Locale.ROOT))) {
        return schema;
      }
    }
    throw new IllegalArgumentException(
        "database: '" + product + "' (expected: one of " + Arrays.toString(values()) + ")");
  }

  /** Its statements, one after the other, without semicolons. */
  public List<String> statements() {
    String text =
        script().lines().filter(line -> !line.startsWith("--")).collect(Collectors.joining("\n"));
    return Arrays.stream(text.split(";")).map(String::strip).filter(s -> !s.isEmpty()).toList();
  }

  private String script() {
    String name = "schema-" + name().toLowerCase(Locale.ROOT) + ".sql";
    try (InputStream resource = JdbcSchema.class.getResourceAsStream(name)) {
      if (resource == null) {
        throw new IllegalStateException("no " + name + " on the class path");
      }
      return new String(resource.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  /**
   * Creates the tables, in the connection's schema.
   *
   * @throws SQLException if they exist already, or may not be created
   */
  public static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : of(connection).statements()) {
        statement.executeUpdate(sql);
      }
    }
  }
}
