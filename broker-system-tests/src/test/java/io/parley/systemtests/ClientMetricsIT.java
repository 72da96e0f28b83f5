package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.parley.client.Answer;
import io.parley.client.CommandResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.client.QueryException;
import io.parley.client.RejectedException;
import io.parley.client.micrometer.ClientMetrics;
import io.parley.testkit.EmbeddedBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A client's metrics, in a registry of its user. */
class ClientMetricsIT {
  private static final Duration PATIENCE = Await.PATIENCE;

  private static EmbeddedBroker broker;

  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final String service = Fresh.name("cart");
  private final String type = Fresh.type("AddProduct");

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start(Settings.quickRetries(2));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void shouldCountAndTimeSendsByResult() throws Exception {
    try (ParleyClient client = client(broker)) {
      client.send(type, "lantern");
      client.send(type, "bunting");
      assertThat(Await.failure(client.publishAsync(type, "no event"))).isNotNull();

      Timer confirmed = timer("parley.client.sends", "command", "CONFIRMED");
      assertThat(confirmed.count()).isEqualTo(2);
      assertThat(confirmed.totalTime(TimeUnit.NANOSECONDS)).isPositive();
      assertThat(timer("parley.client.sends", "event", "WRONG_KIND").count()).isEqualTo(1);
      assertThat(gauge("parley.client.sends.in.flight")).isZero();
    }
  }

  @Test
  void shouldCountAndTimeHandlingsByVerdict() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    try (ParleyClient client = client(broker)) {
      client
          .commandConsumer()
          .on(
              type,
              String.class,
              (body, delivery) -> {
                begun.countDown();
                end.await();
                return switch (body) {
                  case "complete" -> CommandResult.complete();
                  case "reject" -> throw new RejectedException("INVALID", "no price");
                  default -> CommandResult.fail("Broken", "twice");
                };
              })
          .start();
      var outcome = client.sendAndAwaitAsync(OutgoingMessage.of(type, "complete"), PATIENCE);
      Await.latch("handling begins", begun);
      assertThat(gauge("parley.client.handlings.in.flight")).isEqualTo(1);
      end.countDown();
      Await.result(outcome);
      client.sendAndAwait(OutgoingMessage.of(type, "reject"), PATIENCE);
      client.sendAndAwait(OutgoingMessage.of(type, "fail"), PATIENCE);

      String name = "parley.client.handlings";
      Await.until("all are ended", () -> gauge(name + ".in.flight") == 0);
      assertThat(timer(name, "command", "COMPLETE").count()).isEqualTo(1);
      assertThat(timer(name, "command", "REJECT").count()).isEqualTo(1);
      assertThat(timer(name, "command", "FAIL").count()).isEqualTo(2);
    }
  }

  @Test
  void shouldCountAndTimeQueriesOnBothSides() {
    try (ParleyClient client = client(broker)) {
      assertThatExceptionOfType(QueryException.Unavailable.class)
          .isThrownBy(() -> client.ask(type, "", String.class, PATIENCE));
      client
          .responder()
          .on(
              type,
              String.class,
              (body, question) -> body.isEmpty() ? Answer.notFound("nothing") : Answer.ok(body))
          .start();
      client.ask(type, "cart", String.class, PATIENCE);
      assertThatExceptionOfType(QueryException.NotFound.class)
          .isThrownBy(() -> client.ask(type, "", String.class, PATIENCE));

      assertThat(timer("parley.client.asks", "query", "200").count()).isEqualTo(1);
      assertThat(timer("parley.client.asks", "query", "404").count()).isEqualTo(1);
      assertThat(timer("parley.client.asks", "query", "503").count()).isEqualTo(1);
      assertThat(timer("parley.client.answers", "query", "200").count()).isEqualTo(1);
      assertThat(timer("parley.client.answers", "query", "404").count()).isEqualTo(1);
    }
  }

  @Test
  void shouldCountReconnects() {
    try (EmbeddedBroker restarted = EmbeddedBroker.start();
        ParleyClient client = client(restarted)) {
      assertThat(gauge("parley.client.connected")).isEqualTo(1);
      assertThat(registry.get("parley.client.reconnects").counter().count()).isZero();
      restarted.restart();
      client.send(type, "lantern");
      Await.until(
          "the reconnect is counted",
          () -> registry.get("parley.client.reconnects").counter().count() == 1);
      assertThat(gauge("parley.client.connected")).isEqualTo(1);
    }
  }

  @Test
  void shouldGiveTheFirstHundredTypesValuesOfTheirOwn() {
    try (ParleyClient client = client(broker)) {
      String many = Fresh.type("Made");
      for (int i = 0; i < 102; i++) {
        client.publish(many + i, "x");
      }
      assertThat(registry.find("parley.client.sends").tag("type", many + 99).timer()).isNotNull();
      assertThat(registry.find("parley.client.sends").tag("type", many + 100).timer()).isNull();
      assertThat(registry.get("parley.client.sends").tag("type", "_other").timer().count())
          .isEqualTo(2);
    }
  }

  @Test
  void shouldHaveEachMeterInTheDocuments() throws Exception {
    try (ParleyClient client = client(broker)) {
      client.send(type, "lantern");
      assertThat(registry.getMeters())
          .allSatisfy(meter -> assertThat(meter.getId().getTag("app")).isEqualTo("shop"));
      String documents = Files.readString(document("metrics.md"));
      String names =
          registry.getMeters().stream()
              .map(Meter::getId)
              .map(Meter.Id::getName)
              .distinct()
              .filter(name -> !documents.contains("`" + name + "`"))
              .collect(Collectors.joining(", "));
      assertThat(names).as("meters docs/metrics.md doesn't list").isEmpty();
    }
  }

  private static Path document(String name) throws IOException {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("docs").resolve(name))) {
      folder = Stream.ofNullable(folder.getParent()).findFirst().orElseThrow();
    }
    return folder.resolve("docs").resolve(name);
  }

  private ParleyClient client(EmbeddedBroker of) {
    ParleyClient.Builder builder = ParleyClient.builder().uri(of.uri()).service(service);
    ClientMetrics.of(registry, "app", "shop").bindTo(builder);
    return builder.connect();
  }

  private Timer timer(String name, String kind, String result) {
    return registry.get(name).tag("type", type).tag("kind", kind).tag("result", result).timer();
  }

  private double gauge(String name) {
    return registry.get(name).gauge().value();
  }
}
