package io.parley.client.jdbc;

import io.parley.client.Delivery;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * Recognises a delivery whose effect is in the service's own database already: the message's id is
 * noted in the transaction that handles it.
 *
 * <pre>{@code
 * .on("shop.billing.SendInvoice", SendInvoice.class, (command, delivery) -> {
 *   outbox.inTransaction(dataSource, connection -> {
 *     if (inbox.handleOnce(connection, delivery)) {
 *       invoices.insert(connection, command);
 *       outbox.publish(connection, OutgoingMessage.of("shop.billing.InvoiceSent", command));
 *     }
 *     return null;
 *   });
 *   return CommandResult.complete();
 * })
 * }</pre>
 *
 * <p>A repeated delivery comes when the process ended, or the lease was lost, after the commit and
 * before the completion was durable. Whatever the completion emits is emitted by the repeated
 * handling too: so return the same completion both times (its ids are the same, nothing is emitted
 * twice), or send through the {@link Outbox} as above.
 *
 * <p>Two holders of one message at the same time, one of which lost its lease, don't both get
 * through: the second waits for the first one's transaction. Any thread, with connections of its
 * own.
 */
public final class Inbox {
  private static final int CONSUMER_MAX_CHARS = 200;

  /** Rows deleted by one transaction of a purge. */
  private static final int PURGE_AT_ONCE = 1_000;

  private final String consumer;
  private final String insert;
  private final String old;
  private final String delete;

  private Inbox(String consumer, Tables tables) {
    if (consumer.isEmpty() || consumer.length() > CONSUMER_MAX_CHARS) {
      throw new IllegalArgumentException(
          "consumer: "
              + consumer.length()
              + " characters (expected: 1 to "
              + CONSUMER_MAX_CHARS
              + ")");
    }
    this.consumer = consumer;
    this.insert =
        "INSERT INTO "
            + tables.inbox()
            + " (consumer, message_id, epoch, handled_at) VALUES (?, ?, ?, ?)";
    this.old =
        "SELECT message_id FROM " + tables.inbox() + " WHERE consumer = ? AND handled_at < ?";
    this.delete = "DELETE FROM " + tables.inbox() + " WHERE consumer = ? AND message_id = ?";
  }

  /**
   * The inbox of one of the service's consumers, with its table in the connection's schema.
   *
   * @param consumer the queue or subscription, say: messages are recognised by consumer, as one
   *     event may be handled by several; 1 to 200 characters
   */
  public static Inbox of(String consumer) {
    return new Inbox(consumer, Tables.DEFAULT);
  }

  /** As {@link #of(String)}, with its table in a schema. */
  public static Inbox of(String consumer, String schema) {
    return new Inbox(consumer, Tables.in(schema));
  }

  /**
   * Notes that a message is handled in the connection's transaction. If that is rolled back it
   * wasn't.
   *
   * @return whether to handle it; false if a transaction that did has committed
   * @throws IllegalStateException if the connection is in auto-commit mode
   * @throws SQLException also if the database gives up waiting for another transaction that handles
   *     it right now: let the attempt fail, and it comes again
   */
  public boolean handleOnce(Connection connection, Delivery delivery) throws SQLException {
    Transaction.requireOpen(connection, "inbox");
    // Some databases end the whole transaction with a statement that failed.
    Savepoint before = connection.setSavepoint();
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      statement.setString(1, consumer);
      statement.setString(2, delivery.id().toString());
      statement.setLong(3, delivery.epoch());
      statement.setLong(4, System.currentTimeMillis());
      statement.executeUpdate();
      return true;
    } catch (SQLException e) {
      if (!isThereAlready(e)) {
        throw e;
      }
      connection.rollback(before);
      return false;
    }
  }

  /** Class 23 of the standard's states: a constraint was violated, and there is one alone. */
  private static boolean isThereAlready(SQLException failure) {
    String state = failure.getSQLState();
    return state != null && state.startsWith("23");
  }

  /**
   * Forgets messages that were handled long ago, in transactions of 1,000. To be called now and
   * then, by one process or several.
   *
   * @param age more than a message may take to come again: all its attempts with their back-off,
   *     and the time it may lie in the queue of a service that is down. A week, say
   * @return how many were forgotten
   * @throws IllegalArgumentException if the age is negative
   */
  public long purge(DataSource source, Duration age) throws SQLException {
    if (age.isNegative()) {
      throw new IllegalArgumentException("age: " + age + " (expected: 0 or more)");
    }
    long before = Instant.now().minus(age).toEpochMilli();
    long all = 0;
    int some;
    do {
      some = Transaction.call(source, connection -> purgeSome(connection, before));
      all += some;
    } while (some == PURGE_AT_ONCE);
    return all;
  }

  private int purgeSome(Connection connection, long before) throws SQLException {
    List<String> ids = oldOnes(connection, before);
    try (PreparedStatement statement = connection.prepareStatement(delete)) {
      for (String id : ids) {
        statement.setString(1, consumer);
        statement.setString(2, id);
        statement.addBatch();
      }
      if (!ids.isEmpty()) {
        int[] unused = statement.executeBatch();
      }
    }
    return ids.size();
  }

  private List<String> oldOnes(Connection connection, long before) throws SQLException {
    List<String> ids = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(old)) {
      statement.setMaxRows(PURGE_AT_ONCE);
      statement.setString(1, consumer);
      statement.setLong(2, before);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          ids.add(rows.getString(1));
        }
      }
    }
    return ids;
  }
}
