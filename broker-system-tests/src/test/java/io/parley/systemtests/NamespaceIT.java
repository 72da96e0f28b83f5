package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.parley.client.Answer;
import io.parley.client.CommandResult;
import io.parley.client.EventResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.client.QueryException;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.testkit.EmbeddedBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Namespaces have nothing in common but the broker. */
class NamespaceIT {
  private static EmbeddedBroker broker;
  private static Admin admin;

  private final String other = Fresh.name("other");
  private final String type = Fresh.type("AddProduct");
  private final String event = Fresh.type("ProductAdded");
  private final String query = Fresh.type("GetCart");

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start();
    admin = Admin.of(broker);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static ParleyClient client(String namespace, String service) {
    return ParleyClient.connect("parley://127.0.0.1:" + broker.port() + "/" + namespace, service);
  }

  private void create() throws Exception {
    admin.changeBroker("/namespaces", "{\"name\":\"" + other + "\"}");
  }

  @Test
  void shouldRefuseWhatOneNamespaceHasNoRoomForAndLeaveOthersAlone() throws Exception {
    create();
    admin.changeBroker("/namespaces/" + other + "/settings", "{\"maxBytes\":\"1048576\"}");
    byte[] large = new byte[600_000];
    try (ParleyClient here = client("default", "cart");
        ParleyClient there = client(other, "cart")) {
      there.send(OutgoingMessage.of(type, large));

      assertThatExceptionOfType(ParleyException.class)
          .isThrownBy(() -> there.send(OutgoingMessage.of(type, large)))
          .satisfies(
              refused -> {
                assertThat(refused.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
                assertThat(refused.retryAfter()).isPositive();
                assertThat(refused).hasMessageContaining("expected: at most 1048576 bytes");
              });
      assertThatExceptionOfType(ParleyException.class)
          .isThrownBy(() -> there.publish(OutgoingMessage.of(event, large)));
      here.send(OutgoingMessage.of(type, large));
      here.send(OutgoingMessage.of(type, large));
    }
    JsonNode shown = admin.get("/admin/v1/namespaces/" + other);
    assertThat(shown.get("bytes").asLong()).isBetween(600_000L, 1_048_576L);
    assertThat(shown.get("limited").asBoolean()).isTrue();
    admin.changeBroker("/namespaces/" + other + "/settings", "{}");
    try (ParleyClient there = client(other, "cart")) {
      there.send(OutgoingMessage.of(type, large));
    }
    assertThatThrownBy(
            () ->
                admin.changeBroker(
                    "/namespaces/" + other + "/settings", "{\"maxBytes\":\"1048575\"}"))
        .hasMessageContaining("max bytes: 1048575 (expected: 1048576 to 1125899906842624)");
  }

  @Test
  void shouldLetDifferentServicesOwnTheSameTypeAndHandEachItsOwn() throws Exception {
    create();
    Received<String> here = new Received<>();
    Received<String> there = new Received<>();
    try (ParleyClient cart = client("default", "cart");
        ParleyClient basket = client(other, "basket")) {
      cart.commandConsumer()
          .on(
              type,
              String.class,
              (body, delivery) -> {
                here.add(body);
                return CommandResult.complete().event(event, "here");
              })
          .start();
      basket
          .commandConsumer()
          .on(
              type,
              String.class,
              (body, delivery) -> {
                there.add(body);
                return CommandResult.complete().event(event, "there");
              })
          .start();
      Received<String> heardThere = new Received<>();
      basket
          .subscriber()
          .on(
              event,
              String.class,
              (body, delivery) -> {
                heardThere.add(body);
                return EventResult.complete();
              })
          .start();

      MessageId id = cart.send(OutgoingMessage.of(type, "1").trackOutcome());
      basket.send(OutgoingMessage.of(type, "2"));

      assertThat(here.next()).isEqualTo("1");
      assertThat(there.next()).isEqualTo("2");
      assertThat(heardThere.next()).isEqualTo("there");
      assertThat(cart.awaitOutcome(id, Await.PATIENCE).status()).isEqualTo(OutcomeStatus.COMPLETED);
      assertThat(basket.outcome(id).status()).isEqualTo(OutcomeStatus.PENDING);
    }
  }

  @Test
  void shouldStoreTheSameIdInEachAndAnswerQueriesInsideAlone() throws Exception {
    create();
    MessageId id = WireClient.randomId();
    try (ParleyClient here = client("default", "cart");
        ParleyClient there = client(other, "cart")) {
      here.responder().on(query, String.class, (body, asked) -> Answer.ok("here")).start();

      here.send(OutgoingMessage.of(type, "1").id(id));
      there.send(OutgoingMessage.of(type, "2").id(id));

      assertThat(here.ask(query, "", String.class, Duration.ofSeconds(5)).body()).isEqualTo("here");
      assertThatThrownBy(() -> there.ask(query, "", String.class, Duration.ofSeconds(5)))
          .isInstanceOf(QueryException.Unavailable.class);
      JsonNode unowned = admin.get("/admin/v1/namespaces/" + other + "/queues/" + type);
      assertThat(unowned.get("ready").asLong()).isEqualTo(1);
    }
  }

  @Test
  void shouldRefuseClientsOfNamespaceThatIsNotThereAndOfOneThatWasDeleted() throws Exception {
    assertNotFound(() -> client(other, "cart").close());
    create();
    try (ParleyClient client = client(other, "cart")) {
      client.send(OutgoingMessage.of(type, "1"));

      admin.changeBroker("/namespaces/" + other + "/delete", "{}");

      assertNotFound(() -> client(other, "cart").close());
      assertThat(admin.get("/admin/v1/namespaces").get("namespaces").toString())
          .contains("default")
          .doesNotContain(other);
    }
    create();
    try (ParleyClient client = client(other, "cart")) {
      assertThat(client.isConnected()).isTrue();
      assertThat(admin.get("/admin/v1/namespaces/" + other + "/queues").get("queues"))
          .as("nothing of the one before")
          .isEmpty();
    }
  }

  private static void assertNotFound(Runnable connecting) {
    assertThatExceptionOfType(ParleyException.class)
        .isThrownBy(connecting::run)
        .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND));
  }

  @Test
  void shouldRefuseNamesAndNumbersOutOfBounds() throws Exception {
    assertThatThrownBy(() -> admin.changeBroker("/namespaces", "{\"name\":\"no spaces\"}"))
        .hasMessageContaining("INVALID_NAME");
    assertThatThrownBy(() -> admin.changeBroker("/namespaces", "{\"name\":\"a.new\"}"))
        .hasMessageContaining("INVALID_NAME");
    assertThatThrownBy(() -> admin.changeBroker("/namespaces", "{\"name\":\"default\"}"))
        .hasMessageContaining("a name not in use");
    assertThatThrownBy(() -> admin.changeBroker("/namespaces/default/delete", "{}"))
        .hasMessageContaining("one that was created");
  }

  @Test
  void shouldTakeSixteenNamespacesAndNotOneMore(@TempDir Path directory) throws Exception {
    try (EmbeddedBroker small = EmbeddedBroker.startOn(directory)) {
      Admin its = Admin.of(small);
      List<String> made = new ArrayList<>();
      for (int i = 1; i < 16; i++) {
        made.add("n" + i);
        its.changeBroker("/namespaces", "{\"name\":\"n" + i + "\"}");
      }

      assertThatThrownBy(() -> its.changeBroker("/namespaces", "{\"name\":\"one-more\"}"))
          .hasMessageContaining("namespaces: 17 (expected: at most 16)");
      assertThat(made).hasSize(15);
    }
  }

  @Test
  void shouldKeepEachOverKillAndFinishADeletionThatWasCutShort(@TempDir Path directory)
      throws Exception {
    Path data = directory.resolve("data");
    try (BrokerProcess process = BrokerProcess.start(data)) {
      Admin its = process.admin();
      its.changeBroker("/namespaces", "{\"name\":\"kept\"}");
      try (ParleyClient client =
          ParleyClient.connect(process.uri().replace("/default", "/kept"), "shop")) {
        client.send(OutgoingMessage.of(type, "1"));
      }
      process.kill();
      copyAsIfDeletedHalf(data);

      process.start();
      Admin after = process.admin();

      assertThat(after.get("/admin/v1/namespaces").get("namespaces").toString())
          .isEqualTo("[\"default\",\"kept\"]");
      JsonNode queue = after.get("/admin/v1/namespaces/kept/queues/" + type);
      assertThat(queue.get("ready").asLong()).isEqualTo(1);
      assertThat(data.resolve("deleted")).doesNotExist();
    }
  }

  /** What a crash in the middle of a deletion, and one in the middle of a creation, leave. */
  private static void copyAsIfDeletedHalf(Path data) throws IOException {
    Path deleted = Files.createDirectories(data.resolve("deleted/gone"));
    Path made = Files.createDirectories(data.resolve("namespaces/half.new"));
    try (Stream<Path> files = Files.list(data.resolve("namespaces/kept"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, deleted.resolve(file.getFileName()));
        Files.copy(file, made.resolve(file.getFileName()));
      }
    }
  }
}
