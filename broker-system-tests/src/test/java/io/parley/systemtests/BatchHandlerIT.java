package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.parley.client.Batched;
import io.parley.client.ClientListener;
import io.parley.client.CommandBatchHandler;
import io.parley.client.CommandConsumer;
import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.Delivery;
import io.parley.client.EventResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.client.RejectedException;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.testkit.EmbeddedBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Handlers that get several messages at once. */
class BatchHandlerIT {
  private static final Duration PATIENCE = Await.PATIENCE;
  private static final int MAX_ATTEMPTS = 3;

  private static EmbeddedBroker broker;

  private final String service = Fresh.name("stock");
  private final String type = Fresh.type("TakeFromShelf");

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start(Settings.quickRetries(MAX_ATTEMPTS));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void shouldHandOverWhatIsThereInOrderUpToItsBound() throws Exception {
    Received<List<String>> batches = new Received<>();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch more = new CountDownLatch(1);
    try (ParleyClient shop = client("shop");
        ParleyClient stock = client(service)) {
      handle(
          stock,
          10,
          batch -> {
            begun.countDown();
            more.await();
            batches.add(bodies(batch));
            return CommandResult.complete();
          });
      shop.send(type, "product 0");
      Await.latch("the first batch begins", begun);
      for (int i = 1; i <= 25; i++) {
        shop.send(type, "product " + i);
      }
      awaitDelivered(stock);
      more.countDown();

      assertThat(batches.next()).containsExactly("product 0");
      assertThat(batches.next()).containsExactlyElementsOf(products(1, 10));
      assertThat(batches.next()).containsExactlyElementsOf(products(11, 20));
      assertThat(batches.next()).containsExactlyElementsOf(products(21, 25));
    }
  }

  private static List<String> products(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(i -> "product " + i).toList();
  }

  /** The broker delivers what is confirmed before it answers what it is asked afterwards. */
  private static void awaitDelivered(ParleyClient consumer) {
    assertThat(consumer.outcome(WireClient.randomId())).isEqualTo(Outcome.PENDING);
  }

