package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.client.CommandResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.testkit.EmbeddedBroker;
import io.parley.testkit.ParleyExtension;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What users' own tests build on. */
@ExtendWith(ParleyExtension.class)
class EmbeddedBrokerTest {
  private static EmbeddedBroker ofAnotherTest;

  @Test
  void shouldBeGivenByExtension(EmbeddedBroker broker) {
    assertIsTheOneOfTheClass(broker);
    try (ParleyClient client = ParleyClient.connect(broker.uri(), "cart")) {
      client
          .commandConsumer()
          .on("Add", String.class, (what, delivery) -> CommandResult.complete())
          .start();
      assertThat(client.sendAndAwait(OutgoingMessage.of("Add", "lantern"), Await.PATIENCE).status())
          .isEqualTo(OutcomeStatus.COMPLETED);
    }
  }

  @Test
  void shouldTellOperatorsWhatItHolds(EmbeddedBroker broker) throws Exception {
    assertIsTheOneOfTheClass(broker);
    try (ParleyClient client = ParleyClient.connect(broker.uri(), "")) {
      client.send("Unowned", "lantern");
    }
    Admin admin = Admin.of(broker);
    assertThat(admin.status("/health/live")).isEqualTo(200);
    assertThat(admin.status("/health/ready")).isEqualTo(200);
    assertThat(admin.status("/metrics")).isEqualTo(200);
    assertThat(admin.queue("Unowned").get("ready").asInt()).isEqualTo(1);
    assertThat(admin.queue("Unowned").get("unowned").asBoolean()).isTrue();
  }

  private static void assertIsTheOneOfTheClass(EmbeddedBroker broker) {
    if (ofAnotherTest != null) {
      assertThat(broker).isSameAs(ofAnotherTest);
    }
    ofAnotherTest = broker;
  }

  @Test
  void shouldStandBesideAnotherOne() {
    try (EmbeddedBroker one = EmbeddedBroker.start();
        EmbeddedBroker other = EmbeddedBroker.start();
        ParleyClient client = ParleyClient.connect(one.uri(), "");
        ParleyClient otherClient = ParleyClient.connect(other.uri(), "")) {
      assertThat(one.port()).isNotEqualTo(other.port());
      MessageId id = client.send(OutgoingMessage.of("Add", "lantern").trackOutcome());
      assertThat(id).isNotNull();
      assertThat(otherClient.send("Add", "bunting")).isNotEqualTo(id);
    }
  }

  @Test
  void shouldKeepDataAndPortThroughRestart() throws Exception {
    Received<String> received = new Received<>();
    try (EmbeddedBroker broker = EmbeddedBroker.start();
        ParleyClient client = ParleyClient.connect(broker.uri(), "cart")) {
      client.send("Add", "lantern");
      int port = broker.port();
      broker.restart();
      assertThat(broker.port()).isEqualTo(port);
      client
          .commandConsumer()
          .on(
              "Add",
              String.class,
              (what, delivery) -> {
                received.add(what);
                return CommandResult.complete();
              })
          .start();
      assertThat(received.next()).isEqualTo("lantern");
    }
  }

  @Test
  void shouldKeepDirectoryItWasGiven(@TempDir Path data) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.startOn(data);
        ParleyClient client = ParleyClient.connect(broker.uri(), "")) {
      client.send("Add", "lantern");
    }
    try (EmbeddedBroker broker = EmbeddedBroker.startOn(data)) {
      assertThat(Admin.of(broker).queue("Add").get("ready").asInt()).isEqualTo(1);
    }
  }

  @Test
  void shouldStartQuicklyOnceTheClassesAreLoaded() {
    EmbeddedBroker.start().close();
    long begin = System.nanoTime();
    try (EmbeddedBroker broker = EmbeddedBroker.start()) {
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      System.out.println("embedded broker on port " + broker.port() + " started in " + took);
      // A tenth of this on a machine of its own; the bound is for one that ten others use.
      assertThat(took).isLessThan(Duration.ofSeconds(5));
    }
  }
}
