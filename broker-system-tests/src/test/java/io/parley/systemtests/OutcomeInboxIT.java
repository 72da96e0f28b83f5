package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.parley.client.CommandResult;
import io.parley.client.EndedCommand;
import io.parley.client.EventResult;
import io.parley.client.OutcomeConsumer;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.testkit.EmbeddedBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What became of commands, told to a sender that was away. */
class OutcomeInboxIT {
  private static EmbeddedBroker broker;

  @TempDir private Path temporary;

  private final String sender = Fresh.name("shop");
  private final String service = Fresh.name("cart");
  private final String type = Fresh.type("AddProduct");

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start(Settings.quickRetries(3));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static ParleyClient client(String service) {
    return ParleyClient.connect(broker.uri(), service);
  }

  private MessageId send(ParleyClient shop, String body) {
    return shop.send(OutgoingMessage.of(type, body).outcomeToInboxOf(sender));
  }

  /** Completes, rejects or fails, as the body says. */
  private void handle(ParleyClient cart) {
    cart.commandConsumer()
        .on(
            type,
            String.class,
            (body, delivery) ->
                switch (body) {
                  case "reject" -> CommandResult.reject("NOT_ALLOWED_NOW", "sold out");
                  case "fail" -> CommandResult.deadLetter("Broken", "no such product");
                  default -> CommandResult.complete("in cart");
                })
        .start();
  }

  private static OutcomeConsumer listen(ParleyClient shop, Received<EndedCommand> told) {
    return shop.outcomeConsumer()
        .on(
            (ended, delivery) -> {
              told.add(ended);
              return EventResult.complete();
            })
        .start();
  }

  private static Map<MessageId, Outcome> next(Received<EndedCommand> told, int count)
      throws InterruptedException {
    Map<MessageId, Outcome> outcomes = new HashMap<>();
    told.next(count).forEach(ended -> outcomes.put(ended.id(), ended.outcome()));
    return outcomes;
  }

  @Test
  void shouldTellSenderThatWasAwayHowItsCommandsEnded() throws Exception {
    MessageId completed;
    MessageId rejected;
    MessageId failed;
    try (ParleyClient shop = client(sender)) {
      completed = send(shop, "add");
      rejected = send(shop, "reject");
      failed = send(shop, "fail");
    }
    try (ParleyClient cart = client(service);
        ParleyClient observer = client("observer")) {
      handle(cart);
      for (MessageId id : List.of(completed, rejected, failed)) {
        observer.awaitOutcome(id, Await.PATIENCE);
      }
    }

    Received<EndedCommand> told = new Received<>();
    try (ParleyClient shop = client(sender)) {
      OutcomeConsumer consumer = listen(shop, told);
      Map<MessageId, Outcome> outcomes = next(told, 3);

      assertThat(consumer.inbox()).isEqualTo(sender + ".outcomes");
      assertThat(outcomes.get(completed).status()).isEqualTo(OutcomeStatus.COMPLETED);
      assertThat(new String(outcomes.get(completed).result().bytes(), StandardCharsets.UTF_8))
          .isEqualTo("in cart");
      assertThat(outcomes.get(rejected).status()).isEqualTo(OutcomeStatus.REJECTED);
      assertThat(outcomes.get(rejected).code()).isEqualTo("NOT_ALLOWED_NOW");
      assertThat(outcomes.get(rejected).reason()).isEqualTo("sold out");
      assertThat(outcomes.get(failed).status()).isEqualTo(OutcomeStatus.DEAD_LETTERED);
      assertThat(outcomes.get(failed).code()).isEqualTo("Broken");
      assertThat(told.rest()).isEmpty();
    }
  }

  @Test
  void shouldTellAgainWhenHandlingOfAnOutcomeFailed() throws Exception {
    Received<Integer> attempts = new Received<>();
    AtomicInteger calls = new AtomicInteger();
    try (ParleyClient shop = client(sender);
        ParleyClient cart = client(service)) {
      shop.outcomeConsumer()
          .on(
              (ended, delivery) -> {
                attempts.add(delivery.attempt());
                if (calls.incrementAndGet() == 1) {
                  throw new IllegalStateException("database away");
                }
                return EventResult.complete();
              })
          .start();
      handle(cart);

      send(shop, "add");

      assertThat(attempts.next(2)).containsExactly(1, 2);
    }
  }

  @Test
  void shouldLoseNoOutcomeWhenBrokerIsKilled() throws Exception {
    Received<EndedCommand> told = new Received<>();
    try (BrokerProcess process = BrokerProcess.start(temporary.resolve("data"))) {
      MessageId id;
      try (ParleyClient shop = ParleyClient.connect(process.uri(), sender);
          ParleyClient cart = ParleyClient.connect(process.uri(), service)) {
        id = send(shop, "add");
        handle(cart);
        assertThat(shop.awaitOutcome(id, Await.PATIENCE).status())
            .isEqualTo(OutcomeStatus.COMPLETED);
      }
      process.kill();
      process.start();

      try (ParleyClient shop = ParleyClient.connect(process.uri(), sender)) {
        listen(shop, told);
        assertThat(told.next().id()).isEqualTo(id);
        assertThat(told.rest()).isEmpty();
      }
    }
  }

  @Test
  void shouldRefuseOutcomeInboxOfAnotherService() {
    try (ParleyClient shop = client(sender)) {
      assertThatExceptionOfType(ParleyException.class)
          .isThrownBy(() -> shop.send(OutgoingMessage.of(type, "add").outcomeToInboxOf("billing")))
          .withMessageContaining("outcome inbox of service 'billing'")
          .withMessageContaining("'" + sender + "'")
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }
  }
}
