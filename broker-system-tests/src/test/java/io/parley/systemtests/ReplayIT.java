package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.parley.client.EventResult;
import io.parley.client.ParleyClient;
import io.parley.client.Subscriber;
import io.parley.testkit.EmbeddedBroker;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events that are had again: by new subscriptions, after a reset, after a full inbox. */
class ReplayIT {
  private static EmbeddedBroker broker;
  private static Admin admin;

  @TempDir private Path temporary;

  private final String placed = Fresh.type("OrderPlaced");
  private final String late = Fresh.name("late");

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

  private void publish(ParleyClient shop, int from, int to) {
    List<CompletableFuture<?>> confirmed = new ArrayList<>();
    for (int i = from; i <= to; i++) {
      confirmed.add(shop.publishAsync(placed, "e" + i));
    }
    CompletableFuture.allOf(confirmed.toArray(CompletableFuture[]::new)).join();
  }

  private Received<String> collect(
      ParleyClient client, UnaryOperator<Subscriber.Builder> beginning) {
    Received<String> received = new Received<>();
    beginning
        .apply(client.subscriber())
        .on(
            placed,
            String.class,
            (body, delivery) -> {
              received.add(body);
              return EventResult.complete();
            })
        .start();
    return received;
  }

  private static List<String> bodies(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(i -> "e" + i).toList();
  }

  @Test
  void shouldGiveNewSubscriptionAllThatIsRetainedAndThenWhatFollows() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient client = client(late)) {
      publish(shop, 1, 2_000);

      Received<String> received = collect(client, Subscriber.Builder::fromEarliest);
      publish(shop, 2_001, 2_100);

      assertThat(received.next(2_100)).isEqualTo(bodies(1, 2_100));
    }
  }

  @Test
  void shouldGiveNewSubscriptionWhatIsRetainedSinceATime() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient client = client(late)) {
      Instant before = Instant.now();
      publish(shop, 1, 10);
      Instant last = lastStoredAt();
      while (!Instant.now().isAfter(last)) {
        Thread.onSpinWait(); // the clock has to go on, so that the next is of a later time
      }
      publish(shop, 11, 20);

      assertThat(collect(client, builder -> builder.from(last.plusMillis(1))).next(10))
          .isEqualTo(bodies(11, 20));
      try (ParleyClient other = client(Fresh.name("all"))) {
        assertThat(collect(other, builder -> builder.from(before.minusSeconds(60))).next(20))
            .isEqualTo(bodies(1, 20));
      }
    }
  }

  /** When the newest event was stored, by way of a subscription that has it. */
  private Instant lastStoredAt() throws Exception {
    String witness = Fresh.name("witness");
    try (ParleyClient client = client(witness)) {
      CompletableFuture<Instant> last = new CompletableFuture<>();
      client
          .subscriber()
          .fromEarliest()
          .on(
              placed,
              String.class,
              (body, delivery) -> {
                if (body.equals("e10")) {
                  last.complete(delivery.storedAt());
                }
                return EventResult.complete();
              })
          .start();
      return Await.result(last);
    }
  }

  @Test
  void shouldResetSubscriptionAndSayBeforehandWhatThatDoes() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient client = client(late)) {
      Received<String> received = collect(client, UnaryOperator.identity());
      publish(shop, 1, 5);
      assertThat(received.next(5)).isEqualTo(bodies(1, 5));

      JsonNode dry = reset("{\"to\":\"earliest\",\"dryRun\":\"true\"}");
      assertThat(dry.get("replayed").asInt()).isEqualTo(5);
      assertThat(dry.get("more").asBoolean()).isFalse();
      reset("{\"to\":\"earliest\"}");

      assertThat(received.next(5)).isEqualTo(bodies(1, 5));
      reset("{\"to\":\"now\"}");
      publish(shop, 6, 6);
      assertThat(received.next()).isEqualTo("e6");
    }
  }

  private JsonNode reset(String body) throws Exception {
    return admin.change("/subscriptions/" + late + "/reset", body);
  }

  @Test
  void shouldCatchUpFullInboxFromTopic() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient client = client(late)) {
      client.subscriber().patterns(placed).manual(unused -> {}).start().close();
      admin.change("/subscriptions/" + late + "/settings", "{\"maxMessages\":\"10\"}");
      publish(shop, 1, 1_000);
      assertThat(admin.subscription(late).get("ready").asInt()).isEqualTo(10);
      assertThat(admin.subscription(late).get("catchingUp").asBoolean()).isTrue();
      assertThat(admin.subscription(late).get("overQuotaSince").isNull()).isFalse();

      assertThat(collect(client, UnaryOperator.identity()).next(1_000)).isEqualTo(bodies(1, 1_000));

      Await.until("caught up", () -> !caughtUp().get("catchingUp").asBoolean());
      assertThat(caughtUp().get("missed").asInt()).isZero();
      assertThat(caughtUp().get("overQuotaSince").isNull()).isTrue();
    }
  }

  private JsonNode caughtUp() {
    try {
      return admin.subscription(late);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldShowAndSetWhatATopicRetains() throws Exception {
    try (ParleyClient shop = client("shop")) {
      publish(shop, 1, 3);

      JsonNode topic = admin.look("/topics/" + placed);
      assertThat(topic.get("events").asInt()).isEqualTo(3);
      assertThat(topic.get("retentionMs").asLong()).isEqualTo(7 * 86_400_000L);
      assertThat(Instant.parse(topic.get("oldest").asText())).isBeforeOrEqualTo(Instant.now());

      admin.change("/topics/" + placed + "/settings", "{\"retentionMs\":\"0\"}");
      Await.until("trimmed", () -> events() == 0);
      assertThatThrownBy(
              () ->
                  admin.change(
                      "/topics/" + placed + "/settings", "{\"retentionMs\":\"315360000001\"}"))
          .hasMessageContaining("retention time: 315360000001 ms (expected: 0 to 315360000000 ms)");
    }
  }

  private int events() {
    try {
      return admin.look("/topics/" + placed).get("events").asInt();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldCatchUpThoughBrokerIsKilledInBetween() throws Exception {
    Path data = temporary.resolve("data");
    try (BrokerProcess first = BrokerProcess.start(data);
        ParleyClient shop = ParleyClient.connect(first.uri(), "shop")) {
      for (int i = 0; i < 60; i++) {
        publish(shop, i * 50 + 1, i * 50 + 50);
      }
      try (ParleyClient client = ParleyClient.connect(first.uri(), late)) {
        client.subscriber().fromEarliest().patterns(placed).manual(unused -> {}).start();
        first.kill();
      }
    }
    try (BrokerProcess second = BrokerProcess.start(data);
        ParleyClient client = ParleyClient.connect(second.uri(), late)) {
      assertThat(collect(client, UnaryOperator.identity()).next(3_000)).isEqualTo(bodies(1, 3_000));
    }
  }
}
