package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.parley.client.EventDelivery;
import io.parley.client.EventResult;
import io.parley.client.ParleyClient;
import io.parley.client.RejectedException;
import io.parley.client.Subscriber;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.Settlement;
import io.parley.testkit.EmbeddedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events, from their publisher to every inbox. */
class EventsIT {
  private static final int MAX_ATTEMPTS = 3;

  private static EmbeddedBroker broker;

  private final String area = Fresh.name("shop");
  private final String added = area + ".cart.ProductAdded";
  private final String subscription = Fresh.name("stock");

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start(Settings.quickRetries(MAX_ATTEMPTS));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void shouldPublishWithNobodyInterested() throws Exception {
    try (ParleyClient cart = client("cart")) {
      assertThat(cart.publish(added, "lantern")).isNotNull();
      assertThat(Await.result(cart.publishAsync(added, "bunting"))).isNotNull();
    }
  }

  @Test
  void shouldDeliverEventsPublishedAfterSubscriptionAndNoneFromBefore() throws Exception {
    Received<String> received = new Received<>();
    try (ParleyClient cart = client("cart");
        ParleyClient stock = client(subscription)) {
      cart.publish(added, "before");
      collect(stock, received, added);

      MessageId id = cart.publish(added, "after");
      assertThat(id).isNotNull();
      assertThat(received.next()).isEqualTo("after");
    }
  }

