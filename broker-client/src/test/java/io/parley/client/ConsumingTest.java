package io.parley.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Settlement;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

class ConsumingTest extends ClientTest {
  private static final String EVENT = "shop.cart.ProductAddedToCart";

  private int consumer;

  record Product(String code, int quantity) {}

  @Test
  void shouldClaimItsTypesWithItsCredit() throws InterruptedException {
    Connected connected = connect();
    CompletableFuture<CommandConsumer> starting =
        later(
            connected
                    .client()
                    .commandConsumer()
                    .queue("carts")
                    .credit(100)
                    .lease(Duration.ofSeconds(5))
                    .on(TYPE, String.class, (c, d) -> CommandResult.complete())
                    .on("shop.cart.CheckOutCart", String.class, (c, d) -> CommandResult.complete())
                ::start);

    Request.Consume consume = connected.peer().expect(Request.Consume.class);
    assertThat(consume.queue()).isEqualTo("carts");
    assertThat(consume.types()).containsExactly(TYPE, "shop.cart.CheckOutCart");
    assertThat(credit(connected.peer(), consume)).isEqualTo(100);
    assertThat(consume.leaseMs()).isEqualTo(5_000);
    assertThat(starting).isNotDone();
    connected.peer().ok(consume);
    assertThat(starting.join().queue()).isEqualTo("carts");
  }