  @Test
  void shouldSettleEachAsSaidAndAllOthersByTheResult() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Received<Integer> releasedAgain = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient stock = client(service)) {
      List<MessageId> ids = new ArrayList<>();
      for (String what : List.of("complete", "reject", "dead", "release", "other", "another")) {
        ids.add(shop.send(OutgoingMessage.of(type, what).trackOutcome()));
      }
      handle(
          stock,
          10,
          batch -> {
            calls.incrementAndGet();
            for (Batched<String, CommandDelivery> each : batch) {
              CommandDelivery delivery = each.delivery();
              switch (each.body()) {
                case "complete" -> delivery.complete("by itself");
                case "reject" -> delivery.reject(CommandResult.FORBIDDEN, "not yours");
                case "dead" -> delivery.settle(CommandResult.deadLetter("Broken", "for ever"));
                case "release" -> {
                  if (calls.get() == 1) {
                    delivery.release();
                  } else {
                    releasedAgain.add(delivery.attempt());
                  }
                }
                default -> {}
              }
            }
            return CommandResult.complete("by the result");
          });

      assertThat(text(shop, ids.get(0))).isEqualTo("by itself");
      assertThat(shop.awaitOutcome(ids.get(1), PATIENCE).code()).isEqualTo("FORBIDDEN");
      assertThat(shop.awaitOutcome(ids.get(2), PATIENCE).code()).isEqualTo("Broken");
      assertThat(text(shop, ids.get(3))).isEqualTo("by the result");
      assertThat(text(shop, ids.get(4))).isEqualTo("by the result");
      assertThat(text(shop, ids.get(5))).isEqualTo("by the result");
      assertThat(releasedAgain.next()).as("attempt of the released one").isEqualTo(1);
    }
  }

  @Test
  void shouldFailAllThatAreNotSettledWhenHandlerThrows() throws Exception {
    Received<Throwable> told = new Received<>();
    Received<Integer> attempts = new Received<>();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch more = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    try (ParleyClient shop = client("shop");
        ParleyClient stock = listening(told)) {
      handle(
          stock,
          10,
          batch -> {
            int call = calls.incrementAndGet();
            if (call == 1) {
              begun.countDown();
              more.await();
              return CommandResult.complete();
            }
            if (call == 2) {
              assertThat(batch).hasSize(4);
              batch.get(0).delivery().complete("before it");
              throw new IllegalStateException("shelf fell over");
            }
            batch.forEach(each -> attempts.add(each.delivery().attempt()));
            return CommandResult.complete("afterwards");
          });
      // While it is at this one, the four gather.
      shop.send(type, "first");
      Await.latch("the first batch begins", begun);
      List<MessageId> ids = sendAll(shop, "product", 4);
      awaitDelivered(stock);
      more.countDown();

      assertThat(text(shop, ids.get(0))).isEqualTo("before it");
      for (MessageId id : ids.subList(1, 4)) {
        assertThat(text(shop, id)).isEqualTo("afterwards");
      }
      assertThat(attempts.next(3)).containsOnly(2);
      assertThat(told.next()).hasMessage("shelf fell over");
    }
  }

  @Test
  void shouldRejectNoneWhenHandlerThrowsRejection() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient stock = client(service)) {
      List<MessageId> ids = sendAll(shop, "product", 2);
      handle(
          stock,
          10,
          batch -> {
            throw new RejectedException(CommandResult.INVALID, "one of them");
          });

      for (MessageId id : ids) {
        Outcome outcome = shop.awaitOutcome(id, PATIENCE);
        assertThat(outcome.status()).isEqualTo(OutcomeStatus.DEAD_LETTERED);
        assertThat(outcome.code()).isEqualTo(RejectedException.class.getName());
      }
    }
  }

  @Test
  void shouldDeadLetterAloneWhatCannotBeDecoded() throws Exception {
    Received<List<Integer>> batches = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient stock = client(service)) {
      MessageId good = shop.send(OutgoingMessage.of(type, new Shelf(1)).trackOutcome());
      MessageId bad =
          shop.send(
              OutgoingMessage.of(type, "no JSON").contentType("application/json").trackOutcome());
      MessageId alsoGood = shop.send(OutgoingMessage.of(type, new Shelf(2)).trackOutcome());
      stock
          .commandConsumer()
          .onBatch(
              type,
              Shelf.class,
              10,
              batch -> {
                batches.add(batch.stream().map(each -> each.body().number()).toList());
                return CommandResult.complete();
              })
          .start();

      assertThat(shop.awaitOutcome(bad, PATIENCE).code()).isEqualTo("UNDECODABLE");
      assertThat(shop.awaitOutcome(good, PATIENCE).status()).isEqualTo(OutcomeStatus.COMPLETED);
      assertThat(shop.awaitOutcome(alsoGood, PATIENCE).status()).isEqualTo(OutcomeStatus.COMPLETED);
      assertThat(batches.next()).containsExactly(1, 2);
    }
  }

  @Test
  void shouldCountAttemptsOfTheBatchAloneWhenProcessCrashes() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch more = new CountDownLatch(1);
    CountDownLatch batchBegun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Received<Integer> attempts = new Received<>();
    AtomicInteger calls = new AtomicInteger();
    try (ParleyClient shop = client("shop");
        ParleyClient stock = client(service)) {
      ParleyClient crash = client(service);
      handle(
          crash,
          2,
          batch -> {
            if (calls.incrementAndGet() == 1) {
              begun.countDown();
              more.await();
            } else {
              assertThat(batch).hasSize(2);
              batchBegun.countDown();
              end.await();
            }
            return CommandResult.complete();
          });
      // While it is at this one, the six gather.
      shop.send(type, "first");
      Await.latch("the first batch begins", begun);
      sendAll(shop, "product", 6);
      awaitDelivered(crash);
      more.countDown();
      Await.latch("the batch begins", batchBegun);
      // What a client asks is told after what it began.
      assertThat(crash.outcome(WireClient.randomId())).isEqualTo(Outcome.PENDING);
      crash.abort();
      end.countDown();

      handle(
          stock,
          10,
          batch -> {
            batch.forEach(each -> attempts.add(each.delivery().attempt()));
            return CommandResult.complete();
          });
      assertThat(attempts.next(6)).containsExactlyInAnyOrder(2, 2, 1, 1, 1, 1);
    }
  }

  @Test
  void shouldNotMixTypes() throws Exception {
    String other = Fresh.type("PutOnShelf");
    Received<String> calls = new Received<>();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch more = new CountDownLatch(1);
    try (ParleyClient shop = client("shop");
        ParleyClient stock = client(service)) {
      stock
          .commandConsumer()
          .onBatch(
              type,
              String.class,
              10,
              batch -> {
                begun.countDown();
                more.await();
                calls.add(String.join(" ", bodies(batch)));
                return CommandResult.complete();
              })
          .on(
              other,
              String.class,
              (body, delivery) -> {
                calls.add(body);
                return CommandResult.complete();
              })
          .start();
      shop.send(type, "first");
      Await.latch("the first batch begins", begun);
      for (String of : List.of(type, type, other, type, other, other)) {
        shop.send(of, of.equals(type) ? "take" : "put");
      }
      awaitDelivered(stock);
      more.countDown();

      assertThat(calls.next(6)).containsExactly("first", "take take", "put", "take", "put", "put");
    }
  }

  @Test
  void shouldHandOverEventsInBatchesByPattern() throws Exception {
    String event = Fresh.type("ProductTaken");
    Received<String> received = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient stock = client(service)) {
      stock.declareSubscription(service, event);
      for (int i = 0; i < 5; i++) {
        shop.publish(event, "product " + i);
      }
      stock
          .subscriber()
          .onBatch(
              event.replace("ProductTaken", "*"),
              String.class,
              3,
              batch -> {
                assertThat(batch.size()).isLessThanOrEqualTo(3);
                batch.forEach(each -> received.add(each.body() + each.delivery().attempt()));
                return batch.get(0).delivery().attempt() == 1
                    ? EventResult.fail("Busy", "once more")
                    : EventResult.complete();
              })
          .start();

      List<String> expected = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        expected.add("product " + i + "1");
        expected.add("product " + i + "2");
      }
      assertThat(received.next(10)).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void shouldStampNothingByItselfOnWhatIsSentMeanwhile() throws Exception {
    String follow = Fresh.type("Refill");
    Received<Delivery> received = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient refill = client(Fresh.name("refill"));
        ParleyClient stock = client(service)) {
      refill
          .commandConsumer()
          .on(
              follow,
              String.class,
              (body, delivery) -> {
                received.add(delivery);
                return CommandResult.complete();
              })
          .start();
      MessageId id = shop.send(type, "product");
      handle(
          stock,
          10,
          batch -> {
            stock.send(follow, "of none");
            stock.send(OutgoingMessage.of(follow, "of one").causedBy(batch.get(0).delivery()));
            return CommandResult.complete();
          });

      assertThat(received.next().causationId()).isNull();
      assertThat(received.next().causationId()).isEqualTo(id);
    }
  }

  @Test
  void shouldNameBoundsOfBatches() {
    try (ParleyClient stock = client(service)) {
      for (int wrong : new int[] {0, 10_001}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> handle(stock, wrong, batch -> CommandResult.complete()))
            .withMessage("messages of a batch: " + wrong + " (expected: 1 to 10000)");
      }
    }
  }

  private record Shelf(int number) {}

  private CommandConsumer handle(
      ParleyClient client, int max, CommandBatchHandler<String> handler) {
    return client.commandConsumer().onBatch(type, String.class, max, handler).start();
  }

  private List<MessageId> sendAll(ParleyClient client, String what, int count) {
    List<MessageId> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(client.send(OutgoingMessage.of(type, what + " " + i).trackOutcome()));
    }
    return ids;
  }

  private static List<String> bodies(List<Batched<String, CommandDelivery>> batch) {
    return batch.stream().map(Batched::body).toList();
  }

  private static String text(ParleyClient client, MessageId id) {
    Outcome outcome = client.awaitOutcome(id, PATIENCE);
    assertThat(outcome.status()).as("%s", outcome).isEqualTo(OutcomeStatus.COMPLETED);
    return client.codec().decode(outcome.result(), String.class);
  }

  private ParleyClient listening(Received<Throwable> told) {
    return ParleyClient.builder()
        .uri(broker.uri())
        .service(service)
        .listener(
            new ClientListener() {
              @Override
              public void handlerFailed(String type, Throwable failure) {
                told.add(failure);
              }
            })
        .connect();
  }

  private static ParleyClient client(String service) {
    return ParleyClient.connect(broker.uri(), service);
  }
}
