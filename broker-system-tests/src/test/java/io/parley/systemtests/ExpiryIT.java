package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.testkit.EmbeddedBroker;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Commands that nobody is to handle any more: their time is over, or they are cancelled. */
class ExpiryIT {
  private static EmbeddedBroker broker;

  private final String service = Fresh.name("cart");
  private final String type = Fresh.type("AddProduct");

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static ParleyClient client(String service) {
    return ParleyClient.connect(broker.uri(), service);
  }

  private OutgoingMessage command(String body) {
    return OutgoingMessage.of(type, body);
  }

  @Test
  void shouldTellTheSenderThatItsCommandExpired() throws Exception {
    Received<CommandDelivery> received = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      MessageId late = shop.send(command("late").expiresAt(Instant.now().plusMillis(300)));
      shop.send(command("next").expiresAt(Instant.now().plusSeconds(600)));

      assertThat(shop.awaitOutcome(late, Await.PATIENCE).status()).isEqualTo(OutcomeStatus.EXPIRED);

      cart.commandConsumer().types(type).manual(received::add).start();
      CommandDelivery first = received.next();
      assertThat(first.body(String.class)).isEqualTo("next");
      Await.result(first.settleAsync(CommandResult.complete()));
    }
  }

  @Test
  void shouldCancelCommandThatWaits() throws Exception {
    Received<CommandDelivery> received = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      MessageId unwanted = shop.send(command("unwanted"));
      shop.send(command("wanted"));

      shop.cancel(unwanted);
      shop.cancel(unwanted); // again is no error

      assertThat(shop.outcome(unwanted).status()).isEqualTo(OutcomeStatus.CANCELLED);
      cart.commandConsumer().types(type).manual(received::add).start();
      CommandDelivery first = received.next();
      assertThat(first.body(String.class)).isEqualTo("wanted");
      Await.result(first.settleAsync(CommandResult.complete()));
    }
  }

  @Test
  void shouldNotCancelCommandInHandNorOneThatEndedNorOneNobodySent() throws Exception {
    Received<CommandDelivery> received = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      MessageId held = shop.send(command("held").trackOutcome());
      cart.commandConsumer().types(type).manual(received::add).start();
      CommandDelivery delivery = received.next();

      assertRefused(ErrorCode.NOT_CANCELLABLE, "in a consumer's hands", shop, held);
      Await.result(delivery.settleAsync(CommandResult.complete()));
      assertRefused(ErrorCode.NOT_CANCELLABLE, "COMPLETED", shop, held);
      assertRefused(ErrorCode.NOT_FOUND, "no such command", shop, WireClient.randomId());
    }
  }

  private static void assertRefused(
      ErrorCode code, String text, ParleyClient client, MessageId command) {
    assertThatExceptionOfType(ParleyException.class)
        .isThrownBy(() -> client.cancel(command))
        .withMessageContaining(text)
        .satisfies(refused -> assertThat(refused.code()).isEqualTo(code));
  }
}