  @Test
  void shouldThrowWhenTheRegistrationIsRefused() throws InterruptedException {
    Connected connected = connect();
    CompletableFuture<CommandConsumer> starting =
        later(
            connected
                    .client()
                    .commandConsumer()
                    .on(TYPE, String.class, (c, d) -> CommandResult.complete())
                ::start);
    connected
        .peer()
        .fail(connected.peer().expect(Request.Consume.class), ErrorCode.OWNED_BY, "by billing");

    assertThat(failureOf(starting))
        .isInstanceOfSatisfying(
            ParleyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OWNED_BY))
        .hasStackTraceContaining("CommandConsumer$Builder.start");
  }

  @Test
  void shouldTakeBackARegistrationThatWasNotAnsweredInTime() throws InterruptedException {
    Connected connected = connect(builder().sendTimeout(Duration.ofMillis(100)));
    CompletableFuture<CommandConsumer> starting =
        later(
            connected
                    .client()
                    .commandConsumer()
                    .on(TYPE, String.class, (c, d) -> CommandResult.complete())
                ::start);
    Request.Consume consume = connected.peer().expect(Request.Consume.class);

    assertThat(failureOf(starting))
        .isInstanceOfSatisfying(
            ParleyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED))
        .hasMessageContaining("consumer of queue 'cart'");
    assertThat(connected.peer().await(Request.CloseConsumer.class).consumer())
        .isEqualTo(consume.consumer());
  }

  @Test
  void shouldRefuseABuilderThatMakesNoSense() throws InterruptedException {
    ParleyClient client = connect().client();

    assertThatThrownBy(() -> client.commandConsumer().start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no handler");
    assertThatThrownBy(
            () ->
                client
                    .commandConsumer()
                    .on(TYPE, String.class, (c, d) -> CommandResult.complete())
                    .manual(d -> {})
                    .start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("both manual and handlers");
    assertThatThrownBy(
            () ->
                client
                    .commandConsumer()
                    .on(TYPE, String.class, (c, d) -> CommandResult.complete())
                    .on(TYPE, String.class, (c, d) -> CommandResult.release()))
        .hasMessageContaining("'" + TYPE + "' given twice");
    assertThatThrownBy(() -> client.commandConsumer().credit(0))
        .hasMessage("credit: 0 (expected: 1 to 65536)");
    assertThatThrownBy(() -> client.commandConsumer().types("shop.*"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldCompleteInRangesAndReplenishCreditAtHalf() throws InterruptedException {
    Connected connected = connect();
    start(
        connected,
        connected
            .client()
            .commandConsumer()
            .credit(10)
            .on(TYPE, String.class, (c, d) -> CommandResult.complete()));

    connected.peer().deliver(consumer, 100, 1, commands(10));

    int completed = 0;
    int credit = 0;
    // What is settled after the last credit given, fewer than half, is kept for the next.
    while (completed < 10 || credit <= 5) {
      Request request = connected.peer().expect(Request.class);
      if (request instanceof Request.Credit more) {
        credit += more.messages();
      } else if (request instanceof Request.Settle settle) {
        for (Settlement settlement : settle.settlements()) {
          Settlement.Complete complete = (Settlement.Complete) settlement;
          assertThat(complete.epoch()).isEqualTo(100);
          assertThat(complete.sequence()).isEqualTo(1 + completed);
          completed += complete.count();
          assertThat(settle.started()).isGreaterThanOrEqualTo(completed);
        }
        if (settle.correlation() != 0) {
          connected.peer().settled(settle);
        }
      }
    }
    assertThat(completed).isEqualTo(10);
    assertThat(credit).isBetween(6, 10);
  }

  @Test
  void shouldTellAtOnceThatHandlingBegan() throws InterruptedException {
    Connected connected = connect();
    CountDownLatch release = new CountDownLatch(1);
    start(
        connected,
        connected
            .client()
            .commandConsumer()
            .concurrency(2)
            .on(
                TYPE,
                String.class,
                (c, d) -> {
                  release.await();
                  return CommandResult.complete();
                }));

    connected.peer().deliver(consumer, 100, 1, commands(5));

    Request.Settle started =
        connected.peer().await(Request.Settle.class, settle -> settle.started() == 2);
    assertThat(started.settlements()).isEmpty();
    assertThat(started.correlation()).isZero();
    release.countDown();
  }

  @Test
  void shouldBeginInTheOrderOfDelivery() throws InterruptedException {
    Connected connected = connect();
    BlockingQueue<Long> begun = new LinkedBlockingQueue<>();
    start(
        connected,
        connected
            .client()
            .commandConsumer()
            .on(
                TYPE,
                byte[].class,
                (c, d) -> {
                  begun.add(d.sequence());
                  return CommandResult.complete();
                }));

    connected.peer().deliver(consumer, 100, 1, commands(3));
    connected.peer().deliver(consumer, 101, 7, commands(2));

    for (long sequence : new long[] {1, 2, 3, 7, 8}) {
      assertThat(take(begun)).isEqualTo(sequence);
    }
  }

  @Test
  void shouldHandOverWhatIsKnownOfACommand() throws InterruptedException {
    Connected connected = connect();
    BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
    BlockingQueue<Product> products = new LinkedBlockingQueue<>();
    start(
        connected,
        connected
            .client()
            .commandConsumer()
            .on(
                TYPE,
                Product.class,
                (product, delivery) -> {
                  products.add(product);
                  deliveries.add(delivery);
                  return CommandResult.complete();
                }));
    Message command =
        message(
            MessageKind.COMMAND,
            TYPE,
            new MessageId(1, 2),
            new MessageId(3, 4),
            "{\"code\":\"85123A\",\"quantity\":6}");

    connected.peer().deliver(consumer, 77, 5, MessageBatch.single(command));

    assertThat(take(products)).isEqualTo(new Product("85123A", 6));
    Delivery delivery = take(deliveries);
    assertThat(delivery.id()).isEqualTo(new MessageId(1, 2));
    assertThat(delivery.type()).isEqualTo(TYPE);
    assertThat(delivery.key()).isNull();
    assertThat(delivery.correlationId()).isEqualTo(new MessageId(3, 4));
    assertThat(delivery.conversationId()).isEqualTo(new MessageId(3, 4));
    assertThat(delivery.causationId()).isNull();
    assertThat(delivery.headers()).isEmpty();
    assertThat(delivery.epoch()).isEqualTo(77);
    assertThat(delivery.sequence()).isEqualTo(5);
    assertThat(delivery.attempt()).isEqualTo(1);
    assertThat(delivery.storedAt()).isEqualTo(Instant.parse("2010-12-01T08:06:00Z"));
    assertThat(delivery.body(Product.class)).isEqualTo(new Product("85123A", 6));
    assertThat(delivery.isLeaseLost()).isFalse();
  }

  @Test
  void shouldEmitWithDerivedIdsAndTheConversation() throws InterruptedException {
    Connected connected = connect();
    start(
        connected,
        connected
            .client()
            .commandConsumer()
            .on(
                TYPE,
                String.class,
                (c, d) ->
                    CommandResult.complete("done")
                        .event(EVENT, "added")
                        .command(OutgoingMessage.of("billing.Bill", "bill").key("536365"))));
    MessageId parent = new MessageId(1, 2);

    connected.peer().deliver(consumer, 100, 1, MessageBatch.single(command(parent, "x")));

    Settlement.CompleteWith with =
        (Settlement.CompleteWith) settlements(connected.peer()).settlements().get(0);
    assertThat(new String(with.result().bytes(), UTF_8)).isEqualTo("done");
    List<Message> emitted = ScriptedBroker.messages(with.emitted());
    assertThat(emitted).hasSize(2);
    assertThat(emitted.get(0).kind()).isEqualTo(MessageKind.EVENT);
    assertThat(emitted.get(0).type()).isEqualTo(EVENT);
    assertThat(emitted.get(0).id()).isEqualTo(parent.child(0));
    assertThat(emitted.get(1).kind()).isEqualTo(MessageKind.COMMAND);
    assertThat(emitted.get(1).id()).isEqualTo(parent.child(1));
    assertThat(emitted.get(1).key()).isEqualTo("536365");
    assertThat(emitted)
        .allSatisfy(
            message -> {
              assertThat(message.correlationId()).isEqualTo(parent);
              assertThat(message.causationId()).isEqualTo(parent);
            });
  }

  @Test
  void shouldStampWhatAHandlerSends() throws InterruptedException {
    Connected connected = connect();
    ParleyClient client = connected.client();
    start(
        connected,
        client
            .commandConsumer()
            .on(
                TYPE,
                String.class,
                (c, d) -> {
                  client.publish("shop.cart.Noticed", "x");
                  return CommandResult.complete();
                }));
    Message command =
        message(MessageKind.COMMAND, TYPE, new MessageId(1, 2), new MessageId(3, 4), "x");

    connected.peer().deliver(consumer, 100, 1, MessageBatch.single(command));

    Request.Publish publish = connected.peer().await(Request.Publish.class);
    Message sent = ScriptedBroker.messages(publish.batch()).get(0);
    assertThat(sent.correlationId()).isEqualTo(new MessageId(3, 4));
    assertThat(sent.causationId()).isEqualTo(new MessageId(1, 2));
    connected.peer().confirm(publish);
    assertThat(settlements(connected.peer()).settlements())
        .containsExactly(new Settlement.Complete(100, 1, 1));
  }

  @Test
  void shouldSettleAsTheHandlerSays() throws InterruptedException {
    Connected connected = connect();
    start(
        connected,
        connected
            .client()
            .commandConsumer()
            .on(
                TYPE,
                String.class,
                (command, delivery) ->
                    switch (command) {
                      case "0" -> CommandResult.reject("FORBIDDEN", "no customer");
                      case "1" -> throw new RejectedException("INVALID", "price 0");
                      case "2" -> throw new IOException("reset");
                      case "3" -> CommandResult.fail("Busy", "later", Duration.ofSeconds(3));
                      case "4" -> CommandResult.deadLetter("Broken", "never");
                      case "5" -> CommandResult.release();
                      case "6" -> null;
                      default -> CommandResult.complete(new Object() {}.getClass());
                    }));

    connected.peer().deliver(consumer, 100, 0, commands(7));

    List<Settlement> said = settlements(connected.peer(), 7);
    assertThat(said)
        .containsExactlyInAnyOrder(
            new Settlement.Reject(100, 0, "FORBIDDEN", "no customer"),
            new Settlement.Reject(100, 1, "INVALID", "price 0"),
            new Settlement.Fail(100, 2, false, "java.io.IOException", "reset", -1),
            new Settlement.Fail(100, 3, false, "Busy", "later", 3_000),
            new Settlement.Fail(100, 4, true, "Broken", "never", -1),
            new Settlement.Release(100, 5, 1),
            new Settlement.Fail(
                100,
                6,
                false,
                "java.lang.IllegalStateException",
                "the handler returned null (expected: a CommandResult)",
                -1));
    assertThat(take(told.handlerFailures)).isInstanceOf(IOException.class);
    assertThat(take(told.handlerFailures)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldDeadLetterWhatNoRetryCanHelp() throws InterruptedException {
    Connected connected = connect();
    start(
        connected,
        connected
            .client()
            .commandConsumer()
            .on(TYPE, Product.class, (c, d) -> CommandResult.complete()));
    byte[] corrupt = MessageRecord.encode(command(new MessageId(7, 2), "{}"));
    corrupt[corrupt.length - 1] ^= 1;

    connected
        .peer()
        .deliver(consumer, 100, 1, MessageBatch.single(command(new MessageId(7, 0), "not json")));
    connected
        .peer()
        .deliver(
            consumer,
            100,
            2,
            MessageBatch.single(
                message(MessageKind.COMMAND, "shop.Unknown", new MessageId(7, 1), null, "x")));
    connected.peer().deliver(consumer, 100, 3, MessageBatch.of(corrupt, 1));

    List<Settlement> said = settlements(connected.peer(), 3);
    assertThat(said).allSatisfy(s -> assertThat(((Settlement.Fail) s).isFinal()).isTrue());
    assertThat(said.stream().map(s -> ((Settlement.Fail) s).errorClass()))
        .containsExactly("UNDECODABLE", "UNHANDLED_TYPE", "CORRUPT_MESSAGE");
    assertThat(((Settlement.Fail) said.get(1)).message()).contains("'shop.Unknown'");
  }

  @Test
  void shouldFailTheAttemptWhenItsResultIsRefused() throws InterruptedException {
    Connected connected = connect();
    start(
        connected,
        connected
            .client()
            .commandConsumer()
            .on(TYPE, String.class, (c, d) -> CommandResult.complete().event(TYPE, "wrong kind")));
    connected.peer().deliver(consumer, 100, 1, commands(1));

    Request.Settle settle = settlements(connected.peer());
    connected
        .peer()
        .settled(settle, new Response.SettleRefusal(0, 1, ErrorCode.WRONG_KIND, "is a command"));

    assertThat(settlements(connected.peer()).settlements())
        .containsExactly(new Settlement.Fail(100, 1, false, "WRONG_KIND", "is a command", -1));
    assertThat(take(told.settleRefusals).code()).isEqualTo(ErrorCode.WRONG_KIND);
  }

  @Test
  void shouldSettleAgainWhenTheBrokersStoreIsUnavailable() throws InterruptedException {
    Connected connected = connect();
    start(
        connected,
        connected
            .client()
            .commandConsumer()
            .on(TYPE, String.class, (c, d) -> CommandResult.complete()));
    connected.peer().deliver(consumer, 100, 1, commands(1));

    Request.Settle first = settlements(connected.peer());
    connected.peer().fail(first, ErrorCode.STORE_UNAVAILABLE, "disk full");

    assertThat(settlements(connected.peer()).settlements()).isEqualTo(first.settlements());
  }

  @Test
  void shouldBeInDoubtOfASettleThatTheStoreFailedOnAndThatIsOverWhenSaidAgain()
      throws InterruptedException {
    Connected connected = connect();
    BlockingQueue<CommandDelivery> deliveries = new LinkedBlockingQueue<>();
    start(connected, connected.client().commandConsumer().types(TYPE).manual(deliveries::add));
    connected.peer().deliver(consumer, 100, 1, commands(1));
    CompletableFuture<Void> done = take(deliveries).settleAsync(CommandResult.complete());

    Request.Settle first = settlements(connected.peer());
    connected.peer().fail(first, ErrorCode.STORE_UNAVAILABLE, "disk full");
    connected
        .peer()
        .settled(
            settlements(connected.peer()),
            new Response.SettleRefusal(0, 1, ErrorCode.ALREADY_SETTLED, "is completed"));

    assertThat(done)
        .failsWithin(LONG)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(SettleInDoubtException.class);
  }

  @Test
  void shouldLetAManualConsumerSettleWhenItSuits() throws InterruptedException {
    Connected connected = connect();
    BlockingQueue<CommandDelivery> deliveries = new LinkedBlockingQueue<>();
    start(connected, connected.client().commandConsumer().types(TYPE).manual(deliveries::add));
    connected.peer().deliver(consumer, 100, 1, commands(3));
    CommandDelivery first = take(deliveries);
    CommandDelivery second = take(deliveries);
    CommandDelivery third = take(deliveries);

    CompletableFuture<Void> done = third.settleAsync(CommandResult.complete());
    Request.Settle settle = settlements(connected.peer());
    assertThat(settle.settlements()).containsExactly(new Settlement.Complete(100, 3, 1));
    assertThat(settle.started()).isEqualTo(3);
    assertThat(done).isNotDone();
    connected.peer().settled(settle);
    assertThat(done).succeedsWithin(LONG);

    CompletableFuture<Void> late = first.settleAsync(CommandResult.fail("X", "y"));
    settle = settlements(connected.peer());
    connected
        .peer()
        .settled(settle, new Response.SettleRefusal(0, 1, ErrorCode.LEASE_LOST, "expired"));
    assertThat(failureOf(late)).isInstanceOf(LeaseLostException.class);

    second.settle(CommandResult.complete());
    assertThatThrownBy(() -> second.settle(CommandResult.complete()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("settled already");
  }

  @Test
  void shouldKeepTheLeasesOfAllInHand() throws InterruptedException {
    Connected connected = connect();
    BlockingQueue<Delivery> begun = new LinkedBlockingQueue<>();
    CountDownLatch release = new CountDownLatch(1);
    start(
        connected,
        connected
            .client()
            .commandConsumer()
            .on(
                TYPE,
                String.class,
                (c, d) -> {
                  begun.add(d);
                  release.await();
                  return CommandResult.complete();
                }));

    connected.peer().deliver(consumer, 100, 1, 300, commands(3));

    for (int i = 0; i < 2; i++) {
      Request.Settle extend = settlements(connected.peer());
      assertThat(extend.settlements()).containsExactly(new Settlement.Extend(100, 1, 3, 300));
      connected.peer().settled(extend);
    }
    Request.Settle extend = settlements(connected.peer());
    connected
        .peer()
        .settled(
            extend,
            new Response.SettleRefusal(0, 1, ErrorCode.LEASE_LOST, "1"),
            new Response.SettleRefusal(0, 2, ErrorCode.LEASE_LOST, "2"));
    assertThat(settlements(connected.peer()).settlements())
        .as("only what isn't lost is extended")
        .containsExactly(new Settlement.Extend(100, 3, 1, 300));
    assertThat(take(begun).isLeaseLost()).isTrue();
    release.countDown();
    assertThat(take(begun).sequence()).as("what was lost isn't begun").isEqualTo(3);
    assertThat(connected.peer().await(Request.Settle.class, s -> s.started() == 3).started())
        .isEqualTo(3);
  }

  @Test
  void shouldLeaveLeasesAloneWhereToldTo() throws InterruptedException {
    Connected connected = connect();
    BlockingQueue<CommandDelivery> deliveries = new LinkedBlockingQueue<>();
    start(
        connected,
        connected.client().commandConsumer().types(TYPE).autoExtend(false).manual(deliveries::add));
    connected.peer().deliver(consumer, 100, 1, 30, commands(1));

    CompletableFuture<Void> extended = take(deliveries).extend(Duration.ofMinutes(1));

    Request.Settle extend = settlements(connected.peer());
    assertThat(extend.settlements()).containsExactly(new Settlement.Extend(100, 1, 1, 60_000));
    connected.peer().settled(extend);
    assertThat(extended).succeedsWithin(LONG);
  }

  @Test
  void shouldRouteEventsByNameThenByWildcard() throws InterruptedException {
    Connected connected = connect();
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    CompletableFuture<Subscriber> starting =
        later(
            connected
                    .client()
                    .subscriber()
                    .subscription("billing")
                    .on("shop.>", String.class, (e, d) -> see(seen, "any " + d.type()))
                    .on("shop.cart.*", String.class, (e, d) -> see(seen, "cart " + d.type()))
                    .on(EVENT, String.class, (e, d) -> see(seen, "added"))
                ::start);
    Request.Subscribe subscribe = connected.peer().expect(Request.Subscribe.class);
    assertThat(subscribe.subscription()).isEqualTo("billing");
    assertThat(subscribe.patterns()).containsExactly("shop.>", "shop.cart.*", EVENT);
    connected.peer().ok(subscribe);
    starting.join();
    List<Message> events = new ArrayList<>();
    for (String type : List.of(EVENT, "shop.cart.Cleared", "other.Thing")) {
      events.add(message(MessageKind.EVENT, type, new MessageId(8, events.size()), null, "x"));
    }

    connected.peer().deliver(subscribe.consumer(), 5, 1, ScriptedBroker.batch(events));

    assertThat(take(seen)).isEqualTo("added");
    assertThat(take(seen)).isEqualTo("any shop.cart.Cleared");
    List<Settlement> said = new ArrayList<>();
    while (said.stream().noneMatch(Settlement.Fail.class::isInstance)) {
      said.addAll(settlements(connected.peer(), 1)); // the completions come in one range or in two
    }
    assertThat(said)
        .filteredOn(Settlement.Fail.class::isInstance)
        .singleElement()
        .isEqualTo(
            new Settlement.Fail(
                5, 3, true, "UNHANDLED_TYPE", "no handler for type 'other.Thing'", -1));
  }

  @Test
  void shouldFailAnEventWhoseHandlerTriesToReject() throws InterruptedException {
    Connected connected = connect();
    CompletableFuture<Subscriber> starting =
        later(
            connected
                    .client()
                    .subscriber()
                    .on(
                        EVENT,
                        String.class,
                        (e, d) -> {
                          throw new RejectedException("FORBIDDEN", "the past");
                        })
                ::start);
    Request.Subscribe subscribe = connected.peer().expect(Request.Subscribe.class);
    connected.peer().ok(subscribe);
    starting.join();

    connected
        .peer()
        .deliver(
            subscribe.consumer(),
            5,
            1,
            MessageBatch.single(message(MessageKind.EVENT, EVENT, new MessageId(8, 1), null, "x")));

    assertThat(settlements(connected.peer()).settlements())
        .containsExactly(
            new Settlement.Fail(5, 1, false, "io.parley.client.RejectedException", "the past", -1));
  }

  @Test
  void shouldMakeASubscriptionWithoutConsuming() throws InterruptedException {
    Connected connected = connect();
    CompletableFuture<Void> declaring =
        later(() -> connected.client().declareSubscription("stock", "shop.cart.*"));

    Request.Subscribe subscribe = connected.peer().expect(Request.Subscribe.class);
    assertThat(subscribe.consumer()).isZero();
    assertThat(subscribe.subscription()).isEqualTo("stock");
    assertThat(subscribe.patterns()).containsExactly("shop.cart.*");
    assertThat(subscribe.credit()).isZero();
    connected.peer().ok(subscribe);
    assertThat(declaring).succeedsWithin(LONG);
  }

  @Test
  void shouldEndAConnectionWhoseDeliveryIsNoRecords() throws InterruptedException {
    Connected connected = connect();
    start(
        connected,
        connected
            .client()
            .commandConsumer()
            .on(TYPE, String.class, (c, d) -> CommandResult.complete()));

    connected.peer().deliver(consumer, 100, 1, MessageBatch.of(new byte[40], 1));

    assertThat(take(told.disconnects).code()).isEqualTo(ErrorCode.MALFORMED_FRAME);
  }

  private void start(Connected connected, CommandConsumer.Builder builder)
      throws InterruptedException {
    CompletableFuture<CommandConsumer> starting = later(builder::start);
    Request.Consume consume = connected.peer().expect(Request.Consume.class);
    connected.peer().ok(consume);
    starting.join();
    assertThat(credit(connected.peer(), consume)).isPositive();
    consumer = consume.consumer();
  }

  private static EventResult see(BlockingQueue<String> seen, String what) {
    seen.add(what);
    return EventResult.complete();
  }

  /** The next settle frame that settles something. */
  private static Request.Settle settlements(ScriptedBroker.Peer peer) throws InterruptedException {
    return peer.await(Request.Settle.class, settle -> !settle.settlements().isEmpty());
  }

  /** As many settlements, from as many frames as it takes; each frame is answered. */
  private static List<Settlement> settlements(ScriptedBroker.Peer peer, int count)
      throws InterruptedException {
    List<Settlement> all = new ArrayList<>();
    while (all.size() < count) {
      Request.Settle settle = settlements(peer);
      all.addAll(settle.settlements());
      peer.settled(settle);
    }
    return all;
  }
}
