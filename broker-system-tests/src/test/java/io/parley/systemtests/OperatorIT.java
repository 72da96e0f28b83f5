package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.EventResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.testkit.EmbeddedBroker;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What operators do to queues and inboxes while services use them. */
class OperatorIT {
  private static EmbeddedBroker broker;
  private static Admin admin;

  private final String service = Fresh.name("cart");
  private final String type = Fresh.type("AddProduct");

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start();
    admin = Admin.of(broker);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static ParleyClient client(String service) {
    return ParleyClient.connect(broker.uri(), service);
  }

  private Received<String> collect(ParleyClient cart) {
    Received<String> received = new Received<>();
    cart.commandConsumer()
        .on(
            type,
            String.class,
            (body, delivery) -> {
              received.add(body);
              return CommandResult.complete();
            })
        .start();
    return received;
  }

  private JsonNode queue() throws IOException, InterruptedException {
    return admin.queue(service);
  }

  private boolean isOutage() {
    try {
      return !queue().get("outageSince").isNull();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldHandOverNothingOfPausedQueueUntilItIsResumed() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      Received<String> received = collect(cart);
      admin.change("/queues/" + service + "/pause", "{}");
      MessageId id = shop.send(OutgoingMessage.of(type, "1").trackOutcome());
      assertThat(queue().get("paused").asBoolean()).isTrue();
      assertThat(admin.explain(id).get("places").get(0).get("reason").asText()).isEqualTo("PAUSED");
      assertThat(queue().get("ready").asLong()).isEqualTo(1);

      admin.change("/queues/" + service + "/resume", "{}");

      assertThat(received.next()).isEqualTo("1");
      assertThat(shop.awaitOutcome(id, Await.PATIENCE).status()).isEqualTo(OutcomeStatus.COMPLETED);
    }
  }

  @Test
  void shouldGoByWhatIsSetForOneQueue() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      cart.commandConsumer()
          .on(type, String.class, (body, delivery) -> CommandResult.fail("Broken", "always"))
          .start();
      admin.change("/queues/" + service + "/settings", "{\"maxAttempts\":\"1\"}");

      MessageId id = shop.send(OutgoingMessage.of(type, "1"));

