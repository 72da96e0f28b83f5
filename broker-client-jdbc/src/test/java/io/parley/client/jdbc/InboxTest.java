package io.parley.client.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.Delivery;
import io.parley.client.EventResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.client.Receiver;
import io.parley.testkit.EmbeddedBroker;
import io.parley.testkit.ParleyExtension;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A message's effect, once, however often the message comes. */
@ExtendWith(ParleyExtension.class)
class InboxTest {
  private static final String KINDS = "io.parley.client.jdbc.TestDatabase#kinds";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final AtomicInteger LAST = new AtomicInteger();

  private final String type = "i" + LAST.incrementAndGet() + ".ShipOrder";
  private final String service = "inbox-" + LAST.get();
  private final Inbox inbox = Inbox.of(service);

  @ParameterizedTest
  @MethodSource(KINDS)
  void shouldRecogniseWhatWasHandledByClientThatCrashedAfterCommit(
      String kind, EmbeddedBroker broker) throws Exception {
    TestDatabase database = TestDatabase.create(kind);
    try (ParleyClient shop = ParleyClient.connect(broker.uri(), "shop");
        ParleyClient next = ParleyClient.connect(broker.uri(), service)) {
      shop.send(type, "536365");
      ParleyClient crash = ParleyClient.connect(broker.uri(), service);
      Receiver<CommandDelivery> lost = open(crash);
      CommandDelivery delivery = lost.receive(PATIENCE);
      assertThat(handle(database, delivery)).isTrue();
      crash.abort(); // before it was settled

      try (Receiver<CommandDelivery> receiver = open(next)) {
        CommandDelivery again = receiver.receive(PATIENCE);
        assertThat(again.id()).isEqualTo(delivery.id());
        assertThat(again.epoch()).isNotEqualTo(delivery.epoch());
        assertThat(handle(database, again)).isFalse();
        again.complete();
      }
    }
    assertThat(database.query("SELECT name FROM orders")).containsExactly("536365");
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void shouldHandleAgainWhatWasRolledBack(String kind, EmbeddedBroker broker) throws Exception {
    TestDatabase database = TestDatabase.create(kind);
    try (ParleyClient shop = ParleyClient.connect(broker.uri(), "shop");
        ParleyClient client = ParleyClient.connect(broker.uri(), service);
        Receiver<CommandDelivery> receiver = open(client)) {
      shop.send(type, "536365");
      CommandDelivery delivery = receiver.receive(PATIENCE);
      try (Connection connection = database.getConnection()) {
        connection.setAutoCommit(false);
        assertThat(inbox.handleOnce(connection, delivery)).isTrue();
        TestDatabase.insertOrder(connection, "half-done");
        connection.rollback();
      }
      assertThat(handle(database, delivery)).isTrue();
      assertThat(handle(database, delivery)).isFalse();
      delivery.complete();
    }
    assertThat(database.query("SELECT name FROM orders")).containsExactly("536365");
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void shouldGoOnInTheTransactionAfterRepeatedDelivery(String kind, EmbeddedBroker broker)
      throws Exception {
    TestDatabase database = TestDatabase.create(kind);
    try (ParleyClient shop = ParleyClient.connect(broker.uri(), "shop");
        ParleyClient client = ParleyClient.connect(broker.uri(), service);
        Receiver<CommandDelivery> receiver = open(client)) {
      shop.send(type, "536365");
      CommandDelivery delivery = receiver.receive(PATIENCE);
      handle(database, delivery);
      boolean isFirst =
          Transaction.call(
              database,
              connection -> {
                TestDatabase.insertOrder(connection, "before");
                boolean first = inbox.handleOnce(connection, delivery);
                TestDatabase.insertOrder(connection, "after");
                return first;
              });
      assertThat(isFirst).isFalse();
      delivery.complete();
    }
    assertThat(database.query("SELECT name FROM orders"))
        .containsExactlyInAnyOrder("536365", "before", "after");
  }

  @Test
  void shouldLetTwoHoldersThroughOneAfterTheOther(EmbeddedBroker broker) throws Exception {
    // Derby's threads can be seen waiting; H2's spin.
    TestDatabase database = TestDatabase.create("derby");
    try (ParleyClient shop = ParleyClient.connect(broker.uri(), "shop");
        ParleyClient client = ParleyClient.connect(broker.uri(), service);
        Receiver<CommandDelivery> receiver = open(client);
        Connection first = database.getConnection();
        Connection second = database.getConnection()) {
      shop.send(type, "536365");
      CommandDelivery delivery = receiver.receive(PATIENCE);
      first.setAutoCommit(false);
      second.setAutoCommit(false);
      assertThat(inbox.handleOnce(first, delivery)).isTrue();
      CompletableFuture<Boolean> other = new CompletableFuture<>();
      Thread thread =
          new Thread(
              () -> {
                try {
                  other.complete(inbox.handleOnce(second, delivery));
                } catch (Exception e) {
                  other.completeExceptionally(e);
                }
              });
      thread.start();
      Await.until(
          "the second waits for the first",
          () -> thread.getState() == Thread.State.TIMED_WAITING || other.isDone());
      assertThat(other).isNotDone();
      first.commit();
      assertThat(other.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isFalse();
      second.commit();
      delivery.complete();
    }
  }

  @Test
  void shouldTellConsumersApart(EmbeddedBroker broker) throws Exception {
    TestDatabase database = TestDatabase.create("h2");
    BlockingQueue<String> handled = new LinkedBlockingQueue<>();
    try (ParleyClient client = ParleyClient.connect(broker.uri(), service)) {
      for (String subscription : List.of(service + "-view", service + "-mail")) {
        Inbox own = Inbox.of(subscription);
        client
            .subscriber()
            .subscription(subscription)
            .on(
                type + "ped",
                String.class,
                (event, delivery) -> {
                  boolean first =
                      Transaction.call(
                          database, connection -> own.handleOnce(connection, delivery));
                  handled.add(subscription + " " + first);
                  return EventResult.complete();
                })
            .start();
      }
      client.publish(type + "ped", "536365");
      assertThat(Await.next(handled, 2))
          .containsExactlyInAnyOrder(service + "-view true", service + "-mail true");
    }
  }

  @ParameterizedTest
  @MethodSource(KINDS)
  void shouldForgetWhatIsOldAndNothingElse(String kind) throws Exception {
    TestDatabase database = TestDatabase.create(kind);
    long now = System.currentTimeMillis();
    long old = now - Duration.ofDays(8).toMillis();
    Transaction.call(
        database,
        connection -> {
          try (var insert =
              connection.prepareStatement("INSERT INTO parley_inbox VALUES (?, ?, 1, ?)")) {
            for (int i = 0; i < 2_500; i++) {
              insert.setString(1, service);
              insert.setString(2, "old " + i);
              insert.setLong(3, old);
              insert.addBatch();
            }
            insert.setString(2, "new");
            insert.setLong(3, now);
            insert.addBatch();
            insert.setString(1, "another");
            insert.setString(2, "old");
            insert.setLong(3, old);
            insert.addBatch();
            return insert.executeBatch();
          }
        });
    assertThat(inbox.purge(database, Duration.ofDays(7))).isEqualTo(2_500);
    assertThat(inbox.purge(database, Duration.ofDays(7))).isZero();
    assertThat(database.query("SELECT message_id FROM parley_inbox"))
        .containsExactlyInAnyOrder("new", "old");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> inbox.purge(database, Duration.ofDays(-1)));
  }

  @Test
  void shouldHaveEachEffectOnceThoughHandlersFailAndClientsCrash(EmbeddedBroker broker)
      throws Exception {
    TestDatabase database = TestDatabase.create("h2");
    int count = 200;
    AtomicInteger calls = new AtomicInteger();
    try (ParleyClient shop = ParleyClient.connect(broker.uri(), "shop")) {
      for (int i = 0; i < count; i++) {
        shop.send(OutgoingMessage.of(type, "order " + i));
      }
      while (orders(database) < count) {
        ParleyClient client = ParleyClient.connect(broker.uri(), service);
        int until = orders(database) + 60;
        client
            .commandConsumer()
            .on(
                type,
                String.class,
                (body, delivery) -> {
                  handle(database, delivery);
                  return calls.incrementAndGet() % 7 == 0
                      ? CommandResult.fail("Flaky", "after its commit", Duration.ofMillis(1))
                      : CommandResult.complete();
                })
            .start();
        Await.until("some more are handled", () -> orders(database) >= Math.min(until, count));
        client.abort();
      }
    }
    assertThat(database.query("SELECT name FROM orders"))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, count).mapToObj(i -> "order " + i).toList());
  }

  @Test
  void shouldNameBounds() throws Exception {
    assertThat(Inbox.of("x".repeat(200))).isNotNull();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Inbox.of("x".repeat(201)))
        .withMessage("consumer: 201 characters (expected: 1 to 200)");
    try (Connection connection = TestDatabase.create("h2").getConnection()) {
      assertThatIllegalStateException()
          .isThrownBy(() -> inbox.handleOnce(connection, null))
          .withMessageContaining("auto-commit");
    }
  }

  private boolean handle(TestDatabase database, Delivery delivery) throws Exception {
    return Transaction.call(
        database,
        connection -> {
          boolean first = inbox.handleOnce(connection, delivery);
          if (first) {
            TestDatabase.insertOrder(connection, delivery.body(String.class));
          }
          return first;
        });
  }

  private static int orders(TestDatabase database) {
    return Integer.parseInt(database.query("SELECT COUNT(*) FROM orders").get(0));
  }

  private Receiver<CommandDelivery> open(ParleyClient client) {
    return client.commandConsumer().types(type).openReceiver();
  }
}
