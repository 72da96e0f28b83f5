package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.Delivery;
import io.parley.client.EventDelivery;
import io.parley.client.EventResult;
import io.parley.client.LeaseLostException;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Settlement;
import io.parley.testkit.EmbeddedBroker;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A handling's end: the settle, the outcome and all that it emits, or nothing. */
class AtomicCompletionIT {
  private static final int MAX_ATTEMPTS = 3;

  private static EmbeddedBroker broker;

  private final String service = Fresh.name("cart");
  private final String area = Fresh.name("shop");
  private final String checkOut = area + ".CheckOut";
  private final String checkedOut = area + ".CheckedOut";
  private final String ship = area + ".Ship";
  private final String subscription = Fresh.name("billing");
  private final String shipping = Fresh.name("shipping");

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start(Settings.quickRetries(MAX_ATTEMPTS));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void shouldStoreResultEventsAndCommandsOfCompletion() throws Exception {
    Received<EventDelivery> events = new Received<>();
    Received<CommandDelivery> shipments = new Received<>();
    try (ParleyClient cart = client(service);
        ParleyClient billing = client(subscription);
        ParleyClient carrier = client(shipping);
        ParleyClient shop = client("shop")) {
      subscribe(billing, events);
      carry(carrier, shipments);
      cart.commandConsumer()
          .on(
              checkOut,
              String.class,
              (invoice, delivery) ->
                  CommandResult.complete("total of " + invoice)
                      .event(checkedOut, "first " + invoice)
                      .command(ship, invoice)
                      .event(checkedOut, "second " + invoice))
          .start();

      MessageId id = shop.send(OutgoingMessage.of(checkOut, "536365").trackOutcome());

      Outcome outcome = shop.awaitOutcome(id, Await.PATIENCE);
      assertThat(outcome.status()).isEqualTo(OutcomeStatus.COMPLETED);
      assertThat(text(outcome)).isEqualTo("total of 536365");
      List<EventDelivery> emitted = events.next(2);
      CommandDelivery shipment = shipments.next();
      assertThat(emitted.get(0).body(String.class)).isEqualTo("first 536365");
      assertThat(emitted.get(1).body(String.class)).isEqualTo("second 536365");
      assertThat(shipment.body(String.class)).isEqualTo("536365");
      // The same whenever the command is handled again.
      assertThat(emitted.get(0).id()).isEqualTo(id.child(0));
      assertThat(shipment.id()).isEqualTo(id.child(1));
      assertThat(emitted.get(1).id()).isEqualTo(id.child(2));
      for (Delivery each : List.of(emitted.get(0), emitted.get(1), shipment)) {
        assertThat(each.causationId()).isEqualTo(id);
        assertThat(each.correlationId()).isEqualTo(id);
      }
      emitted.forEach(event -> event.settle(EventResult.complete()));
      shipment.settle(CommandResult.complete());
    }
  }

  @Test
  void shouldStoreNothingIfOneEmittedMessageIsRefused() throws Exception {
    Received<EventDelivery> events = new Received<>();
    Received<CommandDelivery> shipments = new Received<>();
    try (ParleyClient cart = client(service);
        ParleyClient billing = client(subscription);
        ParleyClient carrier = client(shipping);
        ParleyClient shop = client("shop")) {
      subscribe(billing, events);
      carry(carrier, shipments);
      AtomicInteger handlings = new AtomicInteger();
      cart.commandConsumer()
          .on(
              checkOut,
              String.class,
              (invoice, delivery) -> {
                handlings.incrementAndGet();
                return CommandResult.complete("total")
                    .event(checkedOut, invoice)
                    .command(ship, invoice)
                    // A type of commands for ever.
                    .event(ship, invoice);
              })
          .start();

      Outcome outcome = shop.sendAndAwait(OutgoingMessage.of(checkOut, "536365"), Await.PATIENCE);

      assertThat(outcome.status()).isEqualTo(OutcomeStatus.DEAD_LETTERED);
      assertThat(outcome.code()).isEqualTo("WRONG_KIND");
      assertThat(outcome.reason()).contains(ship);
      assertThat(handlings).hasValue(MAX_ATTEMPTS);
      // Whatever was stored before comes before these.
      shop.publish(checkedOut, "last event");
      shop.send(ship, "last command");
      EventDelivery event = events.next();
      assertThat(event.body(String.class)).isEqualTo("last event");
      event.settle(EventResult.complete());
      CommandDelivery shipment = shipments.next();
      assertThat(shipment.body(String.class)).isEqualTo("last command");
      shipment.settle(CommandResult.complete());
    }
  }

  /** On the wire: the client fails the attempt by itself. */
  @Test
  void shouldLeaveMessageLeasedWhenItsCompletionIsRefused() throws Exception {
    try (WireClient cart = WireClient.welcomed(broker.port(), service)) {
      cart.write(new Request.Consume(2, 1, "", List.of(checkOut), 1, 0));
      Response.Ok unused = cart.read(Response.Ok.class);
      cart.write(
          new Request.Send(
              3,
              1,
              MessageBatch.single(WireClient.message(MessageKind.COMMAND, checkOut, "536365"))));
      Response.Confirm alsoUnused = cart.read(Response.Confirm.class);
      Push.Deliver deliver = cart.read(Push.Deliver.class);
      long sequence = deliver.segments().get(0).firstSequence();
      MessageBatch impossible =
          batch(
              MessageRecord.encode(WireClient.message(MessageKind.EVENT, checkedOut, "536365")),
              MessageRecord.encode(WireClient.message(MessageKind.EVENT, checkOut, "536365")));

      cart.write(
          new Request.Settle(
              4,
              1,
              1,
              List.of(new Settlement.CompleteWith(deliver.epoch(), sequence, null, impossible))));
      List<Response.SettleRefusal> refusals = cart.read(Response.Settled.class).refusals();
      assertThat(refusals).hasSize(1);
      assertThat(refusals.get(0).code()).isEqualTo(ErrorCode.WRONG_KIND);
      assertThat(refusals.get(0).sequence()).isEqualTo(sequence);
      assertThat(refusals.get(0).message()).contains("emitted message 1").contains(checkOut);

      cart.write(
          new Request.Settle(
              5, 1, 1, List.of(new Settlement.Complete(deliver.epoch(), sequence, 1))));
      assertThat(cart.read(Response.Settled.class).refusals()).isEmpty();
    }
  }

