package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.parley.client.CommandConsumer;
import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.EventDelivery;
import io.parley.client.EventResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.client.Subscriber;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import io.parley.testkit.EmbeddedBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an operator is told about messages and types, and who owns them. */
class ExplainIT {
  private static EmbeddedBroker broker;
  private static Admin admin;

  private final String service = Fresh.name("cart");
  private final String type = Fresh.type("AddProduct");

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start();
    admin = Admin.of(broker);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void shouldFollowACommandFromItsSenderToItsEnd() throws Exception {
    Received<CommandDelivery> received = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      MessageId first = shop.send(type, "first");
      MessageId id = shop.send(OutgoingMessage.of(type, "second").trackOutcome());
      JsonNode place = onlyPlace(id);
      assertThat(place.get("reason").asText()).isEqualTo("UNOWNED");
      assertThat(place.get("ahead").asLong()).isEqualTo(1);

      try (CommandConsumer consumer =
          cart.commandConsumer().types(type).manual(received::add).start()) {
        CommandDelivery one = received.next();
        CommandDelivery two = received.next();
        place = onlyPlace(id);
        assertThat(place.get("reason").asText()).isEqualTo("LEASED");
        assertThat(place.get("destination").asText()).isEqualTo(service);
        assertThat(place.get("holder").asText()).startsWith(service).contains("127.0.0.1");
        assertThat(place.get("maxAttempts").asInt()).isEqualTo(10);

        Await.result(
            one.settleAsync(CommandResult.fail("Timeout", "took too long", Duration.ofHours(1))));
        place = onlyPlace(first);
        assertThat(place.get("reason").asText()).isEqualTo("RETRY");
        assertThat(place.get("errorClass").asText()).isEqualTo("Timeout");
        assertThat(place.get("failures").asInt()).isEqualTo(1);

        Await.result(two.settleAsync(CommandResult.complete("done")));
        JsonNode ended = admin.explain(id);
        assertThat(ended.get("status").asText()).isEqualTo("ENDED");
        assertThat(ended.get("outcome").get("status").asText()).isEqualTo("COMPLETED");
      }
    }
  }

  @Test
  void shouldSayWhichInboxesHaveAnEventAndWhichDont() throws Exception {
    String reader = Fresh.name("billing");
    String late = Fresh.name("late");
    Received<String> received = new Received<>();
    try (ParleyClient cart = client(service);
        ParleyClient billing = client(reader);
        ParleyClient other = client(service + "-log")) {
      subscribe(
          other,
          type,
          event -> {
            event.settle(EventResult.complete());
            received.add(event.body(String.class));
          });
      subscribe(billing, type, event -> {}).close();
      MessageId id = cart.publish(type, "fact");
      assertThat(received.next()).isEqualTo("fact");
      Await.until(
          "the log's copy is settled", () -> reasonIn(id, service + "-log").equals("SETTLED"));
      try (ParleyClient latecomer = client(late)) {
        subscribe(latecomer, type, event -> {}).close();
      }

      assertThat(reasonIn(id, reader)).isEqualTo("NO_CONSUMER");
      assertThat(reasonIn(id, late)).isEqualTo("SUBSCRIBED_LATER");
      JsonNode route = admin.look("/routes/" + type + "?kind=event");
      assertThat(route.get("receivers").findValuesAsText("name"))
          .containsExactlyInAnyOrder(reader, late, service + "-log");
    }
  }

  @Test
  void shouldSayThatNothingIsKnownOfAnIdThatNobodySent() throws Exception {
    JsonNode found = admin.explain(WireClient.randomId());

    assertThat(found.get("status").asText()).isEqualTo("UNKNOWN");
    assertThat(found.get("places")).isEmpty();
  }

  @Test
  void shouldMoveATypeWithItsCommandsToAnotherService() throws Exception {
    String heir = Fresh.name("basket");
    Received<CommandDelivery> held = new Received<>();
    Received<String> moved = new Received<>();
    int count = 2_000;
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service);
        ParleyClient basket = client(heir)) {
      CommandConsumer consumer =
          cart.commandConsumer().types(type).credit(1).manual(held::add).start();
      List<String> sent = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        sent.add("" + i);
        shop.sendAsync(type, "" + i);
      }
      CommandDelivery first = held.next();
      shop.send(type, "last");

      JsonNode done =
          admin.change(
              "/types/transfer", "{\"type\":\"" + type + "\",\"service\":\"" + heir + "\"}");
      assertThat(done.get("moved").asInt()).isEqualTo(count);
      assertThat(done.get("moving").asBoolean()).as("one is leased").isTrue();
      basket
          .commandConsumer()
          .on(
              type,
              String.class,
              (body, delivery) -> {
                moved.add(body);
                return CommandResult.complete();
              })
          .start();

      List<String> bodies = moved.next(count);
      assertThat(bodies.subList(0, count - 1)).isEqualTo(sent.subList(1, count));
      assertThat(bodies.get(count - 1)).isEqualTo("last");
      Await.result(first.settleAsync(CommandResult.complete()));
      Await.until("nothing moves any more", () -> counts(service).equals("0 0"));
      consumer.close();
      assertThatExceptionOfType(ParleyException.class)
          .isThrownBy(() -> cart.commandConsumer().types(type).manual(held::add).start())
          .withMessageContaining(heir);
    }
  }

  @Test
  void shouldShowWhoSendsPublishesAsksAndAnswers() throws Exception {
    String event = Fresh.type("Added");
    String web = Fresh.name("web");
    try (ParleyClient client = client(web);
        ParleyClient cart = client(service)) {
      client.send(type, "x");
      client.publish(event, "x");
      subscribe(cart, event, delivery -> {});

      JsonNode catalog = admin.look("/catalog");

      JsonNode command = typeIn(catalog, type);
      assertThat(command.get("owner").isNull()).isTrue();
      assertThat(command.get("waiting").asLong()).isEqualTo(1);
      assertThat(command.get("uses").findValuesAsText("service")).containsExactly(web);
      assertThat(command.get("uses").findValuesAsText("role")).containsExactly("sends");
      assertThat(typeIn(catalog, event).get("uses").findValuesAsText("role"))
          .containsExactly("publishes");
      assertThat(typeIn(catalog, event).get("subscriptions").get(0).asText()).isEqualTo(service);
    }
  }

  private static Subscriber subscribe(
      ParleyClient client, String type, Consumer<EventDelivery> receiver) {
    return client.subscriber().patterns(type).manual(receiver).start();
  }

  private static JsonNode typeIn(JsonNode catalog, String name) {
    for (JsonNode type : catalog.get("types")) {
      if (type.get("name").asText().equals(name)) {
        return type;
      }
    }
    throw new AssertionError("no type " + name + " in " + catalog);
  }

  private static JsonNode onlyPlace(MessageId id) throws Exception {
    JsonNode found = admin.explain(id);
    assertThat(found.get("status").asText()).isEqualTo("HERE");
    assertThat(found.get("places")).hasSize(1);
    return found.get("places").get(0);
  }

  private static String reasonIn(MessageId id, String inbox) {
    try {
      for (JsonNode place : admin.explain(id).get("places")) {
        if (place.get("destination").asText().equals(inbox)) {
          return place.get("reason").asText();
        }
      }
      return "none";
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static String counts(String queue) {
    try {
      JsonNode found = admin.queue(queue);
      return found.get("ready") + " " + found.get("leased");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static ParleyClient client(String service) {
    return ParleyClient.connect(broker.uri(), service);
  }
}
