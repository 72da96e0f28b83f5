package io.parley.client.jdbc;

import java.util.regex.Pattern;

/** Names of the tables, in the schema the service keeps them in. */
record Tables(String outbox, String relay, String inbox) {
  private static final Pattern SCHEMA = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}");

  /** Those of the connection's own schema. */
  static final Tables DEFAULT = new Tables("parley_outbox", "parley_outbox_relay", "parley_inbox");

  /**
   * Those of a schema.
   *
   * @throws IllegalArgumentException if that is no plain name
   */
  static Tables in(String schema) {
    if (!SCHEMA.matcher(schema).matches()) {
      throw new IllegalArgumentException(
          "schema: '" + schema + "' (expected: 1 to 63 of A-Z a-z 0-9 _, no digit first)");
    }
    return new Tables(
        schema + "." + DEFAULT.outbox, schema + "." + DEFAULT.relay, schema + "." + DEFAULT.inbox);
  }
}
