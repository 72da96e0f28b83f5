package io.parley.client.jdbc;

import io.parley.client.OutgoingMessage;
import java.sql.Connection;

/** A service that ends without a word between its commit and what was to follow. */
final class KilledAfterCommit {
  static final int KILLED = 137;

  private KilledAfterCommit() {}

  public static void main(String[] args) throws Exception {
    TestDatabase database = TestDatabase.atUrl(args[0]);
    Outbox outbox = Outbox.create();
    outbox.inTransaction(
        database, connection -> outbox.send(connection, OutgoingMessage.of(args[1], "committed")));
    Connection open = database.getConnection();
    open.setAutoCommit(false);
    outbox.send(open, OutgoingMessage.of(args[1], "not committed"));
    Runtime.getRuntime().halt(KILLED);
  }
}
