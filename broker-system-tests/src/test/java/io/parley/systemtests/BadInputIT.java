package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.parley.client.Answer;
import io.parley.client.CommandResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.WireLimits;
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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.zip.CRC32C;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What bad input gets from a running broker, and from the client before it: a specific error with
 * its code, the offending value and what was expected. The broker goes on.
 */
class BadInputIT {
  private static final int MAX_MESSAGE = 64 * 1024;
  private static final String TOO_LONG = "x".repeat(WireLimits.NAME_MAX_CHARS + 1);

  private static EmbeddedBroker broker;
  private static EmbeddedBroker strict;

  private final String service = Fresh.name("cart");
  private final String type = Fresh.type("AddProduct");

  @BeforeAll
  static void start() {
    broker =
        EmbeddedBroker.start(
            config -> Settings.maxMessageBytes(MAX_MESSAGE).apply(quickRetries(config)));
    strict = EmbeddedBroker.start(Settings.declaredTypesOnly());
  }

  private static io.parley.server.config.BrokerConfig quickRetries(
      io.parley.server.config.BrokerConfig config) {
    return Settings.quickRetries(2).apply(config);
  }

  @AfterAll
  static void stop() {
    broker.close();
    strict.close();
  }

  // ---- names

  @Test
  void shouldNotSendMessageWithTooLongType() {
    try (ParleyClient client = client()) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> client.send(TOO_LONG, ""))
          .withMessageContaining("201 characters")
          .withMessageContaining("expected: 1 to 200");
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> client.publish("with space", ""))
          .withMessageContaining("'with space'")
          .withMessageContaining("position 5")
          .withMessageContaining("expected");
      assertStillServes(client);
    }
  }

  /** From a client that doesn't look. */
  @Test
  void shouldRefuseMessageWithTooLongTypeAlone() throws Exception {
    try (WireClient client = WireClient.welcomed(broker.port(), "")) {
      byte[] tooLong = recordOfType(TOO_LONG);
      client.write(new Request.Send(2, 1, MessageBatch.of(tooLong, 1)));
      Response.Refusal refusal = client.read(Response.Confirm.class).refusals().get(0);
      assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_NAME);
      assertThat(refusal.message()).contains("201").contains("expected");

      client.write(new Request.Send(3, 2, MessageBatch.of(recordOfType(type), 1)));
      assertThat(client.read(Response.Confirm.class).refusals()).isEmpty();
    }
  }

  /** The smallest record there is, with whatever type. */
  private static byte[] recordOfType(String name) {
    byte[] sound = MessageRecord.encode(WireClient.message(MessageKind.COMMAND, "x", ""));
    byte[] record = new byte[sound.length - 1 + name.length()];
    System.arraycopy(sound, 0, record, 0, MessageRecord.FIXED_BYTES);
    record[MessageRecord.FIXED_BYTES - 1] = (byte) name.length();
    for (int i = 0; i < name.length(); i++) {
      record[MessageRecord.FIXED_BYTES + i] = (byte) name.charAt(i);
    }
    CRC32C checksum = new CRC32C();
    checksum.update(record, 8, record.length - 8);
    ByteBuffer.wrap(record).putInt(record.length - 4).putInt((int) checksum.getValue());
    return record;
  }

  /** A batch is stored as it came, with what was refused in it. */
  @Test
  void shouldFindMessagesBesideOneThatIsNone() throws Exception {
    byte[] before = MessageRecord.encode(WireClient.message(MessageKind.COMMAND, type, ""));
    byte[] none = MessageRecord.encode(WireClient.message(MessageKind.COMMAND, type, ""));
    none[9] = 0; // its kind
    CRC32C checksum = new CRC32C();
    checksum.update(none, 8, none.length - 8);
    ByteBuffer.wrap(none).putInt(4, (int) checksum.getValue());
    Message wanted = WireClient.message(MessageKind.COMMAND, type, "");
    byte[] after = MessageRecord.encode(wanted);
    byte[] batch = ByteBuffer.allocate(3 * before.length).put(before).put(none).put(after).array();
    try (WireClient client = WireClient.welcomed(broker.port(), "")) {
      client.write(new Request.Send(2, 1, MessageBatch.of(batch, 3)));
      List<Response.Refusal> refusals = client.read(Response.Confirm.class).refusals();
      assertThat(refusals).hasSize(1);
      assertThat(refusals.get(0).message()).contains("message kind: 0");

      client.write(new Request.CancelCommand(3, wanted.id()));
      assertThat(client.read(Response.Ok.class).correlation()).isEqualTo(3);
      MessageId refused = new MessageRecord().wrap(none, 0).id();
      client.write(new Request.CancelCommand(4, refused));
      assertThat(client.read(Response.Failure.class).code()).isEqualTo(ErrorCode.NOT_FOUND);
    }
  }

  @Test
  void shouldRefuseBadNamesOfQueuesSubscriptionsAndPatterns() throws Exception {
    try (WireClient client = WireClient.welcomed(broker.port(), service)) {
      assertRefused(
          client,
          new Request.Consume(2, 1, TOO_LONG, List.of(type), 1, 0),
          ErrorCode.INVALID_NAME,
          "queue name: 201 characters");
      assertRefused(
          client,
          new Request.Consume(3, 1, "", List.of("no/slash"), 1, 0),
          ErrorCode.INVALID_NAME,
          "'no/slash'");
      assertRefused(
          client,
          new Request.Subscribe(4, 1, "", List.of("shop.Cart*"), 1, 0, -1),
          ErrorCode.INVALID_NAME,
          "'shop.Cart*'");
      assertRefused(
          client,
          new Request.Subscribe(5, 1, "", List.of("shop.>.Cart"), 1, 0, -1),
          ErrorCode.INVALID_NAME,
          "'shop.>.Cart'");
    }
  }

  @Test
  void shouldRefuseNumbersOutOfRange() throws Exception {
    try (WireClient client = WireClient.welcomed(broker.port(), service)) {
      assertRefused(
          client,
          new Request.Consume(2, 1, "", List.of(type), 1, 999),
          ErrorCode.INVALID_ARGUMENT,
          "lease: 999 ms");
      assertRefused(
          client,
          new Request.Consume(3, 0, "", List.of(type), 1, 0),
          ErrorCode.INVALID_ARGUMENT,
          "consumer: 0");
      assertRefused(client, new Request.CloseConsumer(4, 77), ErrorCode.NOT_FOUND, "consumer: 77");
    }
    try (WireClient tool = WireClient.welcomed(broker.port(), "")) {
      assertRefused(
          tool,
          new Request.Consume(2, 1, "", List.of(type), 1, 0),
          ErrorCode.INVALID_ARGUMENT,
          "without service");
    }
  }

  private static void assertRefused(
      WireClient client, Request request, ErrorCode code, String value) throws Exception {
    client.write(request);
    Response.Failure failure = client.read(Response.Failure.class);
    assertThat(failure.correlation()).isEqualTo(request.correlation());
    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.closing()).isFalse();
    assertThat(failure.message()).contains(value).contains("expected");
  }

  // ---- kinds and policies

  @Test
  void shouldRefuseTypeAsAnotherKind() {
    try (ParleyClient client = client()) {
      client.send(type, "a command for ever");
      assertFails(ErrorCode.WRONG_KIND, type, () -> client.publish(type, ""));
      assertFails(
          ErrorCode.WRONG_KIND,
          type,
          () -> client.responder().on(type, String.class, (q, question) -> Answer.ok("")).start());
      String event = Fresh.type("Added");
      client.publish(event, "");
      assertFails(ErrorCode.WRONG_KIND, event, () -> client.send(event, ""));
      assertFails(
          ErrorCode.WRONG_KIND,
          event,
          () ->
              client
                  .commandConsumer()
                  .on(event, String.class, (body, delivery) -> CommandResult.complete())
                  .start());
      assertStillServes(client);
    }
  }

  @Test
  void shouldRefuseUnknownTypeUnderPolicyDeclaredUntilItIs() throws Exception {
    try (ParleyClient client = ParleyClient.connect(strict.uri(), service)) {
      assertFails(ErrorCode.TYPE_NOT_DECLARED, type, () -> client.send(type, ""));
      assertFails(ErrorCode.TYPE_NOT_DECLARED, type, () -> client.publish(type, ""));
      assertFails(
          ErrorCode.TYPE_NOT_DECLARED,
          type,
          () ->
              client
                  .commandConsumer()
                  .on(type, String.class, (body, delivery) -> CommandResult.complete())
                  .start());
      assertFails(
          ErrorCode.TYPE_NOT_DECLARED,
          type,
          () -> client.responder().on(type, String.class, (q, question) -> Answer.ok("")).start());

      declare("{\"name\":\"%s\",\"kind\":\"command\",\"owner\":\"%s\"}".formatted(type, service));
      client
          .commandConsumer()
          .on(type, String.class, (body, delivery) -> CommandResult.complete())
          .start();
      assertThat(client.sendAndAwait(OutgoingMessage.of(type, ""), Await.PATIENCE).status())
          .isEqualTo(OutcomeStatus.COMPLETED);
    }
  }

  private static void declare(String json) throws Exception {
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create(strict.adminUri() + "/admin/v1/namespaces/default/types"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(json))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
  }

  // ---- sizes

  @Test
  void shouldRefuseMessageOverTheLimit() throws Exception {
    byte[] body = new byte[MAX_MESSAGE];
    try (ParleyClient client = client()) {
      assertFails(ErrorCode.MESSAGE_TOO_LARGE, "" + MAX_MESSAGE, () -> client.send(type, body));
      assertFails(ErrorCode.MESSAGE_TOO_LARGE, "expected", () -> client.publish(type, body));
      assertStillServes(client);
    }
    // From a client that doesn't look, in a frame that isn't too large.
    try (WireClient client = WireClient.welcomed(broker.port(), "")) {
      String large = "x".repeat(MAX_MESSAGE);
      client.write(
          new Request.Send(
              2, 1, MessageBatch.single(WireClient.message(MessageKind.COMMAND, type, large))));
      Response.Refusal refusal = client.read(Response.Confirm.class).refusals().get(0);
      assertThat(refusal.code()).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
      assertThat(refusal.message())
          .contains("" + (MAX_MESSAGE + MessageRecord.FIXED_BYTES + type.length()))
          .contains("expected: at most " + MAX_MESSAGE);
    }
  }

  @Test
  void shouldFailAttemptWhoseResultOrEmissionIsOverTheLimit() {
    byte[] body = new byte[MAX_MESSAGE];
    try (ParleyClient client = client()) {
      client
          .commandConsumer()
          .on(
              type,
              String.class,
              (what, delivery) -> CommandResult.complete().event(type + "ed", body))
          .start();
      Outcome outcome = client.sendAndAwait(OutgoingMessage.of(type, "event"), Await.PATIENCE);
      assertThat(outcome.status()).isEqualTo(OutcomeStatus.DEAD_LETTERED);
      assertThat(outcome.reason()).contains("" + MAX_MESSAGE).contains("expected");
    }
  }

  // ---- connecting

  @Test
  void shouldRefuseBadUriAndSayWhatIsWrong() {
    for (String bad :
        List.of(
            "http://127.0.0.1:7440",
            "parley://",
            "parley://127.0.0.1:0",
            "parley://127.0.0.1:seven",
            "parley://127.0.0.1/no spaces",
            "parley://a,,b/default",
            "parleys://127.0.0.1")) {
      assertThatExceptionOfType(ParleyException.class)
          .as(bad)
          .isThrownBy(() -> ParleyClient.connect(bad, service))
          .withMessageContaining("'" + bad + "'")
          .withMessageContaining("expected: parley://")
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }
    assertThatExceptionOfType(ParleyException.class)
        .isThrownBy(() -> ParleyClient.connect("parley://me:secret@:7440", service))
        .satisfies(e -> assertThat(e.getMessage()).contains("me").doesNotContain("secret"));
  }

  @Test
  void shouldRefuseNamespaceThatIsNotThere() {
    String uri = "parley://127.0.0.1:" + broker.port() + "/elsewhere";
    assertThatExceptionOfType(ParleyException.class)
        .isThrownBy(() -> ParleyClient.connect(uri, service))
        .withMessageContaining("'elsewhere'")
        .withMessageContaining("[default]")
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND));
  }

  @Test
  void shouldSayThatNobodyAnswersAtAddress() {
    int closed;
    try (EmbeddedBroker gone = EmbeddedBroker.start()) {
      closed = gone.port();
    }
    assertThatExceptionOfType(ParleyException.class)
        .isThrownBy(
            () ->
                ParleyClient.builder()
                    .uri("parley://127.0.0.1:" + closed)
                    .connectTimeout(Duration.ofMillis(300))
                    .connect())
        .withMessageContaining("127.0.0.1:" + closed)
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_CONNECTED));
  }

  // ---- what the tests say in short

  private ParleyClient client() {
    return ParleyClient.connect(broker.uri(), service);
  }

  private static void assertFails(ErrorCode code, String value, ThrowingCallable doing) {
    assertThatExceptionOfType(ParleyException.class)
        .isThrownBy(doing)
        .withMessageContaining(value)
        .satisfies(e -> assertThat(e.code()).isEqualTo(code));
  }

  private static void assertStillServes(ParleyClient client) {
    assertThat(client.send(Fresh.type("Sound"), "")).isNotNull();
  }
}
