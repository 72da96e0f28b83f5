package io.parley.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.Payload;
import io.parley.protocol.model.Settlement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@SuppressWarnings("FutureReturnValueIgnored") // what the broker sees of them is the test
class ReconnectingTest extends ClientTest {
  @Test
  void shouldSendUnconfirmedFramesAgainAsTheyWere() throws InterruptedException {
    Connected first = connect();
    List<CompletableFuture<MessageId>> sent = new ArrayList<>();
    List<Request.Send> frames = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      sent.add(first.client().sendAsync(TYPE, "message " + i));
      frames.add(first.peer().expect(Request.Send.class));
    }
    first.peer().confirm(frames.get(0));
    assertThat(sent.get(0)).succeedsWithin(LONG);

    first.peer().cut();
    ScriptedBroker.Peer second = broker.welcome();

    assertThat(second.hello().producerSession()).isEqualTo(first.peer().hello().producerSession());
    for (int i = 1; i < 3; i++) {
      Request.Send again = second.expect(Request.Send.class);
      assertThat(again.firstSequence()).isEqualTo(frames.get(i).firstSequence());
      assertThat(ScriptedBroker.messages(again.batch()).get(0).id())
          .isEqualTo(ScriptedBroker.messages(frames.get(i).batch()).get(0).id());
      second.confirm(again);
      assertThat(sent.get(i)).succeedsWithin(LONG);
    }
  }

  @Test
  void shouldSendWhatCameMeanwhileAfterWhatWasUnconfirmed() throws InterruptedException {
    Connected first = connect();
    first.client().sendAsync(TYPE, "before");
    first.peer().expect(Request.Send.class);
    first.peer().cut();
    take(told.disconnects);
    CompletableFuture<MessageId> meanwhile = first.client().sendAsync(TYPE, "meanwhile");

    ScriptedBroker.Peer second = broker.welcome();
    second.confirm(second.expect(Request.Send.class));
    Request.Send later = second.expect(Request.Send.class);
    assertThat(later.firstSequence()).isEqualTo(2);
    second.confirm(later);
    assertThat(meanwhile).succeedsWithin(LONG);
  }

  @Test
  void shouldSendAgainInOrderWhatTheBrokersStoreMayOrMayNotHold() throws InterruptedException {
    Connected first = connect();
    CompletableFuture<MessageId> one = first.client().sendAsync(TYPE, "1");
    Request.Send doubtful = first.peer().expect(Request.Send.class);
    CompletableFuture<MessageId> two = first.client().sendAsync(TYPE, "2");
    first.peer().expect(Request.Send.class);
    first.peer().fail(doubtful, ErrorCode.STORE_UNAVAILABLE, "disk full");

    ScriptedBroker.Peer second = broker.welcome();

    assertThat(second.hello().producerSession()).isEqualTo(first.peer().hello().producerSession());
    for (int sequence = 1; sequence <= 2; sequence++) {
      Request.Send again = second.expect(Request.Send.class);
      assertThat(again.firstSequence()).isEqualTo(sequence);
      second.confirm(again);
    }
    assertThat(one).succeedsWithin(LONG);
    assertThat(two).succeedsWithin(LONG);
  }

  @Test
  void shouldGoOnWithANewSessionWhenTheBrokerForgotTheOldOne() throws InterruptedException {
    Connected first = connect();
    first.client().sendAsync(TYPE, "1");
    first.peer().confirm(first.peer().expect(Request.Send.class));
    CompletableFuture<MessageId> second = first.client().sendAsync(TYPE, "2");
    CompletableFuture<MessageId> third = first.client().publishAsync("shop.cart.Cleared", "3");
    Request.Send refused = first.peer().expect(Request.Send.class);
    first
        .peer()
        .send(
            new Response.Failure(
                refused.correlation(), ErrorCode.OUT_OF_SEQUENCE, true, 0, "sequence: 2"));

    ScriptedBroker.Peer again = broker.welcome();

    assertThat(again.hello().producerSession())
        .isNotEqualTo(first.peer().hello().producerSession());
    Request.Send send = again.expect(Request.Send.class);
    assertThat(send.firstSequence()).isEqualTo(1);
    again.confirm(send);
    Request.Publish publish = again.expect(Request.Publish.class);
    assertThat(publish.firstSequence()).isEqualTo(2);
    again.confirm(publish);
    assertThat(second).succeedsWithin(LONG);
    assertThat(third).succeedsWithin(LONG);
  }

  @Test
  void shouldRegisterAgainBeforeEverythingElse() throws InterruptedException {
    Connected first = connect();
    CompletableFuture<CommandConsumer> consumer =
        later(
            first
                    .client()
                    .commandConsumer()
                    .credit(10)
                    .on(TYPE, String.class, (c, d) -> CommandResult.complete())
                ::start);
    Request.Consume consume = first.peer().expect(Request.Consume.class);
    first.peer().ok(consume);
    consumer.join();
    assertThat(credit(first.peer(), consume)).isEqualTo(10);
    CompletableFuture<Responder> responder =
        later(
            first.client().responder().on("shop.GetCart", String.class, (q, k) -> Answer.ok(q))
                ::start);
    Request.Respond respond = first.peer().expect(Request.Respond.class);
    first.peer().ok(respond);
    responder.join();
    first.client().sendAsync(TYPE, "x");
    first.peer().expect(Request.Send.class);

    first.peer().cut();
    ScriptedBroker.Peer second = broker.welcome();

    Request.Consume again = second.expect(Request.Consume.class);
    assertThat(again.consumer()).isEqualTo(consume.consumer());
    assertThat(again.types()).containsExactly(TYPE);
    assertThat(second.expect(Request.Respond.class).responder()).isEqualTo(respond.responder());
    second.expect(Request.Send.class);
    assertThat(credit(second, again)).isEqualTo(10);
  }

  @Test
  void shouldTellWhenARegistrationIsRefusedLater() throws InterruptedException {
    Connected first = connect();
    CompletableFuture<CommandConsumer> starting =
        later(
            first
                    .client()
                    .commandConsumer()
                    .on(TYPE, String.class, (c, d) -> CommandResult.complete())
                ::start);
    first.peer().ok(first.peer().expect(Request.Consume.class));
    starting.join();

    first.peer().cut();
    ScriptedBroker.Peer second = broker.welcome();
    second.fail(second.expect(Request.Consume.class), ErrorCode.OWNED_BY, "owned by billing");

    assertThat(take(told.registrationRefusals).code()).isEqualTo(ErrorCode.OWNED_BY);
  }

  @Test
  void shouldDropWhatWasNotBegunAndSettleWhatWasWithItsOldEpoch() throws InterruptedException {
    Connected first = connect();
    CountDownLatch release = new CountDownLatch(1);
    BlockingQueue<Delivery> begun = new LinkedBlockingQueue<>();
    CompletableFuture<CommandConsumer> starting =
        later(
            first
                    .client()
                    .commandConsumer()
                    .credit(10)
                    .on(
                        TYPE,
                        String.class,
                        (command, delivery) -> {
                          begun.add(delivery);
                          release.await();
                          return CommandResult.complete();
                        })
                ::start);
    Request.Consume consume = first.peer().expect(Request.Consume.class);
    first.peer().ok(consume);
    starting.join();
    first.peer().deliver(consume.consumer(), 100, 40, commands(5));
    Delivery inHand = take(begun);
    assertThat(inHand.isLeaseLost()).isFalse();

    first.peer().cut();
    ScriptedBroker.Peer second = broker.welcome();
    Request.Consume again = second.expect(Request.Consume.class);
    assertThat(credit(second, again)).isEqualTo(9);
    assertThat(inHand.isLeaseLost()).isTrue();
    second.ok(again);
    release.countDown();

    Request.Settle settle = second.await(Request.Settle.class, s -> !s.settlements().isEmpty());
    assertThat(settle.settlements()).containsExactly(new Settlement.Complete(100, 40, 1));
    assertThat(settle.started()).isZero();
    second.settled(
        settle, new Response.SettleRefusal(0, 40, ErrorCode.LEASE_LOST, "sequence 40: leased"));
    assertThat(take(told.settleRefusals)).isInstanceOf(LeaseLostException.class);

    second.deliver(consume.consumer(), 200, 41, commands(1));
    assertThat(take(begun).sequence()).isEqualTo(41);
    assertThat(second.await(Request.Settle.class, s -> s.started() == 1).consumer())
        .isEqualTo(consume.consumer());
  }

  @Test
  void shouldFinishWhatItBeganBeforeItLeavesAStoppingBroker() throws InterruptedException {
    Connected first = connect();
    CountDownLatch release = new CountDownLatch(1);
    BlockingQueue<Long> begun = new LinkedBlockingQueue<>();
    CompletableFuture<CommandConsumer> starting =
        later(
            first
                    .client()
                    .commandConsumer()
                    .on(
                        TYPE,
                        String.class,
                        (command, delivery) -> {
                          begun.add(delivery.sequence());
                          release.await();
                          return CommandResult.complete();
                        })
                ::start);
    Request.Consume consume = first.peer().expect(Request.Consume.class);
    first.peer().ok(consume);
    starting.join();
    first.peer().deliver(consume.consumer(), 100, 1, commands(3));
    assertThat(take(begun)).isEqualTo(1);

    first
        .peer()
        .send(new Response.Failure(0, ErrorCode.GOING_AWAY, false, 0, "the broker is stopping"));
    first.peer().deliver(consume.consumer(), 101, 4, commands(1));
    CompletableFuture<MessageId> sent = first.client().sendAsync(TYPE, "x");
    first.peer().confirm(first.peer().await(Request.Send.class));
    assertThat(sent).succeedsWithin(LONG);
    release.countDown();

    Request.Settle settle =
        first.peer().await(Request.Settle.class, s -> !s.settlements().isEmpty());
    assertThat(settle.settlements()).containsExactly(new Settlement.Complete(100, 1, 1));
    first.peer().settled(settle);
    first.peer().awaitEnd();
    broker.welcome();
    assertThat(begun).as("what wasn't begun is left to the broker").isEmpty();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ANY, names = "ALREADY_SETTLED|LEASE_LOST")
  void shouldSettleAgainWhatWasNotAnsweredAndSayThatItIsInDoubtIfItsLeaseIsOver(ErrorCode code)
      throws InterruptedException {
    Connected first = connect();
    BlockingQueue<CommandDelivery> deliveries = new LinkedBlockingQueue<>();
    CompletableFuture<CommandConsumer> starting =
        later(first.client().commandConsumer().types(TYPE).manual(deliveries::add)::start);
    Request.Consume consume = first.peer().expect(Request.Consume.class);
    first.peer().ok(consume);
    starting.join();
    first.peer().deliver(consume.consumer(), 100, 1, commands(1));
    CompletableFuture<Void> settled =
        take(deliveries).settleAsync(CommandResult.reject(CommandResult.INVALID, "price 0"));
    Request.Settle settle =
        first.peer().await(Request.Settle.class, s -> !s.settlements().isEmpty());

    first.peer().cut();
    ScriptedBroker.Peer second = broker.welcome();
    second.ok(second.expect(Request.Consume.class));
    Request.Settle again = second.expect(Request.Settle.class);

    assertThat(again.settlements()).isEqualTo(settle.settlements());
    second.settled(again, new Response.SettleRefusal(0, 1, code, "by somebody"));
    assertThat(settled)
        .failsWithin(LONG)
        .withThrowableOfType(ExecutionException.class)
        .havingCause()
        .isInstanceOf(SettleInDoubtException.class);
  }

  @Test
  void shouldAskAgainWithTheTimeThatIsLeft() throws InterruptedException {
    Connected first = connect();
    CompletableFuture<Answer<String>> answer =
        first.client().askAsync(Query.of("shop.GetCart", "1", String.class).deadline(LONG));
    CompletableFuture<Outcome> outcome =
        first.client().awaitOutcomeAsync(new MessageId(1, 2), LONG);
    Request.Ask ask = first.peer().expect(Request.Ask.class);
    first.peer().expect(Request.GetOutcome.class);

    first.peer().cut();
    ScriptedBroker.Peer second = broker.welcome();
    Request.Ask again = second.expect(Request.Ask.class);
    assertThat(again.timeoutMs()).isBetween(1, ask.timeoutMs());
    second.send(
        new Response.Answered(
            again.correlation(), 200, 0, 0, -1, "", new Payload(null, "cart".getBytes(UTF_8))));
    Request.GetOutcome get = second.expect(Request.GetOutcome.class);
    second.send(new Response.OutcomeIs(get.correlation(), Outcome.PENDING));

    assertThat(answer).succeedsWithin(LONG);
    assertThat(answer.join().body()).isEqualTo("cart");
    assertThat(outcome).succeedsWithin(LONG);
  }
}
