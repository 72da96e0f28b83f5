package io.parley.client.jdbc;

import io.parley.client.ClientInterceptor;
import io.parley.client.OutgoingMessage;
import io.parley.client.PayloadCodec;
import io.parley.client.PreparedMessage;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Sends commands and events with a transaction of the service's own database: they go out if it
 * commits, and only then, even if the process is killed the moment after.
 *
 * <pre>{@code
 * outbox.inTransaction(dataSource, connection -> {
 *   orders.insert(connection, order);
 *   outbox.publish(connection, OutgoingMessage.of("shop.order.OrderPlaced", order));
 *   return order;
 * });
 * }</pre>
 *
 * <p>What is sent becomes a row of {@code parley_outbox}; an {@link OutboxRelay}, in this process
 * or another, forwards it to the broker under the id it got here, and deletes the row once the
 * broker has confirmed it. A message may be forwarded twice, if a process ends in between; the
 * broker drops the second within its window for ids, 10 minutes by default.
 *
 * <p>Needs no connection to a broker. Any thread may use it, several at once with connections of
 * their own.
 */
public final class Outbox {
  private static final long MESSAGES_MAX = 1_000_000;

  private final Tables tables;
  private final PayloadCodec codec;
  private final List<ClientInterceptor> interceptors;
  private final OutboxBound bound;
  private final String insert;
  private final List<Runnable> relays = new CopyOnWriteArrayList<>();

  private Outbox(Builder settings) {
    this.tables = settings.tables;
    this.codec = settings.codec;
    this.interceptors = List.copyOf(settings.interceptors);
    this.bound = new OutboxBound(tables, settings.maxMessages);
    this.insert =
        "INSERT INTO "
            + tables.outbox()
            + " (message_id, kind, message_type, stored_at, message, refusal)"
            + " VALUES (?, ?, ?, ?, ?, ?)";
  }

  /** One with the defaults of {@link #builder}. */
  public static Outbox create() {
    return builder().build();
  }

  /** One with settings of its own. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Sends a command when the connection's transaction commits.
   *
   * @return the command's id, by which its outcome can be asked for later
   * @throws OutboxFullException if as many as {@link Builder#maxMessages} wait
   * @throws IllegalStateException if the connection is in auto-commit mode
   * @throws IllegalArgumentException if a name or number is out of bounds
   * @throws io.parley.protocol.ParleyException if the codec can't encode the body
   */
  public MessageId send(Connection connection, OutgoingMessage command) throws SQLException {
    interceptors.forEach(each -> each.beforeEmit(MessageKind.COMMAND, command));
    return add(connection, PreparedMessage.command(command, codec));
  }

  /** Publishes an event when the transaction commits; all said of {@link #send} holds. */
  public MessageId publish(Connection connection, OutgoingMessage event) throws SQLException {
    interceptors.forEach(each -> each.beforeEmit(MessageKind.EVENT, event));
    return add(connection, PreparedMessage.event(event, codec));
  }

  private MessageId add(Connection connection, PreparedMessage message) throws SQLException {
    Transaction.requireOpen(connection, "outbox");
    bound.add(connection);
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      statement.setString(1, message.id().toString());
      statement.setString(2, message.kind().name());
      statement.setString(3, message.type());
      statement.setLong(4, System.currentTimeMillis());
      statement.setBytes(5, message.bytes());
      statement.setNull(6, Types.VARCHAR);
      statement.executeUpdate();
    }
    return message.id();
  }

  /**
   * Tells the relays of this process that a transaction has committed, so that they look at once
   * instead of at their next look. {@link #inTransaction} does it; who commits by other means calls
   * it afterwards. It only saves time: without it nothing is lost.
   */
  public void poke() {
    relays.forEach(Runnable::run);
  }

  /**
   * Runs something in a transaction of its own, commits it, and pokes the relays.
   *
   * @return what the work returned
   * @throws SQLException if the work or the commit fails; it is rolled back, and so if the work
   *     throws anything else
   */
  public <T extends @Nullable Object> T inTransaction(DataSource source, TransactionWork<T> work)
      throws SQLException {
    T result = Transaction.call(source, work);
    poke();
    return result;
  }

  Tables tables() {
    return tables;
  }

  void attach(Runnable relay) {
    relays.add(relay);
  }

  void detach(Runnable relay) {
    relays.remove(relay);
  }

  /** Settings of an outbox. */
  public static final class Builder {
    private Tables tables = Tables.DEFAULT;
    private PayloadCodec codec = PayloadCodec.standard();
    private final List<ClientInterceptor> interceptors = new ArrayList<>();
    private long maxMessages = MESSAGES_MAX;

    private Builder() {}

    /** The database schema its tables are in: 1 to 63 characters. The connection's by default. */
    public Builder schema(String schema) {
      this.tables = Tables.in(schema);
      return this;
    }

    /** How bodies become bytes; {@link PayloadCodec#standard()} by default. */
    public Builder codec(PayloadCodec codec) {
      this.codec = codec;
      return this;
    }

    /** Adds one that sees what is sent, by {@link ClientInterceptor#beforeEmit}. */
    public Builder interceptor(ClientInterceptor interceptor) {
      interceptors.add(interceptor);
      return this;
    }

    /**
     * How many messages may wait, refused ones included: 1 or more; 1,000,000 by default. Kept
     * roughly where several processes send: each counts the rows every 10 seconds.
     */
    public Builder maxMessages(long messages) {
      if (messages < 1) {
        throw new IllegalArgumentException(
            "messages of an outbox: " + messages + " (expected: 1 or more)");
      }
      this.maxMessages = messages;
      return this;
    }

    /** The outbox. */
    public Outbox build() {
      return new Outbox(this);
    }
  }
}