  @Test
  void shouldEmitNothingForHolderThatLostItsLease() throws Exception {
    Received<EventDelivery> events = new Received<>();
    Received<CommandDelivery> received = new Received<>();
    try (ParleyClient cart = client(service);
        ParleyClient billing = client(subscription);
        ParleyClient shop = client("shop")) {
      subscribe(billing, events);
      cart.commandConsumer()
          .types(checkOut)
          .lease(Duration.ofSeconds(1))
          .autoExtend(false)
          .manual(received::add)
          .start();
      MessageId id = shop.send(checkOut, "536365");
      CommandDelivery late = received.next();
      CommandDelivery again = received.next();
      assertThat(again.epoch()).isGreaterThan(late.epoch());

      assertThat(
              Await.failure(
                  late.settleAsync(CommandResult.complete().event(checkedOut, "too late"))))
          .isInstanceOf(LeaseLostException.class);
      Await.result(again.settleAsync(CommandResult.complete().event(checkedOut, "in time")));

      EventDelivery event = events.next();
      assertThat(event.body(String.class)).isEqualTo("in time");
      assertThat(event.id()).isEqualTo(id.child(0));
      event.settle(EventResult.complete());
      shop.publish(checkedOut, "last event");
      EventDelivery last = events.next();
      assertThat(last.body(String.class)).isEqualTo("last event");
      last.settle(EventResult.complete());
    }
  }

  @Test
  void shouldEmitOnceWithSameIdsWhenInstanceDiesBeforeItsCompletion() throws Exception {
    Received<EventDelivery> events = new Received<>();
    CountDownLatch handling = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    try (ParleyClient billing = client(subscription);
        ParleyClient shop = client("shop")) {
      subscribe(billing, events);
      ParleyClient dying = client(service);
      dying
          .commandConsumer()
          .on(
              checkOut,
              String.class,
              (invoice, delivery) -> {
                handling.countDown();
                Await.latch("the end of this instance", never);
                return CommandResult.complete().event(checkedOut, "from the dead");
              })
          .start();
      MessageId id = shop.send(checkOut, "536365");
      Await.latch("handling began", handling);
      dying.abort();
      try (ParleyClient cart = client(service)) {
        cart.commandConsumer()
            .on(
                checkOut,
                String.class,
                (invoice, delivery) ->
                    CommandResult.complete().event(checkedOut, "from the living"))
            .start();

        EventDelivery event = events.next();
        assertThat(event.body(String.class)).isEqualTo("from the living");
        assertThat(event.id()).isEqualTo(id.child(0));
        event.settle(EventResult.complete());
        shop.publish(checkedOut, "last event");
        EventDelivery last = events.next();
        assertThat(last.body(String.class)).isEqualTo("last event");
        last.settle(EventResult.complete());
      }
    }
  }

  @Test
  void shouldStampConversationAndCauseFromCommandToEventToCommand() throws Exception {
    Received<CommandDelivery> shipments = new Received<>();
    Received<Delivery> billed = new Received<>();
    String bill = area + ".Bill";
    try (ParleyClient cart = client(service);
        ParleyClient billing = client(subscription);
        ParleyClient carrier = client(shipping);
        ParleyClient shop = client("shop")) {
      carry(carrier, shipments);
      cart.commandConsumer()
          .on(
              checkOut,
              String.class,
              (invoice, delivery) -> CommandResult.complete().event(checkedOut, invoice))
          .start();
      billing
          .commandConsumer()
          .on(
              bill,
              String.class,
              (invoice, delivery) -> {
                billed.add(delivery);
                return CommandResult.complete();
              })
          .start();
      billing
          .subscriber()
          .on(
              checkedOut,
              String.class,
              (invoice, delivery) -> {
                // By the client itself, not with the completion: stamped all the same.
                billing.send(bill, invoice);
                return EventResult.complete().command(ship, invoice);
              })
          .start();

      MessageId id = shop.send(checkOut, "536365");

      CommandDelivery shipment = shipments.next();
      assertThat(shipment.correlationId()).isEqualTo(id);
      assertThat(shipment.causationId()).isEqualTo(id.child(0));
      assertThat(shipment.id()).isEqualTo(id.child(0).child(0));
      shipment.settle(CommandResult.complete());
      Delivery bills = billed.next();
      assertThat(bills.correlationId()).isEqualTo(id);
      assertThat(bills.causationId()).isEqualTo(id.child(0));
    }
  }

  private static ParleyClient client(String service) {
    return ParleyClient.connect(broker.uri(), service);
  }

  private void subscribe(ParleyClient client, Received<EventDelivery> received) {
    client.subscriber().patterns(checkedOut).manual(received::add).start();
  }

  private void carry(ParleyClient client, Received<CommandDelivery> received) {
    client.commandConsumer().types(ship).manual(received::add).start();
  }

  private static MessageBatch batch(byte[]... records) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] record : records) {
      all.writeBytes(record);
    }
    return MessageBatch.of(all.toByteArray(), records.length);
  }

  private static String text(Outcome outcome) {
    return new String(outcome.result().bytes(), StandardCharsets.UTF_8);
  }
}
