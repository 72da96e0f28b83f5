package io.parley.client.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The SQL that services copy into their migrations. */
class JdbcSchemaTest {
  @ParameterizedTest
  @EnumSource(JdbcSchema.class)
  void shouldHaveTheSameTablesForEachDatabase(JdbcSchema schema) {
    assertThat(schema.statements()).hasSize(5);
    assertThat(schema.statements())
        .extracting(sql -> sql.substring(0, sql.indexOf(' ', 13)).strip())
        .containsExactly(
            "CREATE TABLE parley_outbox",
            "CREATE TABLE parley_outbox_relay",
            "INSERT INTO parley_outbox_relay",
            "CREATE TABLE parley_inbox",
            "CREATE INDEX parley_inbox_handled_at");
  }

  /** H2 reads the others' dialects too: a sign that they are what they say. */
  @ParameterizedTest
  @CsvSource({"POSTGRESQL,PostgreSQL", "MYSQL,MySQL", "ORACLE,Oracle"})
  void shouldBeReadByH2InTheModeOfThatDatabase(JdbcSchema schema, String mode) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:;MODE=" + mode);
        Statement statement = connection.createStatement()) {
      for (String sql : schema.statements()) {
        statement.executeUpdate(sql.replace(" (ORDER)", ""));
      }
      assertThat(statement.executeUpdate("UPDATE parley_outbox_relay SET beat = 1")).isEqualTo(1);
    }
  }

  @Test
  void shouldKnowItsDatabase() throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:")) {
      assertThat(JdbcSchema.of(connection)).isEqualTo(JdbcSchema.H2);
    }
  }
}