      assertThat(shop.awaitOutcome(id, Await.PATIENCE).status())
          .isEqualTo(OutcomeStatus.DEAD_LETTERED);
      assertThat(queue().get("settings").get("maxAttempts").asInt()).isEqualTo(1);
    }
  }

  @Test
  void shouldLoseNeitherOfTwoChangesMadeAtTheSameMoment() throws Exception {
    try (ParleyClient cart = client(service)) {
      collect(cart);
      String path = "/queues/" + service + "/";
      for (int round = 2; round < 40; round++) {
        int set = round;
        boolean paused = round % 2 == 0;
        CompletableFuture<Void> attempts =
            soon(() -> admin.change(path + "settings", "{\"maxAttempts\":\"" + set + "\"}"));
        CompletableFuture<Void> lease =
            soon(() -> admin.change(path + "settings", "{\"leaseMs\":\"" + 1_000 * set + "\"}"));
        CompletableFuture<Void> pause =
            soon(() -> admin.change(path + (paused ? "pause" : "resume"), "{}"));
        Await.result(CompletableFuture.allOf(attempts, lease, pause));

        assertThat(queue().get("settings").get("maxAttempts").asInt()).isEqualTo(set);
        assertThat(queue().get("settings").get("leaseMs").asInt()).isEqualTo(1_000 * set);
        assertThat(queue().get("paused").asBoolean()).isEqualTo(paused);
      }
    }
  }

  private static CompletableFuture<Void> soon(ThrowingCallable change) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            change.call();
          } catch (Throwable e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void shouldRefuseSettingsOutOfBoundsAndNameThem() throws Exception {
    try (ParleyClient cart = client(service)) {
      collect(cart);

      assertThatThrownBy(
              () -> admin.change("/queues/" + service + "/settings", "{\"maxAttempts\":\"1001\"}"))
          .hasMessageContaining("max attempts: 1001 (expected: 1 to 1000)");
    }
  }

  @Test
  void shouldRefuseSendToFullQueueWithTimeToTryAgain() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      collect(cart);
      admin.change("/queues/" + service + "/pause", "{}");
      admin.change("/queues/" + service + "/settings", "{\"maxMessages\":\"1\"}");
      shop.send(OutgoingMessage.of(type, "1"));

      assertThatExceptionOfType(ParleyException.class)
          .isThrownBy(() -> shop.send(OutgoingMessage.of(type, "2")))
          .withMessageContaining("at most 1 messages")
          .satisfies(
              full -> {
                assertThat(full.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
                assertThat(full.retryAfter()).isPositive();
              });
    }
  }

  @Test
  void shouldRunDryWhenDrained() throws Exception {
    String emitted = Fresh.type("ProductAdded");
    try (EmbeddedBroker drained = EmbeddedBroker.start();
        ParleyClient shop = ParleyClient.connect(drained.uri(), "shop");
        ParleyClient cart = ParleyClient.connect(drained.uri(), "cart")) {
      Admin its = Admin.of(drained);
      MessageId waiting = shop.send(OutgoingMessage.of(type, "1").trackOutcome());
      Received<String> heard = new Received<>();
      cart.subscriber()
          .on(
              emitted,
              String.class,
              (body, delivery) -> {
                heard.add(body);
                return EventResult.complete();
              })
          .start();

      its.changeBroker("/drain/start", "{}");

      assertThatExceptionOfType(ParleyException.class)
          .isThrownBy(() -> shop.send(OutgoingMessage.of(type, "2")))
          .satisfies(
              refused -> {
                assertThat(refused.code()).isEqualTo(ErrorCode.DRAINING);
                assertThat(refused.retryAfter()).isPositive();
              });
      assertThat(its.status("/health/ready")).isEqualTo(503);
      cart.commandConsumer()
          .on(type, String.class, (body, delivery) -> CommandResult.complete().event(emitted, body))
          .start();
      assertThat(shop.awaitOutcome(waiting, Await.PATIENCE).status())
          .isEqualTo(OutcomeStatus.COMPLETED);
      assertThat(heard.next()).isEqualTo("1");

      its.changeBroker("/drain/stop", "{}");
      shop.send(OutgoingMessage.of(type, "3"));
      assertThat(heard.next()).isEqualTo("3");
      assertThat(its.status("/health/ready")).isEqualTo(200);
    }
  }

  @Test
  void shouldPurgeWaitingCommandsAndTellTheirSenders() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      collect(cart);
      admin.change("/queues/" + service + "/pause", "{}");
      MessageId first = shop.send(OutgoingMessage.of(type, "1"));
      shop.send(OutgoingMessage.of(type, "2").delay(Duration.ofHours(1)));
      String purge = "/queues/" + service + "/purge";

      JsonNode counted = admin.change(purge, "{\"state\":\"ready\",\"dryRun\":\"true\"}");
      assertThat(counted.get("purged").asLong()).isEqualTo(1);
      assertThat(queue().get("ready").asLong()).isEqualTo(1);
      admin.change(purge, "{\"state\":\"ready\"}");
      admin.change(purge, "{\"state\":\"delayed\"}");

      assertThat(shop.awaitOutcome(first, Await.PATIENCE).status())
          .isEqualTo(OutcomeStatus.CANCELLED);
      assertThat(queue().get("ready").asLong() + queue().get("delayed").asLong()).isZero();
    }
  }

  @Test
  void shouldBurnNoAttemptsInAnOutageAndRecoverByItself() throws Exception {
    int commands = 10;
    AtomicBoolean works = new AtomicBoolean();
    Received<String> handled = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      cart.commandConsumer()
          .on(
              type,
              String.class,
              (body, delivery) -> {
                if (!works.get()) {
                  return CommandResult.fail("Unavailable", "the database is down");
                }
                handled.add(body);
                return CommandResult.complete();
              })
          .start();
      admin.change(
          "/queues/" + service + "/settings",
          "{\"maxAttempts\":\"3\",\"backOffMinMs\":\"1\",\"backOffMaxMs\":\"1\",\"outageAfter\":\"5\"}");
      // All are there before the first fails: alone, it would use up its attempts.
      admin.change("/queues/" + service + "/pause", "{}");
      for (int i = 0; i < commands; i++) {
        shop.send(OutgoingMessage.of(type, "c" + i));
      }
      admin.change("/queues/" + service + "/resume", "{}");
      Await.until("an outage is seen", this::isOutage);
      works.set(true);

      assertThat(handled.next(commands)).hasSize(commands);

      assertThat(queue().get("deadLetters").asLong()).isZero();
      Await.until("the outage is over", () -> !isOutage());
    }
  }

  @Test
  void shouldGroupDeadLettersAndRedriveOneGroup() throws Exception {
    Received<CommandDelivery> received = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      cart.commandConsumer().types(type).manual(received::add).start();
      for (int i = 0; i < 3; i++) {
        shop.send(OutgoingMessage.of(type, "c" + i));
        CommandDelivery delivery = received.next();
        String errorClass = i == 1 ? "Odd" : "Even";
        Await.result(delivery.settleAsync(CommandResult.deadLetter(errorClass, "no")));
      }

      JsonNode groups = admin.look("/dead-letters/groups?destination=" + service).get("groups");
      assertThat(groups.findValuesAsText("errorClass")).containsExactly("Even", "Odd");
      assertThat(groups.get(0).get("count").asLong()).isEqualTo(2);
      JsonNode redriven =
          admin.change(
              "/dead-letters/redrive",
              "{\"destination\":\"" + service + "\",\"errorClass\":\"Odd\"}");

      assertThat(redriven.get("redriven").asLong()).isEqualTo(1);
      CommandDelivery again = received.next();
      assertThat(again.body(String.class)).isEqualTo("c1");
      Await.result(again.settleAsync(CommandResult.complete()));
    }
  }
}
