package io.parley.client.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.parley.client.ClientInterceptor;
import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.Delivery;
import io.parley.client.EventResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.client.Receiver;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.testkit.EmbeddedBroker;
import io.parley.testkit.ParleyExtension;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** From a transaction to the broker, whatever ends in between. */
@ExtendWith(ParleyExtension.class)
class OutboxTest {
  private static final String KINDS = "io.parley.client.jdbc.TestDatabase#kinds";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Longer than any test: what is forwarded before that was poked. */
  private static final Duration NEVER = Duration.ofHours(1);

  private static final Duration SHORTEST_LEASE = Duration.ofSeconds(1);
  private static final AtomicInteger LAST = new AtomicInteger();

  private final String type = "t" + LAST.incrementAndGet() + ".ShipOrder";
  private final String service = "shipping-" + LAST.get();
  private final Outbox outbox = Outbox.create();

  @ParameterizedTest
  @MethodSource(KINDS)
  void shouldForwardInOrderWhatWasCommittedAndNothingElse(String kind, EmbeddedBroker broker)
      throws Exception {
    TestDatabase database = TestDatabase.create(kind);
    try (ParleyClient client = ParleyClient.connect(broker.uri(), service);
        OutboxRelay relay = relay(database, client).start()) {
      BlockingQueue<String> handled = handle(client);
      for (int i = 0; i < 50; i++) {
        int first = 3 * i;
        outbox.inTransaction(
            database,
            connection -> {
              TestDatabase.insertOrder(connection, "order " + first);
              for (int j = 0; j < 3; j++) {
                outbox.send(connection, OutgoingMessage.of(type, "order " + (first + j)));
              }
              return null;
            });
        assertThatIllegalStateException()
            .isThrownBy(
                () ->
                    outbox.inTransaction(
                        database,
                        connection -> {
                          outbox.send(connection, OutgoingMessage.of(type, "rolled back"));
                          throw new IllegalStateException("changed my mind");
                        }));
      }
      assertThat(Await.next(handled, 150))
          .containsExactlyElementsOf(IntStream.range(0, 150).mapToObj(i -> "order " + i).toList());
      awaitEmpty(database);
      assertThat(handled).isEmpty();
      assertThat(database.query("SELECT COUNT(*) FROM orders")).containsExactly("50");
    }
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void shouldForwardWithEverythingTheSenderSaid(String kind, EmbeddedBroker broker)
      throws Exception {
    TestDatabase database = TestDatabase.create(kind);
    BlockingQueue<Delivery> events = new LinkedBlockingQueue<>();
    byte[] large = new byte[500_000];
    new java.util.Random(1).nextBytes(large);
    Outbox stamping =
        Outbox.builder()
            .interceptor(
                new ClientInterceptor() {
                  @Override
                  public void beforeEmit(MessageKind kind, OutgoingMessage message) {
                    message.header("trace", kind.name());
                  }
                })
            .build();
    try (ParleyClient client = ParleyClient.connect(broker.uri(), service);
        OutboxRelay relay = OutboxRelay.builder(stamping, database, client).start()) {
      client
          .subscriber()
          .manual(
              delivery -> {
                events.add(delivery);
                delivery.complete();
              })
          .patterns(type)
          .start();
      MessageId id =
          stamping.inTransaction(
              database,
              connection ->
                  stamping.publish(
                      connection,
                      OutgoingMessage.of(type, large).key("536365").header("country", "France")));

      Delivery event = Await.next(events, 1).get(0);
      assertThat(event.id()).isEqualTo(id);
      assertThat(event.key()).isEqualTo("536365");
      assertThat(event.headers())
          .containsEntry("country", "France")
          .containsEntry("trace", "EVENT");
      assertThat(event.body(byte[].class)).isEqualTo(large);
    }
  }

  @Test
  void shouldForwardAtOnceWhenPokedAfterCommit(EmbeddedBroker broker) throws Exception {
    TestDatabase database = TestDatabase.create("h2");
    try (ParleyClient client = ParleyClient.connect(broker.uri(), service);
        OutboxRelay relay =
            OutboxRelay.builder(outbox, database, client).pollInterval(NEVER).start()) {
      BlockingQueue<String> handled = handle(client);
      for (int i = 0; i < 20; i++) {
        String order = "order " + i;
        send(database, order);
        assertThat(Await.next(handled, 1)).containsExactly(order);
      }
    }
  }

  @Test
  void shouldForwardWhatAnotherProcessCommittedBeforeItWasKilled(
      EmbeddedBroker broker, @TempDir Path folder) throws Exception {
    String url = "jdbc:h2:" + folder.resolve("shop") + ";WRITE_DELAY=0";
    TestDatabase database = TestDatabase.atUrl(url).withTables();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                KilledAfterCommit.class.getName(),
                url,
                type)
            .inheritIO()
            .start();
    try {
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(KilledAfterCommit.KILLED);
    } finally {
      process.destroyForcibly();
    }
    try (ParleyClient client = ParleyClient.connect(broker.uri(), service)) {
      BlockingQueue<String> handled = handle(client);
      try (OutboxRelay relay = relay(database, client).start()) {
        assertThat(Await.next(handled, 1)).containsExactly("committed");
        awaitEmpty(database);
      }
      assertThat(handled).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void shouldForwardAgainUnderTheSameIdWhatWasForwardedButNotDeleted(
      String kind, EmbeddedBroker broker) throws Exception {
    TestDatabase database = TestDatabase.create(kind);
    DataSource broken = FailingDeletes.of(database);
    BlockingQueue<Exception> failures = new LinkedBlockingQueue<>();
    try (ParleyClient client = ParleyClient.connect(broker.uri(), service)) {
      BlockingQueue<String> handled = handle(client);
      send(database, "order 1");
      send(database, "order 2");
      OutboxListener noting =
          new OutboxListener() {
            @Override
            public void failed(Exception reason) {
              failures.add(reason);
            }
          };
      try (OutboxRelay relay =
          OutboxRelay.builder(outbox, broken, client).listener(noting).start()) {
        assertThat(Await.next(handled, 2)).containsExactly("order 1", "order 2");
        assertThat(Await.next(failures, 1).get(0)).hasMessageContaining("no deletes");
      }
      assertThat(waiting(database)).isEqualTo(2);

      try (OutboxRelay relay = relay(database, client).start()) {
        send(database, "order 3");
        assertThat(Await.next(handled, 1)).containsExactly("order 3");
        awaitEmpty(database);
      }
      assertThat(handled).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void shouldKeepOrderAndRepeatNothingWithSeveralRelays(String kind, EmbeddedBroker broker)
      throws Exception {
    TestDatabase database = TestDatabase.create(kind);
    int count = 300;
    List<ParleyClient> clients = new ArrayList<>();
    List<OutboxRelay> relays = new ArrayList<>();
    AtomicInteger[] shares = new AtomicInteger[3];
    try (ParleyClient consumer = ParleyClient.connect(broker.uri(), service)) {
      BlockingQueue<String> handled = handle(consumer);
      List<Outbox> processes = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        AtomicInteger share = new AtomicInteger();
        shares[i] = share;
        ParleyClient client = ParleyClient.connect(broker.uri(), "");
        clients.add(client);
        // Outboxes of their own, as in processes of their own: each pokes its own relay.
        Outbox process = Outbox.create();
        processes.add(process);
        relays.add(
            OutboxRelay.builder(process, database, client)
                .batch(7)
                .pollInterval(NEVER)
                .listener(
                    new OutboxListener() {
                      @Override
                      public void forwarded(int messages) {
                        share.addAndGet(messages);
                      }
                    })
                .start());
      }
      for (int i = 0; i < count; i++) {
        String order = "order " + i;
        Outbox process = processes.get(i % 3);
        process.inTransaction(
            database, connection -> process.send(connection, OutgoingMessage.of(type, order)));
      }
      assertThat(Await.next(handled, count))
          .containsExactlyElementsOf(
              IntStream.range(0, count).mapToObj(i -> "order " + i).toList());
      awaitEmpty(database);
      assertThat(handled).isEmpty();
      Await.until(
          "each is counted once",
          () -> shares[0].get() + shares[1].get() + shares[2].get() == count);
    } finally {
      relays.forEach(OutboxRelay::close);
      clients.forEach(ParleyClient::close);
    }
  }

  @Test
  void shouldTakeOverFromRelayThatWasKilledWhileForwarding(EmbeddedBroker broker) throws Exception {
    TestDatabase database = TestDatabase.create("h2");
    // What a relay leaves behind that was killed in its turn.
    database.update("UPDATE parley_outbox_relay SET holder = 'somebody', beat = 41");
    send(database, "order 1");
    try (ParleyClient client = ParleyClient.connect(broker.uri(), service)) {
      BlockingQueue<String> handled = handle(client);
      long before = System.nanoTime();
      try (OutboxRelay relay = relay(database, client).lease(SHORTEST_LEASE).start()) {
        assertThat(Await.next(handled, 1)).containsExactly("order 1");
        assertThat(Duration.ofNanos(System.nanoTime() - before))
            .as("time the other was given")
            .isGreaterThan(SHORTEST_LEASE);
        awaitEmpty(database);
      }
      assertThat(database.query("SELECT holder FROM parley_outbox_relay")).containsExactly("-");
    }
  }

  @Test
  void shouldGoOnOnceTheBrokerIsBack() throws Exception {
    TestDatabase database = TestDatabase.create("h2");
    try (EmbeddedBroker broker = EmbeddedBroker.start();
        ParleyClient client = ParleyClient.connect(broker.uri(), service);
        OutboxRelay relay = relay(database, client).start()) {
      BlockingQueue<String> handled = handle(client);
      send(database, "before");
      assertThat(Await.next(handled, 1)).containsExactly("before");
      broker.restart();
      send(database, "after");
      assertThat(Await.next(handled, 1)).containsExactly("after");
      awaitEmpty(database);
    }
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void shouldPutAsideWhatTheBrokerRefusesAndGoOn(String kind, EmbeddedBroker broker)
      throws Exception {
    TestDatabase database = TestDatabase.create(kind);
    String event = type + "ped";
    BlockingQueue<String> refused = new LinkedBlockingQueue<>();
    try (ParleyClient client = ParleyClient.connect(broker.uri(), service)) {
      BlockingQueue<String> handled = handle(client);
      client.publish(event, "an event's type from now on");
      try (OutboxRelay relay =
          relay(database, client)
              .listener(
                  new OutboxListener() {
                    @Override
                    public void refused(String messageId, String of, String reason) {
                      refused.add(of + " " + reason);
                    }
                  })
              .start()) {
        outbox.inTransaction(
            database,
            connection -> {
              outbox.send(connection, OutgoingMessage.of(event, "as a command"));
              return outbox.send(connection, OutgoingMessage.of(type, "order 1"));
            });
        assertThat(Await.next(handled, 1)).containsExactly("order 1");
        assertThat(Await.next(refused, 1).get(0)).startsWith(event + " WRONG_KIND: ");
        Await.until("the others are gone", () -> waiting(database) == 1);
        assertThat(database.query("SELECT refusal FROM parley_outbox").get(0))
            .startsWith("WRONG_KIND: ");

        database.update("UPDATE parley_outbox SET refusal = NULL");
        outbox.poke();
        assertThat(Await.next(refused, 1).get(0)).startsWith(event + " WRONG_KIND: ");
      }
    }
  }

  @Test
  void shouldPutAsideDamagedRow(EmbeddedBroker broker) throws Exception {
    TestDatabase database = TestDatabase.create("h2");
    send(database, "order 1");
    database.update("UPDATE parley_outbox SET message = X'00112233'");
    send(database, "order 2");
    try (ParleyClient client = ParleyClient.connect(broker.uri(), service)) {
      BlockingQueue<String> handled = handle(client);
      try (OutboxRelay relay = relay(database, client).start()) {
        assertThat(Await.next(handled, 1)).containsExactly("order 2");
        Await.until("order 2 is deleted", () -> waiting(database) == 1);
        assertThat(database.query("SELECT refusal FROM parley_outbox"))
            .containsExactly("prepared message: 4 bytes (expected: 29 or more)");
      }
    }
  }

  @Test
  void shouldLetSenderAskForTheOutcomeLater(EmbeddedBroker broker) throws Exception {
    TestDatabase database = TestDatabase.create("h2");
    try (ParleyClient client = ParleyClient.connect(broker.uri(), service);
        OutboxRelay relay = relay(database, client).start();
        Receiver<CommandDelivery> receiver = client.commandConsumer().types(type).openReceiver()) {
      MessageId id =
          outbox.inTransaction(
              database,
              connection ->
                  outbox.send(connection, OutgoingMessage.of(type, "order").trackOutcome()));
      receiver.receive(PATIENCE).complete();
      assertThat(client.awaitOutcome(id, PATIENCE).status()).isEqualTo(OutcomeStatus.COMPLETED);
    }
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void shouldRefuseMoreThanItsBound(String kind) throws Exception {
    TestDatabase database = TestDatabase.create(kind);
    Outbox small = Outbox.builder().maxMessages(3).build();
    for (int i = 0; i < 3; i++) {
      small.inTransaction(
          database, connection -> small.send(connection, OutgoingMessage.of(type, "order")));
    }
    assertThatExceptionOfType(OutboxFullException.class)
        .isThrownBy(
            () ->
                small.inTransaction(
                    database,
                    connection -> small.send(connection, OutgoingMessage.of(type, "order"))))
        .withMessage("outbox: 3 messages wait (expected: fewer than 3)");
    database.update("DELETE FROM parley_outbox");
    Await.until(
        "there is room again",
        () -> {
          try {
            return small.inTransaction(
                    database,
                    connection -> small.send(connection, OutgoingMessage.of(type, "order")))
                != null;
          } catch (OutboxFullException e) {
            return false;
          } catch (SQLException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void shouldUseTablesOfAnotherSchema(EmbeddedBroker broker) throws Exception {
    TestDatabase database = TestDatabase.create("h2");
    database.update("CREATE SCHEMA messaging");
    for (String table : List.of("parley_outbox", "parley_outbox_relay", "parley_inbox")) {
      database.update("CREATE TABLE messaging." + table + " AS SELECT * FROM " + table);
      database.update("DROP TABLE " + table);
    }
    database.update(
        "ALTER TABLE messaging.parley_outbox ALTER COLUMN place BIGINT GENERATED BY DEFAULT AS IDENTITY");
    Outbox elsewhere = Outbox.builder().schema("messaging").build();
    Inbox inbox = Inbox.of(service, "messaging");
    BlockingQueue<Boolean> handled = new LinkedBlockingQueue<>();
    try (ParleyClient client = ParleyClient.connect(broker.uri(), service);
        OutboxRelay relay = OutboxRelay.builder(elsewhere, database, client).start()) {
      client
          .subscriber()
          .on(
              type,
              String.class,
              (body, delivery) -> {
                handled.add(
                    Transaction.call(
                        database, connection -> inbox.handleOnce(connection, delivery)));
                return EventResult.complete();
              })
          .start();
      elsewhere.inTransaction(
          database, connection -> elsewhere.publish(connection, OutgoingMessage.of(type, "x")));
      assertThat(Await.next(handled, 1)).containsExactly(true);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Outbox.builder().schema("x; DROP TABLE y"))
        .withMessageContaining("schema: 'x; DROP TABLE y'");
  }

  @Test
  void shouldRefuseConnectionInAutoCommitMode() throws Exception {
    TestDatabase database = TestDatabase.create("h2");
    try (Connection connection = database.getConnection()) {
      assertThatIllegalStateException()
          .isThrownBy(() -> outbox.send(connection, OutgoingMessage.of(type, "order")))
          .withMessageContaining("auto-commit");
    }
    assertThat(waiting(database)).isZero();
  }

  @Test
  void shouldNameBounds(EmbeddedBroker broker) throws Exception {
    TestDatabase database = TestDatabase.create("h2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Outbox.builder().maxMessages(0))
        .withMessage("messages of an outbox: 0 (expected: 1 or more)");
    try (ParleyClient client = ParleyClient.connect(broker.uri(), service)) {
      OutboxRelay.Builder builder = OutboxRelay.builder(outbox, database, client);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.batch(10_001))
          .withMessage("batch: 10001 (expected: 1 to 10000)");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.lease(Duration.ofMillis(999)))
          .withMessage("lease: PT0.999S (expected: PT1S to PT1H)");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.pollInterval(Duration.ZERO))
          .withMessage("poll interval: PT0S (expected: PT0.001S to PT1H)");
    }
  }

  private OutboxRelay.Builder relay(TestDatabase database, ParleyClient client) {
    return OutboxRelay.builder(outbox, database, client).pollInterval(Duration.ofMillis(20));
  }

  private void send(TestDatabase database, String order) throws SQLException {
    outbox.inTransaction(
        database, connection -> outbox.send(connection, OutgoingMessage.of(type, order)));
  }

  private BlockingQueue<String> handle(ParleyClient client) {
    BlockingQueue<String> handled = new LinkedBlockingQueue<>();
    client
        .commandConsumer()
        .on(
            type,
            String.class,
            (body, delivery) -> {
              handled.add(body);
              return CommandResult.complete();
            })
        .start();
    return handled;
  }

  private static int waiting(TestDatabase database) {
    return Integer.parseInt(database.query("SELECT COUNT(*) FROM parley_outbox").get(0));
  }

  private static void awaitEmpty(TestDatabase database) {
    Await.until("the outbox is empty", () -> waiting(database) == 0);
  }
}
