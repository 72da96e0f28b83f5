package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.parley.client.Answer;
import io.parley.client.CommandResult;
import io.parley.client.EventResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.client.Query;
import io.parley.protocol.model.MessageId;
import io.parley.testkit.EmbeddedBroker;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What caused what, from a command through its events to what follows from them. */
class TraceIT {
  private static EmbeddedBroker broker;
  private static Admin admin;

  private final String cart = Fresh.name("cart");
  private final String billing = Fresh.name("billing");
  private final String checkOut = Fresh.type("CheckOut");
  private final String checkedOut = Fresh.type("CheckedOut");
  private final String sendInvoice = Fresh.type("SendInvoice");

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

  /** A command whose completion emits an event, whose handler sends a command that is rejected. */
  private MessageId talk() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient carts = client(cart);
        ParleyClient bills = client(billing);
        ParleyClient reader = client(billing + "-late")) {
      reader.subscriber().patterns(checkedOut).manual(event -> {}).start().close();
      Received<String> done = new Received<>();
      bills
          .commandConsumer()
          .on(
              sendInvoice,
              String.class,
              (body, delivery) -> {
                done.add(body);
                return CommandResult.reject("INVALID", "no address");
              })
          .start();
      bills
          .subscriber()
          .on(
              checkedOut,
              String.class,
              (body, delivery) -> {
                bills.send(OutgoingMessage.of(sendInvoice, body));
                return EventResult.complete();
              })
          .start();
      carts
          .commandConsumer()
          .on(
              checkOut,
              String.class,
              (body, delivery) -> CommandResult.complete().event(checkedOut, body))
          .start();
      MessageId first = shop.send(OutgoingMessage.of(checkOut, "1").trackOutcome());
      assertThat(done.next()).isEqualTo("1");
      return first;
    }
  }

  private static JsonNode trace(MessageId id) throws Exception {
    return admin.look("/messages/" + id + "/trace");
  }

  @Test
  void shouldTellTheWholeConversationFromAnyOfItsMessages() throws Exception {
    MessageId first = talk();

    JsonNode trace = trace(first);

    assertThat(trace.get("correlationId").asText()).isEqualTo(first.toString());
    JsonNode messages = trace.get("messages");
    assertThat(messages.findValuesAsText("type")).contains(checkOut, checkedOut, sendInvoice);
    JsonNode root = named(messages, checkOut);
    JsonNode event = named(messages, checkedOut);
    JsonNode next = named(messages, sendInvoice);
    assertThat(root.get("causationId").isNull()).isTrue();
    assertThat(event.get("causationId").asText()).isEqualTo(root.get("id").asText());
    assertThat(next.get("causationId").asText()).isEqualTo(event.get("id").asText());
    assertThat(root.get("state").get("outcome").get("status").asText()).isEqualTo("COMPLETED");
    assertThat(event.get("state").get("places").findValuesAsText("destination"))
        .contains(billing + "-late");
    MessageId last = MessageId.parse(next.get("id").asText());
    assertThat(trace(last).get("messages").size()).isEqualTo(messages.size());
  }

  private static JsonNode named(JsonNode messages, String type) {
    for (JsonNode message : messages) {
      if (message.get("type").asText().equals(type)) {
        return message;
      }
    }
    throw new AssertionError("no " + type + " in " + messages);
  }

  @Test
  void shouldTellWhatHandlersAsked() throws Exception {
    String getPrice = Fresh.type("GetPrice");
    Received<String> done = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient carts = client(cart)) {
      shop.responder()
          .on(getPrice, String.class, (body, question) -> Answer.ok("7 pounds"))
          .start();
      carts
          .commandConsumer()
          .on(
              checkOut,
              String.class,
              (body, delivery) -> {
                done.add(carts.ask(Query.of(getPrice, body, String.class)).body());
                return CommandResult.complete().event(checkedOut, body);
              })
          .start();
      MessageId command = shop.send(OutgoingMessage.of(checkOut, "1").trackOutcome());
      assertThat(done.next()).isEqualTo("7 pounds");
      shop.awaitOutcome(command, Duration.ofSeconds(20));

      JsonNode query = named(trace(command).get("messages"), getPrice);

      assertThat(query.get("kind").asText()).isEqualTo("query");
      assertThat(query.get("causationId").asText()).isEqualTo(command.toString());
      assertThat(query.get("result").asText()).isEqualTo("200");
      assertThat(query.get("tookMicros").asLong()).isPositive();
      MessageId asked = MessageId.parse(query.get("id").asText());
      assertThat(named(trace(asked).get("messages"), checkOut).get("id").asText())
          .isEqualTo(command.toString());
    }
  }

  @Test
  void shouldKnowConversationsFromBeforeARestart() throws Exception {
    MessageId first = talk();
    trace(first); // what is written down now is in a file

    broker.restart();
    admin = Admin.of(broker);

    assertThat(trace(first).get("messages").findValuesAsText("type"))
        .contains(checkOut, checkedOut, sendInvoice);
  }

  @Test
  void shouldSayThatAMessageIsInNoConversation() {
    assertThatThrownBy(() -> trace(WireClient.randomId()))
        .hasMessageContaining("404")
        .hasMessageContaining("caused by none and caused none");
  }
}