  @Test
  void shouldDeliverByExactNameAndByWildcard() throws Exception {
    List<String> types =
        List.of(
            area + ".cart.ProductAdded",
            area + ".cart.CheckedOut",
            area + ".order.CheckedOut",
            area + ".cart.line.Added",
            area + ".Opened");
    Received<String> exact = new Received<>();
    Received<String> segment = new Received<>();
    Received<String> middle = new Received<>();
    Received<String> all = new Received<>();
    Received<String> two = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient subscribers = client(Fresh.name("audit"))) {
      collectTypes(subscribers, "exact", exact, area + ".cart.ProductAdded");
      collectTypes(subscribers, "segment", segment, area + ".cart.*");
      collectTypes(subscribers, "middle", middle, area + ".*.CheckedOut");
      collectTypes(subscribers, "all", all, area + ".>");
      // Wanted twice is delivered once.
      collectTypes(subscribers, "two", two, area + ".Opened", area + ".cart.*", area + ".cart.>");
      for (String type : types) {
        shop.publish(type, "");
      }
      assertThat(exact.next(1)).containsExactly(types.get(0));
      assertThat(segment.next(2)).containsExactly(types.get(0), types.get(1));
      assertThat(middle.next(2)).containsExactly(types.get(1), types.get(2));
      assertThat(all.next(5)).containsExactlyElementsOf(types);
      assertThat(two.next(4))
          .containsExactly(types.get(0), types.get(1), types.get(3), types.get(4));
      // Each was filled by the same publishes, the last of which all have seen by now.
      for (Received<String> inbox : List.of(exact, segment, middle, all, two)) {
        assertThat(inbox.rest()).isEmpty();
      }
    }
  }

  @Test
  void shouldGiveEachOfManyInboxesEachEventOnceAndInOrder() throws Exception {
    int inboxes = 8;
    int events = 2_000;
    List<Received<String>> received = new ArrayList<>();
    List<ParleyClient> subscribers = new ArrayList<>();
    try (ParleyClient cart = client("cart")) {
      for (int i = 0; i < inboxes; i++) {
        ParleyClient subscriber = client(Fresh.name("inbox"));
        subscribers.add(subscriber);
        Received<String> inbox = new Received<>();
        received.add(inbox);
        collect(subscriber, inbox, added);
      }
      List<CompletableFuture<MessageId>> confirms = new ArrayList<>();
      for (int i = 0; i < events; i++) {
        confirms.add(cart.publishAsync(added, "event " + i));
      }
      for (CompletableFuture<MessageId> confirm : confirms) {
        assertThat(Await.result(confirm)).isNotNull();
      }
      cart.publish(added, "last");
      List<String> inOrder =
          Stream.concat(IntStream.range(0, events).mapToObj(i -> "event " + i), Stream.of("last"))
              .toList();
      for (Received<String> inbox : received) {
        assertThat(inbox.next(events + 1)).isEqualTo(inOrder);
        assertThat(inbox.rest()).isEmpty();
      }
    } finally {
      subscribers.forEach(ParleyClient::close);
    }
  }

  @Test
  void shouldShareOneInboxAmongItsConsumers() throws Exception {
    int events = 100;
    Set<String> handled = ConcurrentHashMap.newKeySet();
    AtomicInteger handlings = new AtomicInteger();
    CountDownLatch bothAtWork = new CountDownLatch(2);
    CountDownLatch all = new CountDownLatch(events);
    try (ParleyClient cart = client("cart");
        ParleyClient one = client(subscription);
        ParleyClient other = client(subscription)) {
      for (ParleyClient instance : List.of(one, other)) {
        AtomicInteger here = new AtomicInteger();
        instance
            .subscriber()
            .credit(4)
            .on(
                added,
                String.class,
                (event, delivery) -> {
                  if (here.getAndIncrement() == 0) {
                    bothAtWork.countDown();
                    Await.latch("both consumers have an event", bothAtWork);
                  }
                  handled.add(event);
                  handlings.incrementAndGet();
                  all.countDown();
                  return EventResult.complete();
                })
            .start();
      }
      for (int i = 0; i < events; i++) {
        var unused = cart.publishAsync(added, "event " + i);
      }
      Await.latch("all handled", all);
      assertThat(handled).hasSize(events);
      assertThat(handlings).hasValue(events);
    }
  }

  /** There is no such method in the client; another client might say it on the wire. */
  @Test
  void shouldRefuseToRejectAnEvent() throws Exception {
    try (WireClient stock = WireClient.welcomed(broker.port(), subscription)) {
      stock.write(new Request.Subscribe(2, 1, "", List.of(added), 10, 0, -1));
      Response.Ok unused = stock.read(Response.Ok.class);
      stock.write(
          new Request.Publish(
              3, 1, MessageBatch.single(WireClient.message(MessageKind.EVENT, added, "lantern"))));
      Response.Confirm alsoUnused = stock.read(Response.Confirm.class);
      Push.Deliver deliver = stock.read(Push.Deliver.class);
      long sequence = deliver.segments().get(0).firstSequence();

      stock.write(
          new Request.Settle(
              4,
              1,
              1,
              List.of(new Settlement.Reject(deliver.epoch(), sequence, "FORBIDDEN", "not by me"))));
      List<Response.SettleRefusal> refusals = stock.read(Response.Settled.class).refusals();
      assertThat(refusals).hasSize(1);
      assertThat(refusals.get(0).code()).isEqualTo(ErrorCode.NOT_REJECTABLE);
      assertThat(refusals.get(0).message()).contains(subscription).contains("expected");

      // It is still this consumer's.
      stock.write(
          new Request.Settle(
              5, 1, 1, List.of(new Settlement.Complete(deliver.epoch(), sequence, 1))));
      assertThat(stock.read(Response.Settled.class).refusals()).isEmpty();
    }
  }

  @Test
  void shouldKeepAllEventsForSubscriberThatStartsLate() throws Exception {
    Received<String> received = new Received<>();
    try (ParleyClient cart = client("cart");
        ParleyClient stock = client(subscription)) {
      stock.declareSubscription(subscription, area + ".>");
      for (int i = 0; i < 50; i++) {
        cart.publish(added, "event " + i);
      }
      assertThat(Admin.of(broker).subscription(subscription).get("ready").asInt()).isEqualTo(50);
      collect(stock, received, added);
      assertThat(received.next(50))
          .containsExactlyElementsOf(IntStream.range(0, 50).mapToObj(i -> "event " + i).toList());
    }
  }

  @Test
  void shouldSetFailingEventAsideInItsInboxAlone() throws Exception {
    Received<String> others = new Received<>();
    AtomicInteger handlings = new AtomicInteger();
    String failing = Fresh.name("failing");
    try (ParleyClient cart = client("cart");
        ParleyClient stock = client(subscription);
        ParleyClient broken = client(failing)) {
      collect(stock, others, added);
      broken
          .subscriber()
          .on(
              added,
              String.class,
              (event, delivery) -> {
                handlings.incrementAndGet();
                // For commands; of an event it is a failure like any other.
                throw new RejectedException("FORBIDDEN", "I don't believe it");
              })
          .start();
      cart.publish(added, "lantern");

      assertThat(others.next()).isEqualTo("lantern");
      Admin admin = Admin.of(broker);
      Await.until("dead letter", () -> deadLetters(admin, failing) == 1);
      assertThat(handlings).hasValue(MAX_ATTEMPTS);
      JsonNode letter = admin.deadLetters(failing).get(0);
      assertThat(letter.get("errorClass").asText()).isEqualTo(RejectedException.class.getName());
      assertThat(letter.get("message").asText()).isEqualTo("I don't believe it");
      assertThat(letter.get("destinationKind").asText()).isEqualTo("inbox");
      assertThat(deadLetters(admin, subscription)).isZero();
    }
  }

  private static int deadLetters(Admin admin, String subscription) {
    try {
      return admin.subscription(subscription).get("deadLetters").asInt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldNotLetSlowInboxHoldUpAnotherOne() throws Exception {
    Received<EventDelivery> slow = new Received<>();
    Received<String> quick = new Received<>();
    ParleyClient sleeping = client(Fresh.name("slow"));
    try (ParleyClient cart = client("cart");
        ParleyClient stock = client(subscription)) {
      sleeping.subscriber().patterns(added).credit(1).manual(slow::add).start();
      collect(stock, quick, added);
      for (int i = 0; i < 1_000; i++) {
        var unused = cart.publishAsync(added, "event " + i);
      }
      assertThat(quick.next(1_000)).hasSize(1_000);
      assertThat(slow.next().body(String.class)).isEqualTo("event 0");
      assertThat(slow.rest()).isEmpty();
    } finally {
      sleeping.abort(); // closing would wait for what it holds
    }
  }

  @Test
  void shouldStorePayloadOnceForManyInboxes(@TempDir Path data) throws Exception {
    int inboxes = 10;
    int events = 64;
    byte[] body = new byte[256 * 1024];
    new Random(1).nextBytes(body); // nothing a compressor could make small
    long published = (long) events * body.length;
    try (EmbeddedBroker own = EmbeddedBroker.startOn(data);
        ParleyClient client = ParleyClient.connect(own.uri(), subscription)) {
      for (int i = 0; i < inboxes; i++) {
        client.declareSubscription("inbox-" + i, added);
      }
      long before = bytesIn(data);
      for (int i = 0; i < events; i++) {
        client.publish(added, body);
      }
      // The log and, for what went on to table files meanwhile, those too; never ten times.
      assertThat(bytesIn(data) - before).isBetween(published, 3 * published);
      assertThat(Admin.of(own).subscription("inbox-9").get("ready").asInt()).isEqualTo(events);
    }
  }

  private static long bytesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  // ---- what the tests say in short

  private static ParleyClient client(String service) {
    return ParleyClient.connect(broker.uri(), service);
  }

  private static Subscriber collect(
      ParleyClient client, Received<String> received, String pattern) {
    return client
        .subscriber()
        .on(
            pattern,
            String.class,
            (body, delivery) -> {
              received.add(body);
              return EventResult.complete();
            })
        .start();
  }

  private void collectTypes(
      ParleyClient client, String name, Received<String> types, String... patterns) {
    client
        .subscriber()
        .subscription(area + "-" + name)
        .patterns(patterns)
        .manual(
            delivery -> {
              types.add(delivery.type());
              delivery.settle(EventResult.complete());
            })
        .start();
  }
}
