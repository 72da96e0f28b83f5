package io.parley.engine.settle;

import static io.parley.engine.testing.TestMessage.command;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.destination.Destination;
import io.parley.engine.destination.DestinationKind;
import io.parley.engine.destination.DestinationSettings;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeMessage;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Payload;
import io.parley.protocol.model.Settlement;
import io.parley.protocol.model.TypePattern;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutcomeInboxTest {
  private final TestNamespace namespace = new TestNamespace();
  private int queue;
  private TestConsumer cart;

  @BeforeEach
  void consume() {
    queue = namespace.claim("cart", "cart.Add");
    cart = namespace.consume(queue, 100);
  }

  private static TestMessage add(String body) {
    return command("cart.Add", body).outcomeTo("shop");
  }

  private int outcomeInbox() {
    return ((Result.DestinationIs)
            namespace.submit(new Operation.Subscribe("shop", "shop.outcomes", List.of())))
        .id();
  }

  private List<Delivered> told() {
    return namespace.consume(outcomeInbox(), 1_000).take();
  }

  private Outcome told(Delivered delivered) {
    Message message = delivered.message();
    Payload result = new Payload(message.contentType(), message.body());
    return OutcomeMessage.outcome(message.headers(), result, delivered.storedAtMs());
  }

  private List<String> statuses() {
    return told().stream().map(delivered -> told(delivered).status().name()).toList();
  }

  @Test
  void shouldTellACompletionWithItsResultAlsoToASenderThatCameLater() {
    namespace.send(add("1"));
    Delivered held = cart.takeOne();
    cart.completeWith(held, new Payload("application/json", "{}".getBytes(UTF_8)));
    long endedAtMs = namespace.nowMs();
    namespace.pass(Duration.ofDays(1));
    namespace.restart();

    Delivered delivered = told().get(0);

    Message message = delivered.message();
    assertThat(message.kind()).isEqualTo(MessageKind.EVENT);
    assertThat(message.type()).isEqualTo("parley.CommandEnded");
    assertThat(message.causationId()).isEqualTo(held.message().id());
    assertThat(message.correlationId()).isEqualTo(held.message().id());
    assertThat(message.headers()).containsEntry("parley-command-type", "cart.Add");
    Outcome outcome = told(delivered);
    assertThat(outcome.status()).isEqualTo(OutcomeStatus.COMPLETED);
    assertThat(outcome.atMs()).isEqualTo(endedAtMs);
    assertThat(outcome.result().contentType()).isEqualTo("application/json");
    assertThat(outcome.result().bytes()).isEqualTo("{}".getBytes(UTF_8));
  }

  @Test
  void shouldTellCompletionsOfARange() {
    namespace.send(add("1"), add("2"), add("3"));

    cart.completeInRanges(cart.take());

    assertThat(statuses()).containsExactly("COMPLETED", "COMPLETED", "COMPLETED");
  }

  @Test
  void shouldTellARejectionWithCodeAndReason() {
    namespace.send(add("1"));
    Delivered held = cart.takeOne();

    cart.settle(new Settlement.Reject(held.epoch(), held.sequence(), "FORBIDDEN", "not yours"));

    Outcome outcome = told(told().get(0));
    assertThat(outcome.status()).isEqualTo(OutcomeStatus.REJECTED);
    assertThat(outcome.code()).isEqualTo("FORBIDDEN");
    assertThat(outcome.reason()).isEqualTo("not yours");
  }

  @Test
  void shouldTellADeadLetterAndWhatBecameOfItOnceItIsRedriven() {
    namespace.send(add("1"));
    cart.failFinally(cart.takeOne());
    namespace.redrive(queue, null);
    namespace.pass(Duration.ofMillis(1));
    cart.failFinally(cart.takeOne());
    namespace.redrive(queue, null);
    namespace.pass(Duration.ofMillis(1));
    cart.complete(cart.takeOne());

    List<Delivered> told = told();

    assertThat(told)
        .extracting(delivered -> told(delivered).status())
        .containsExactly(
            OutcomeStatus.DEAD_LETTERED, OutcomeStatus.DEAD_LETTERED, OutcomeStatus.COMPLETED);
    assertThat(told).extracting(delivered -> delivered.message().id()).doesNotHaveDuplicates();
  }

  @Test
  void shouldTellWhenTheLastAttemptWasLost() {
    TestNamespace once = new TestNamespace(TestNamespace.settings(1, false, Duration.ofMinutes(1)));
    TestConsumer consumer = once.consume(once.claim("cart", "cart.Add"), 1);
    once.send(add("1"));
    consumer.start(consumer.takeOne());
    consumer.disconnect();

    Destination inbox = once.engine().destinations().find(DestinationKind.INBOX, "shop.outcomes");

    assertThat(inbox.ready()).isEqualTo(1);
  }

  @Test
  void shouldTellThatItExpired() {
    cart.leave();
    namespace.send(add("1").expiresAt(namespace.nowMs() + 1_000));
    namespace.pass(Duration.ofSeconds(2));
    namespace.withEngine(engine -> engine.expireMessages(namespace.nowMs()));

    assertThat(statuses()).containsExactly("EXPIRED");
  }

  @Test
  void shouldTellThatItWasCancelledAndPurged() {
    cart.leave();
    namespace.send(add("1"), add("2"));
    namespace.submit(new Operation.Cancel(add("1").id(), queue, 1, 1));
    namespace.submit(
        new Operation.Purge(
            queue, Operation.Purged.IN_ORDER, 0, namespace.nowMs() + 1, null, false));

    assertThat(statuses()).containsExactly("CANCELLED", "CANCELLED");
  }

  @Test
  void shouldTellOfCommandsThatACompletionEmitted() {
    int pay = namespace.claim("pay", "pay.Pay");
    namespace.send(command("cart.Add", "1"));
    cart.completeWith(cart.takeOne(), null, command("pay.Pay", "1").outcomeTo("shop"));
    TestConsumer payer = namespace.consume(pay, 1);

    payer.complete(payer.takeOne());

    assertThat(statuses()).containsExactly("COMPLETED");
  }

  @Test
  void shouldNotMakeAnInboxForThoseThatDontAsk() {
    namespace.send(command("cart.Add", "1").tracked());
    cart.complete(cart.takeOne());

    assertThat(namespace.engine().destinations().all()).hasSize(1);
  }

  @Test
  void shouldLoseNoOutcomeToAFullInboxAndRefuseFurtherCommandsInstead() {
    namespace.send(add("1"), add("2"));
    int inbox = outcomeInbox();
    limit(inbox, 1);
    cart.completeInRanges(cart.take());

    List<Result.Refusal> refusals =
        namespace.send(add("3"), command("cart.Add", "4"), command("cart.Add", "5").tracked());

    assertThat(refusals)
        .singleElement()
        .satisfies(
            refusal -> {
              assertThat(refusal.index()).isZero();
              assertThat(refusal.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
              assertThat(refusal.message())
                  .startsWith("outcome inbox 'shop.outcomes': 3 messages")
                  .contains("(expected: at most 1 messages");
            });
    assertThat(told()).hasSize(2);
    assertThat(namespace.destination(inbox).missed()).isZero();
  }

  private void limit(int inbox, long messages) {
    namespace.submit(
        new Operation.Configure(
            inbox,
            new DestinationSettings(
                false, 0, 0, 0, 0, DestinationSettings.NOT_SET, messages, 1L << 39)));
  }

  @Test
  void shouldBeSettledRetriedAndSetAsideAsAnyInbox() {
    namespace.send(add("1"));
    cart.complete(cart.takeOne());
    TestConsumer shop = namespace.consume(outcomeInbox(), 2);

    shop.fail(shop.takeOne(), 0);
    namespace.pass(Duration.ofMillis(1));
    Delivered again = shop.takeOne();
    assertThat(again.attempt()).isEqualTo(2);
    assertThat(shop.reject(again, "NO")).isEqualTo(ErrorCode.NOT_REJECTABLE);
    shop.failFinally(again);

    assertThat(namespace.counts(outcomeInbox()).dead()).isEqualTo(1);
  }

  @Test
  void shouldBeItsServicesOwnAndNoSubscriptionToEvents() {
    outcomeInbox();

    Result others = namespace.submit(new Operation.Subscribe("pay", "shop.outcomes", List.of()));
    Result events =
        namespace.submit(
            new Operation.Subscribe(
                "shop", "shop.outcomes", List.of(new TypePattern("cart.Added"))));

    assertThat(((Result.Refused) others).code()).isEqualTo(ErrorCode.OWNED_BY);
    assertThat(((Result.Refused) events).code()).isEqualTo(ErrorCode.INVALID_NAME);
  }
}
