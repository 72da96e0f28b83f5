package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.parley.client.EventResult;
import io.parley.client.ParleyClient;
import io.parley.testkit.EmbeddedBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators make queues and subscriptions, and delete those whose service is gone. */
class SubscriptionDeletionIT {
  private static EmbeddedBroker broker;
  private static Admin admin;

  private final String placed = Fresh.type("OrderPlaced");
  private final String orphan = Fresh.name("orphan");
  private final String other = Fresh.name("other");

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start();
    admin = Admin.of(broker);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private void publish(ParleyClient shop, int count) {
    List<CompletableFuture<?>> confirmed = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      confirmed.add(shop.publishAsync(placed, "e" + i));
    }
    CompletableFuture.allOf(confirmed.toArray(CompletableFuture[]::new)).join();
  }

  private Received<String> collect(ParleyClient client) {
    Received<String> received = new Received<>();
    client
        .subscriber()
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

  private String subscription(String name) {
    return "{\"name\":\"" + name + "\",\"patterns\":[\"" + placed + "\"]}";
  }

  private static String parley(String... arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("--admin", broker.adminUri()));
    all.addAll(List.of(arguments));
    Process process = BrokerProcess.command(List.of("-Xmx64m"), all).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() + " " + out + err;
  }

  @Test
  void shouldMakeAndDeleteBothOnTheCommandLine() throws Exception {
    assertThat(parley("subscription", "create", orphan, placed)).startsWith("0 ");
    assertThat(parley("subscription", "create", orphan, "--service", other, placed))
        .contains("OWNED_BY");
    try (ParleyClient shop = ParleyClient.connect(broker.uri(), "shop")) {
      publish(shop, 5);
    }

    assertThat(parley("subscription", "delete", orphan, "--dry-run"))
        .isEqualTo("0 Would delete subscription '" + orphan + "' with 5 messages in its inbox.\n");
    assertThat(admin.subscription(orphan).get("ready").asLong()).isEqualTo(5);
    assertThat(parley("subscription", "delete", orphan, "--yes"))
        .isEqualTo("0 Deleted subscription '" + orphan + "' with 5 messages in its inbox.\n");

    assertThat(admin.status("/admin/v1/namespaces/default/subscriptions/" + orphan)).isEqualTo(404);
    assertThat(parley("subscription", "delete", orphan, "--yes")).startsWith("66 ");
  }

  @Test
  void shouldMakeQueuesThatOwnTheirTypes() throws Exception {
    String type = Fresh.type("AddProduct");
    String queue = Fresh.name("cart");
    try (ParleyClient shop = ParleyClient.connect(broker.uri(), "shop")) {
      shop.send(type, "waits for an owner");
    }

    assertThat(parley("queue", "create", queue, type)).startsWith("0 ");

    JsonNode made = admin.queue(queue);
    assertThat(made.get("service").asText()).isEqualTo(queue);
    assertThat(made.get("types").get(0).asText()).isEqualTo(type);
    Await.until("the command moves", () -> ready(queue) == 1);
    assertThat(parley("queue", "create", Fresh.name("thief"), type)).contains("OWNED_BY");
    assertThatThrownBy(
            () -> admin.change("/queues", "{\"name\":\"q\",\"types\":[\"" + placed + " x\"]}"))
        .hasMessageContaining("INVALID_NAME");
  }

  private static long ready(String queue) {
    try {
      return admin.queue(queue).get("ready").asLong();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldRefuseToDeleteWhatIsConsumedAndGiveItsServiceANewOneLater() throws Exception {
    try (ParleyClient shop = ParleyClient.connect(broker.uri(), "shop")) {
      try (ParleyClient client = ParleyClient.connect(broker.uri(), orphan)) {
        Received<String> received = collect(client);
        publish(shop, 1);
        assertThat(received.next()).isEqualTo("e1");
        assertThatThrownBy(() -> delete(admin))
            .hasMessageContaining("INVALID_ARGUMENT")
            .hasMessageContaining("has consumers: 1 (expected: none; stop them first)");
      }
      Await.until("nobody consumes", () -> consumers() == 0);
      delete(admin);

      try (ParleyClient client = ParleyClient.connect(broker.uri(), orphan)) {
        Received<String> received = collect(client);
        publish(shop, 3);
        assertThat(received.next(3)).containsExactly("e1", "e2", "e3");
      }
    }
  }

  private long consumers() {
    try {
      return admin.subscription(orphan).get("consumers").asLong();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private JsonNode delete(Admin at) throws IOException, InterruptedException {
    return at.change("/subscriptions/" + orphan + "/delete", "{}");
  }

  @Test
  void shouldFinishADeletionThatAKillCutShortAndLoseNobodyElsesEvents(@TempDir Path data)
      throws Exception {
    int many = 40_000;
    try (BrokerProcess process = BrokerProcess.start(data)) {
      process.admin().change("/subscriptions", subscription(orphan));
      process.admin().change("/subscriptions", subscription(other));
      try (ParleyClient shop = ParleyClient.connect(process.uri(), "shop")) {
        publish(shop, many);
      }
      CompletableFuture<Void> cutShort =
          CompletableFuture.runAsync(
              () -> {
                try {
                  delete(process.admin());
                } catch (IOException | InterruptedException killed) {
                  // as it is meant to be
                }
              });
      Await.until("the deletion has begun", () -> hasBegun(process.admin()));
      process.kill();
      Await.result(cutShort);
      process.start();

      if (exists(process.admin())) {
        assertThat(process.admin().subscription(orphan).get("patterns")).isEmpty();
        delete(process.admin());
      }
      assertThat(exists(process.admin())).isFalse();
      process.admin().change("/subscriptions", subscription(orphan));
      assertThat(process.admin().subscription(orphan).get("ready").asLong()).isZero();
      try (ParleyClient client = ParleyClient.connect(process.uri(), other)) {
        assertThat(collect(client).next(many)).hasSize(many);
      }
    }
  }

  private boolean exists(Admin at) throws IOException, InterruptedException {
    return at.status("/admin/v1/namespaces/default/subscriptions/" + orphan) == 200;
  }

  private boolean hasBegun(Admin at) {
    try {
      return !exists(at) || at.subscription(orphan).get("patterns").isEmpty();
    } catch (IOException gone) {
      return true;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
