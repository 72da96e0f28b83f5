package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.parley.client.CommandConsumer;
import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.Delivery;
import io.parley.client.LeaseLostException;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.client.RejectedException;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.testkit.EmbeddedBroker;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Commands, from their sender to what becomes of them. */
@Execution(ExecutionMode.CONCURRENT) // most of them wait for a lease to end
class CommandsIT {
  private static final int MAX_ATTEMPTS = 3;
  private static final Duration SHORTEST_LEASE = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Await.PATIENCE;

  private static EmbeddedBroker broker;

  private final String service = Fresh.name("cart");
  private final String type = Fresh.type("AddProduct");

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start(Settings.quickRetries(MAX_ATTEMPTS));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  // ---- sending

  @Test
  void shouldHandOverCommandWithEverythingItsSenderSaid() throws Exception {
    Received<CommandDelivery> received = new Received<>();
    MessageId conversation = WireClient.randomId();
    MessageId cause = WireClient.randomId();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      consume(cart, received);

      Instant before = Instant.now();
      MessageId id =
          shop.send(
              OutgoingMessage.of(type, "lantern")
                  .key("536365")
                  .header("country", "France")
                  .correlationId(conversation)
                  .causationId(cause));

      CommandDelivery delivery = received.next();
      assertThat(delivery.id()).isEqualTo(id);
      assertThat(delivery.type()).isEqualTo(type);
      assertThat(delivery.body(String.class)).isEqualTo("lantern");
      assertThat(delivery.key()).isEqualTo("536365");
      assertThat(delivery.headers()).isEqualTo(Map.of("country", "France"));
      assertThat(delivery.correlationId()).isEqualTo(conversation);
      assertThat(delivery.causationId()).isEqualTo(cause);
      assertThat(delivery.contentType()).startsWith("text/plain");
      assertThat(delivery.attempt()).isEqualTo(1);
      assertThat(delivery.storedAt())
          .isBetween(before.minusSeconds(5), Instant.now().plusMillis(1));
      Await.result(delivery.settleAsync(CommandResult.complete()));
    }
  }

  @Test
  void shouldStoreCommandsSentAsyncInOrderAndHandThemOverInThatOrder() throws Exception {
    int count = 5_000;
    Received<String> received = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      collect(cart, received);

      List<CompletableFuture<MessageId>> confirms = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        confirms.add(shop.sendAsync(type, "product " + i));
      }
      for (CompletableFuture<MessageId> confirm : confirms) {
        assertThat(Await.result(confirm)).isNotNull();
      }
      assertThat(received.next(count))
          .containsExactlyElementsOf(
              IntStream.range(0, count).mapToObj(i -> "product " + i).toList());
    }
  }

  @Test
  void shouldStoreCommandsNobodyOwnsAndHandThemOverInOrderOnceSomebodyDoes() throws Exception {
    Received<String> received = new Received<>();
    try (ParleyClient shop = client("shop")) {
      for (int i = 0; i < 100; i++) {
        assertThat(shop.send(type, "product " + i)).isNotNull();
      }
    }
    try (ParleyClient cart = client(service)) {
      collect(cart, received);

      assertThat(received.next(100))
          .containsExactlyElementsOf(
              IntStream.range(0, 100).mapToObj(i -> "product " + i).toList());
    }
  }

  @Test
  void shouldRefuseSecondServiceForTypeAndNameItsOwner() {
    try (ParleyClient cart = client(service);
        ParleyClient thief = client(Fresh.name("thief"))) {
      collect(cart, new Received<>());
      assertThatExceptionOfType(ParleyException.class)
          .isThrownBy(() -> collect(thief, new Received<>()).close())
          .withMessageContaining(service)
          .withMessageContaining(type)
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.OWNED_BY));
    }
  }

  @Test
  void shouldStoreCommandOnceThatIsSentTwiceWithItsId() throws Exception {
    Received<String> received = new Received<>();
    MessageId id = WireClient.randomId();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      collect(cart, received);

      assertThat(shop.send(OutgoingMessage.of(type, "once").id(id))).isEqualTo(id);
      assertThat(shop.send(OutgoingMessage.of(type, "again").id(id))).isEqualTo(id);
      shop.send(type, "next");

      assertThat(received.next(2)).containsExactly("once", "next");
    }
  }

  @Test
  void shouldNotHandOverDelayedCommandBeforeItsTime() throws Exception {
    Received<CommandDelivery> received = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      consume(cart, received);

      Instant notBefore = Instant.now().plusMillis(500);
      shop.send(OutgoingMessage.of(type, "later").notBefore(notBefore));

      CommandDelivery delivery = received.next();
      assertThat(Instant.now()).isAfterOrEqualTo(Instant.ofEpochMilli(notBefore.toEpochMilli()));
      assertThat(delivery.attempt()).isEqualTo(1);
      Await.result(delivery.settleAsync(CommandResult.complete()));
    }
  }

  @Test
  void shouldHandOverHighestPriorityFirst() throws Exception {
    Received<String> received = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      shop.send(OutgoingMessage.of(type, "plain"));
      shop.send(OutgoingMessage.of(type, "low").priority(1));
      shop.send(OutgoingMessage.of(type, "high").priority(9));

      collect(cart, received);

      assertThat(received.next(3)).containsExactly("high", "low", "plain");
    }
  }

  @Test
  void shouldHandOverOtherCommandsWhileDelayedOneWaits() throws Exception {
    Received<String> received = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      collect(cart, received);

      shop.send(OutgoingMessage.of(type, "tomorrow").delay(Duration.ofDays(1)));
      shop.send(type, "now");

      assertThat(received.next()).isEqualTo("now");
      assertThat(received.rest()).isEmpty();
    }
  }

  // ---- competing

  @Test
  void shouldShareCommandsAmongCompetingConsumers() throws Exception {
    int count = 200;
    Set<String> handled = ConcurrentHashMap.newKeySet();
    CountDownLatch all = new CountDownLatch(count);
    CountDownLatch bothAtWork = new CountDownLatch(2);
    try (ParleyClient shop = client("shop");
        ParleyClient one = client(service);
        ParleyClient other = client(service)) {
      for (ParleyClient instance : List.of(one, other)) {
        AtomicInteger handledHere = new AtomicInteger();
        instance
            .commandConsumer()
            .credit(4)
            .on(
                type,
                String.class,
                (product, delivery) -> {
                  if (handledHere.getAndIncrement() == 0) {
                    // Keeps its first until the other has one too: or the faster might take all.
                    bothAtWork.countDown();
                    Await.latch("both consumers have a command", bothAtWork);
                  }
                  assertThat(handled.add(product)).as("first handling of %s", product).isTrue();
                  all.countDown();
                  return CommandResult.complete();
                })
            .start();
      }
      for (int i = 0; i < count; i++) {
        var unused = shop.sendAsync(type, "product " + i);
      }
      Await.latch("all handled", all);
      assertThat(handled).hasSize(count);
    }
  }

  /** On the wire, where it can be seen what did not come. */
  @Test
  void shouldDeliverNoMoreThanCredit() throws Exception {
    try (WireClient cart = WireClient.welcomed(broker.port(), service)) {
      cart.write(new Request.Consume(2, 7, "", List.of(type), 3, 0));
      assertThat(cart.read(Response.Ok.class).correlation()).isEqualTo(2);
      cart.write(new Request.Send(3, 1, batch(10)));

      assertThat(cart.read(Response.Confirm.class).refusals()).isEmpty();
      assertThat(delivered(cart, 3)).isEqualTo(1);
      assertNothingMoreComes(cart, 4);

      cart.write(new Request.Credit(0, 7, 2));
      assertThat(delivered(cart, 2)).isEqualTo(4);
      assertNothingMoreComes(cart, 14);
    }
  }

  /** Waits for so many messages, and tells the sequence of the first. */
  private static long delivered(WireClient client, int expected) throws Exception {
    long first = 0;
    int count = 0;
    while (count < expected) {
      for (Push.Segment segment : client.read(Push.Deliver.class).segments()) {
        first = first == 0 ? segment.firstSequence() : first;
        count += segment.batch().count();
      }
    }
    assertThat(count).isEqualTo(expected);
    return first;
  }

  /** Several rounds of the broker's in which it could have delivered more. */
  private static void assertNothingMoreComes(WireClient client, int correlation) throws Exception {
    for (int round = 0; round < 10; round++) {
      client.write(new Request.GetOutcome(correlation + round, WireClient.randomId(), 0));
      assertThat(client.read(Response.OutcomeIs.class).correlation())
          .isEqualTo(correlation + round);
    }
  }

  private MessageBatch batch(int count) {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      Message message = WireClient.message(MessageKind.COMMAND, type, "product " + i);
      records.writeBytes(MessageRecord.encode(message));
    }
    return MessageBatch.of(records.toByteArray(), count);
  }

  @Test
  void shouldHandleCommandsOfOneKeyOneAtATimeAndInOrderWhateverTheConsumers() throws Exception {
    int keys = 10;
    int perKey = 60;
    Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
    Map<String, List<Integer>> handled = new ConcurrentHashMap<>();
    Set<String> mistakes = ConcurrentHashMap.newKeySet();
    CountDownLatch all = new CountDownLatch(keys * perKey);
    Set<String> failedOnce = ConcurrentHashMap.newKeySet();
    try (ParleyClient shop = client("shop");
        ParleyClient one = client(service);
        ParleyClient other = client(service)) {
      for (ParleyClient instance : List.of(one, other)) {
        instance
            .commandConsumer()
            .credit(16)
            .concurrency(4)
            .on(
                type,
                String.class,
                (number, delivery) -> {
                  String key = String.valueOf(delivery.key());
                  AtomicInteger ofKey = running.computeIfAbsent(key, k -> new AtomicInteger());
                  if (ofKey.incrementAndGet() > 1) {
                    mistakes.add("two of key " + key + " at a time");
                  }
                  try {
                    if (number.endsWith("5") && failedOnce.add(key + "/" + number)) {
                      return CommandResult.fail("Busy", "try again");
                    }
                    handled
                        .computeIfAbsent(key, k -> new ArrayList<>())
                        .add(Integer.valueOf(number));
                    all.countDown();
                    return CommandResult.complete();
                  } finally {
                    ofKey.decrementAndGet();
                  }
                })
            .start();
      }
      for (int i = 0; i < perKey; i++) {
        for (int key = 0; key < keys; key++) {
          var unused = shop.sendAsync(OutgoingMessage.of(type, "" + i).key("key " + key));
        }
      }
      Await.latch("all handled", all);
    }
    assertThat(mistakes).isEmpty();
    List<Integer> inOrder = IntStream.range(0, perKey).boxed().toList();
    assertThat(handled).hasSize(keys).allSatisfy((key, of) -> assertThat(of).isEqualTo(inOrder));
  }

  @Test
  void shouldBlockOnlyTheKeyOfCommandThatWaitsForItsRetry() throws Exception {
    Received<CommandDelivery> received = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      consume(cart, received);

      for (String each : List.of("a1", "a2", "b1")) {
        shop.send(OutgoingMessage.of(type, each).key(each.substring(0, 1)));
      }
      shop.send(type, "without key");
      List<CommandDelivery> first = received.next(3);
      assertThat(first.stream().map(delivery -> delivery.body(String.class)))
          .containsExactly("a1", "b1", "without key");
      first.get(0).settle(CommandResult.fail("Busy", "later", Duration.ofMillis(300)));

      CommandDelivery again = received.next();
      assertThat(again.body(String.class)).isEqualTo("a1");
      assertThat(again.attempt()).isEqualTo(2);
      again.settle(CommandResult.complete());
      CommandDelivery next = received.next();
      assertThat(next.body(String.class)).isEqualTo("a2");
      List.of(next, first.get(1), first.get(2))
          .forEach(delivery -> delivery.settle(CommandResult.complete()));
    }
  }

  // ---- leases

  @Test
  void shouldKeepLeaseOfHandlerThatTakesLongerThanIt() throws Exception {
    AtomicInteger handlings = new AtomicInteger();
    CountDownLatch leaseWouldBeOver = new CountDownLatch(1);
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service);
        ParleyClient competitor = client(service);
        ParleyClient clock = clock(leaseWouldBeOver)) {
      for (ParleyClient instance : List.of(cart, competitor)) {
        instance
            .commandConsumer()
            .lease(SHORTEST_LEASE)
            .on(
                type,
                String.class,
                (product, delivery) -> {
                  handlings.incrementAndGet();
                  Await.latch("the lease's time", leaseWouldBeOver);
                  return CommandResult.complete(delivery.attempt() + ". attempt");
                })
            .start();
      }
      CompletableFuture<Outcome> outcome =
          shop.sendAndAwaitAsync(OutgoingMessage.of(type, "lantern"), PATIENCE);
      shop.send(
          OutgoingMessage.of(clock.service() + ".Ring", "").delay(SHORTEST_LEASE.multipliedBy(3)));

      assertThat(text(Await.result(outcome))).isEqualTo("1. attempt");
      assertThat(handlings).hasValue(1);
    }
  }

  @Test
  void shouldRedeliverWithHigherEpochWhenLeaseEndsAndRefuseLateSettle() throws Exception {
    Received<CommandDelivery> received = new Received<>();
    Received<CommandDelivery> competing = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient slow = client(service);
        ParleyClient competitor = client(service)) {
      slow.commandConsumer()
          .types(type)
          .lease(SHORTEST_LEASE.multipliedBy(2))
          .autoExtend(false)
          .manual(received::add)
          .start();
      CompletableFuture<Outcome> outcome =
          shop.sendAndAwaitAsync(OutgoingMessage.of(type, "lantern"), PATIENCE);
      CommandDelivery late = received.next();
      awaitStartedIsTold(slow);
      competitor.commandConsumer().credit(1).manual(competing::add).start();
      // The slow one competes too: it must not take the lease again.
      CommandDelivery again = nextOfEither(received, competing);

      assertThat(again.id()).isEqualTo(late.id());
      assertThat(again.sequence()).isEqualTo(late.sequence());
      assertThat(again.epoch()).isGreaterThan(late.epoch());
      assertThat(again.attempt()).isEqualTo(2);

      assertThat(Await.failure(late.settleAsync(CommandResult.complete("late"))))
          .isInstanceOf(LeaseLostException.class);
      assertThat(outcome).isNotDone();
      Await.result(again.settleAsync(CommandResult.complete("in time")));
      assertThat(text(Await.result(outcome))).isEqualTo("in time");
    }
  }

  @Test
  void shouldNotRedeliverWhileHolderExtendsItsLeaseByHand() throws Exception {
    Received<CommandDelivery> received = new Received<>();
    CountDownLatch leaseWouldBeOver = new CountDownLatch(1);
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service);
        ParleyClient clock = clock(leaseWouldBeOver)) {
      cart.commandConsumer()
          .types(type)
          .lease(SHORTEST_LEASE)
          .autoExtend(false)
          .manual(received::add)
          .start();
      shop.send(type, "lantern");
      CommandDelivery delivery = received.next();
      Await.result(delivery.extend(Duration.ofSeconds(30)));
      shop.send(
          OutgoingMessage.of(clock.service() + ".Ring", "").delay(SHORTEST_LEASE.multipliedBy(2)));
      Await.latch("the lease's time", leaseWouldBeOver);

      Await.result(delivery.settleAsync(CommandResult.complete()));
      assertThat(received.rest()).isEmpty();
    }
  }

  /** A client whose command {@code Ring}, sent with a delay, tells that its time has passed. */
  private ParleyClient clock(CountDownLatch ring) {
    ParleyClient clock = client(Fresh.name("clock"));
    clock
        .commandConsumer()
        .on(
            clock.service() + ".Ring",
            String.class,
            (nothing, delivery) -> {
              ring.countDown();
              return CommandResult.complete();
            })
        .start();
    return clock;
  }

  private static CommandDelivery nextOfEither(
      Received<CommandDelivery> one, Received<CommandDelivery> other) throws InterruptedException {
    Await.until("redelivery", () -> !one.rest().isEmpty() || !other.rest().isEmpty());
    return one.rest().isEmpty() ? other.next() : one.next();
  }

  // ---- settling and what becomes of a command

  @Test
  void shouldTellSenderResultOfCompletedCommand() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      handle(cart, (product, delivery) -> CommandResult.complete(product + " added"));

      Outcome outcome = shop.sendAndAwait(OutgoingMessage.of(type, "lantern"), PATIENCE);

      assertThat(outcome.status()).isEqualTo(OutcomeStatus.COMPLETED);
      assertThat(text(outcome)).isEqualTo("lantern added");
      assertThat(outcome.atMs()).isPositive();
    }
  }

  @Test
  void shouldRejectForGoodWithCodeAndReason() throws Exception {
    AtomicInteger handlings = new AtomicInteger();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      handle(
          cart,
          (product, delivery) -> {
            handlings.incrementAndGet();
            if (product.equals("thrown")) {
              throw new RejectedException(CommandResult.NOT_ALLOWED_NOW, "checked out");
            }
            return CommandResult.reject(CommandResult.FORBIDDEN, "no customer");
          });

      Outcome returned = shop.sendAndAwait(OutgoingMessage.of(type, "returned"), PATIENCE);
      assertThat(returned.status()).isEqualTo(OutcomeStatus.REJECTED);
      assertThat(returned.code()).isEqualTo("FORBIDDEN");
      assertThat(returned.reason()).isEqualTo("no customer");

      Outcome thrown = shop.sendAndAwait(OutgoingMessage.of(type, "thrown"), PATIENCE);
      assertThat(thrown.status()).isEqualTo(OutcomeStatus.REJECTED);
      assertThat(thrown.code()).isEqualTo("NOT_ALLOWED_NOW");
      assertThat(thrown.reason()).isEqualTo("checked out");
      assertThat(handlings).hasValue(2);
    }
  }

  @Test
  void shouldTryFailedCommandAgainUntilItCompletes() throws Exception {
    Received<Integer> attempts = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      handle(
          cart,
          (product, delivery) -> {
            attempts.add(delivery.attempt());
            return delivery.attempt() < MAX_ATTEMPTS
                ? CommandResult.fail("Busy", "try again")
                : CommandResult.complete("at last");
          });

      Outcome outcome = shop.sendAndAwait(OutgoingMessage.of(type, "lantern"), PATIENCE);

      assertThat(text(outcome)).isEqualTo("at last");
      assertThat(attempts.rest()).containsExactly(1, 2, 3);
    }
  }

  @Test
  void shouldSetCommandAsideAfterItsLastAttempt() throws Exception {
    AtomicInteger handlings = new AtomicInteger();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      handle(
          cart,
          (product, delivery) -> {
            handlings.incrementAndGet();
            throw new IllegalStateException("no stock");
          });

      Outcome outcome = shop.sendAndAwait(OutgoingMessage.of(type, "lantern"), PATIENCE);

      assertThat(outcome.status()).isEqualTo(OutcomeStatus.DEAD_LETTERED);
      assertThat(outcome.code()).isEqualTo(IllegalStateException.class.getName());
      assertThat(outcome.reason()).isEqualTo("no stock");
      assertThat(handlings).hasValue(MAX_ATTEMPTS);
    }
  }

  @Test
  void shouldSetUndecodableCommandAsideAtOnce() {
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      cart.commandConsumer()
          .on(type, Product.class, (product, delivery) -> CommandResult.complete())
          .start();

      Outcome outcome = shop.sendAndAwait(OutgoingMessage.of(type, "no JSON"), PATIENCE);

      assertThat(outcome.status()).isEqualTo(OutcomeStatus.DEAD_LETTERED);
      assertThat(outcome.code()).isEqualTo("UNDECODABLE");
      assertThat(outcome.reason()).contains(Product.class.getSimpleName());
    }
  }

  @Test
  void shouldSetCommandOfUnhandledTypeAsideAtOnce() {
    String forgotten = Fresh.type("RemoveProduct");
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      cart.commandConsumer().types(type, forgotten).manual(delivery -> {}).start().close();
      handle(cart, (product, delivery) -> CommandResult.complete());

      Outcome outcome = shop.sendAndAwait(OutgoingMessage.of(forgotten, "lantern"), PATIENCE);

      assertThat(outcome.status()).isEqualTo(OutcomeStatus.DEAD_LETTERED);
      assertThat(outcome.code()).isEqualTo("UNHANDLED_TYPE");
      assertThat(outcome.reason()).contains(forgotten);
    }
  }

  @Test
  void shouldNotCountReleasedHandling() throws Exception {
    Received<CommandDelivery> received = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      consume(cart, received);

      shop.send(type, "lantern");
      long epoch = 0;
      for (int i = 0; i < 2 * MAX_ATTEMPTS; i++) {
        CommandDelivery delivery = received.next();
        assertThat(delivery.attempt()).isEqualTo(1);
        assertThat(delivery.epoch()).isGreaterThan(epoch);
        epoch = delivery.epoch();
        delivery.settle(CommandResult.release());
      }
      Await.result(received.next().settleAsync(CommandResult.complete()));
    }
  }

  @Test
  void shouldCountHandlingThatConnectionLostAndNotWhatWasOnlyPrefetched() throws Exception {
    Received<CommandDelivery> crashing = new Received<>();
    Received<CommandDelivery> received = new Received<>();
    CountDownLatch never = new CountDownLatch(1);
    try (ParleyClient shop = client("shop");
        ParleyClient crash = client(service);
        ParleyClient cart = client(service)) {
      crash
          .commandConsumer()
          .types(type)
          .credit(10)
          .manual(
              delivery -> {
                crashing.add(delivery);
                awaitQuietly(never); // the others stay prefetched
              })
          .start();
      for (int i = 0; i < 5; i++) {
        shop.send(type, "product " + i);
      }
      CommandDelivery started = crashing.next();
      awaitStartedIsTold(crash);
      crash.abort();
      consume(cart, received);

      Set<String> counted = new HashSet<>();
      for (CommandDelivery delivery : received.next(5)) {
        if (delivery.attempt() == 2) {
          counted.add(delivery.body(String.class));
        } else {
          assertThat(delivery.attempt()).isEqualTo(1);
        }
        delivery.settle(CommandResult.complete());
      }
      assertThat(counted).containsExactly(started.body(String.class));
    }
  }

  @Test
  void shouldCountNothingWhenConsumerIsDeployedAnew() throws Exception {
    Received<CommandDelivery> old = new Received<>();
    Received<CommandDelivery> received = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      for (int i = 0; i < 20; i++) {
        shop.send(type, "product " + i);
      }
      ParleyClient before = client(service);
      CountDownLatch closing = new CountDownLatch(1);
      before
          .commandConsumer()
          .types(type)
          .credit(20)
          .manual(
              delivery -> {
                old.add(delivery);
                awaitQuietly(closing);
                delivery.settle(CommandResult.complete());
              })
          .start();
      CommandDelivery inHand = old.next();
      CompletableFuture<Void> closed = CompletableFuture.runAsync(before::close);
      consume(cart, received);
      // What was prefetched comes back while the old one still has its first in hand.
      List<CommandDelivery> rest = received.next(19);
      closing.countDown();
      Await.result(closed);

      assertThat(inHand.body(String.class)).isEqualTo("product 0");
      assertThat(old.rest()).isEmpty();
      assertThat(rest).allSatisfy(delivery -> assertThat(delivery.attempt()).isEqualTo(1));
      assertThat(rest.stream().map(delivery -> delivery.body(String.class)))
          .containsExactlyElementsOf(IntStream.range(1, 20).mapToObj(i -> "product " + i).toList());
      rest.forEach(delivery -> delivery.settle(CommandResult.complete()));
      assertThat(received.rest()).isEmpty();
    }
  }

  @Test
  void shouldSetCommandAsideWhoseHandlingEndsItsConnectionEachTime() throws Exception {
    try (ParleyClient shop = client("shop")) {
      CompletableFuture<Outcome> outcome =
          shop.sendAndAwaitAsync(OutgoingMessage.of(type, "poison"), PATIENCE);
      for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        Received<CommandDelivery> received = new Received<>();
        ParleyClient crash = client(service);
        consume(crash, received);
        assertThat(received.next().attempt()).isEqualTo(attempt);
        awaitStartedIsTold(crash);
        crash.abort();
      }
      Outcome ended = Await.result(outcome);
      assertThat(ended.status()).isEqualTo(OutcomeStatus.DEAD_LETTERED);
      assertThat(ended.code()).isEqualTo("CONNECTION_LOST");
    }
  }

  @Test
  void shouldKnowOutcomesLaterByIdAndAfterRestart() {
    try (EmbeddedBroker restarted = EmbeddedBroker.start(Settings.quickRetries(1));
        ParleyClient cart = ParleyClient.connect(restarted.uri(), service)) {
      handle(
          cart,
          (what, delivery) ->
              switch (what) {
                case "complete" -> CommandResult.complete("done");
                case "reject" -> CommandResult.reject(CommandResult.INVALID, "no price");
                default -> CommandResult.fail("Broken", "for ever");
              });

      MessageId completed;
      MessageId rejected;
      MessageId failed;
      MessageId untracked;
      try (ParleyClient shop = ParleyClient.connect(restarted.uri(), "shop")) {
        untracked = shop.send(type, "complete");
        completed = shop.send(OutgoingMessage.of(type, "complete").trackOutcome());
        rejected = shop.send(type, "reject");
        failed = shop.send(type, "fail");
        assertThat(shop.awaitOutcome(failed, PATIENCE).status())
            .isEqualTo(OutcomeStatus.DEAD_LETTERED);
      }
      restarted.restart();
      try (ParleyClient later = ParleyClient.connect(restarted.uri(), "")) {
        Outcome done = later.outcome(completed);
        assertThat(done.status()).isEqualTo(OutcomeStatus.COMPLETED);
        assertThat(text(done)).isEqualTo("done");

        Outcome refused = later.outcome(rejected);
        assertThat(refused.status()).isEqualTo(OutcomeStatus.REJECTED);
        assertThat(refused.code()).isEqualTo("INVALID");
        assertThat(refused.reason()).isEqualTo("no price");

        Outcome dead = later.outcome(failed);
        assertThat(dead.status()).isEqualTo(OutcomeStatus.DEAD_LETTERED);
        assertThat(dead.code()).isEqualTo("Broken");
        assertThat(dead.reason()).isEqualTo("for ever");

        assertThat(later.outcome(untracked)).isEqualTo(Outcome.PENDING);
      }
    }
  }

  @Test
  void shouldAnswerPendingWhenOutcomeDoesNotComeInTime() {
    try (ParleyClient shop = client("shop")) {
      MessageId id = shop.send(OutgoingMessage.of(type, "lantern").trackOutcome());
      Outcome outcome = shop.awaitOutcome(id, Duration.ofMillis(200));
      assertThat(outcome.status()).isEqualTo(OutcomeStatus.PENDING);
    }
  }

  // ---- what the tests say in short

  private record Product(String name, int quantity) {}

  private interface TextHandler {
    CommandResult handle(String body, Delivery delivery) throws Exception;
  }

  private static ParleyClient client(String service) {
    return ParleyClient.connect(broker.uri(), service);
  }

  private CommandConsumer handle(ParleyClient client, TextHandler handler) {
    return client.commandConsumer().on(type, String.class, handler::handle).start();
  }

  /** Everything that comes is the test's to settle. */
  private CommandConsumer consume(ParleyClient client, Received<CommandDelivery> received) {
    return client.commandConsumer().types(type).manual(received::add).start();
  }

  /** Everything that comes is completed, its text kept. */
  private CommandConsumer collect(ParleyClient client, Received<String> received) {
    return handle(
        client,
        (body, delivery) -> {
          received.add(body);
          return CommandResult.complete();
        });
  }

  /** Its client tells the broker of started handlings before anything it is asked afterwards. */
  private static void awaitStartedIsTold(ParleyClient client) {
    assertThat(client.outcome(WireClient.randomId())).isEqualTo(Outcome.PENDING);
  }

  static void awaitQuietly(CountDownLatch latch) {
    try {
      Await.latch("the test goes on", latch);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the client was aborted
    }
  }

  private static String text(Outcome outcome) {
    assertThat(outcome.status()).as("%s", outcome).isEqualTo(OutcomeStatus.COMPLETED);
    return new String(outcome.result().bytes(), StandardCharsets.UTF_8);
  }
}
