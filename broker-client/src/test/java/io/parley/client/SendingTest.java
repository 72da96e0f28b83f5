package io.parley.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Payload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // what the broker sees of them is the test
class SendingTest extends ClientTest {
  @Test
  void shouldReturnTheIdWhenTheCommandIsDurable() throws InterruptedException {
    Connected connected = connect();

    CompletableFuture<MessageId> sending = later(() -> connected.client().send(TYPE, "85123A"));
    Request.Send send = connected.peer().expect(Request.Send.class);

    assertThat(sending).isNotDone();
    assertThat(send.firstSequence()).isEqualTo(1);
    connected.peer().confirm(send);
    Message message = ScriptedBroker.messages(send.batch()).get(0);
    assertThat(sending).succeedsWithin(LONG).isEqualTo(message.id());
    assertThat(message.kind()).isEqualTo(MessageKind.COMMAND);
    assertThat(message.type()).isEqualTo(TYPE);
    assertThat(message.body()).asString().isEqualTo("85123A");
  }

  @Test
  void shouldSayAllThatIsSaidOfAMessage() throws InterruptedException {
    Connected connected = connect();
    MessageId id = new MessageId(1, 2);

    connected
        .client()
        .sendAsync(
            OutgoingMessage.of(TYPE, new byte[] {1})
                .id(id)
                .key("536365")
                .header("country", "France")
                .correlationId(new MessageId(3, 4))
                .causationId(new MessageId(5, 6))
                .contentType("application/x-cart")
                .notBefore(Instant.ofEpochMilli(1_000))
                .expiresAt(Instant.ofEpochMilli(2_000))
                .priority(3)
                .trackOutcome());

    Message message =
        ScriptedBroker.messages(connected.peer().expect(Request.Send.class).batch()).get(0);
    assertThat(message)
        .usingRecursiveComparison()
        .isEqualTo(
            new Message(
                id,
                MessageKind.COMMAND,
                TYPE,
                "536365",
                new MessageId(3, 4),
                new MessageId(5, 6),
                1_000,
                2_000,
                3,
                true,
                true,
                "application/x-cart",
                Map.of("country", "France"),
                new byte[] {1}));
  }

  @Test
  void shouldPutWhatWaitsIntoOneFrame() throws InterruptedException {
    Connected connected = connect();
    List<Request.Send> first = new ArrayList<>();
    List<CompletableFuture<MessageId>> sent = new ArrayList<>();
    for (int i = 0; i < Sends.FRAMES_IN_FLIGHT_MAX; i++) {
      sent.add(connected.client().sendAsync(TYPE, "first " + i));
      first.add(connected.peer().expect(Request.Send.class));
    }

    for (int i = 0; i < 1_000; i++) {
      sent.add(connected.client().sendAsync(TYPE, "then " + i));
    }
    connected.peer().confirm(first.get(0));

    Request.Send batch = connected.peer().expect(Request.Send.class);
    assertThat(batch.firstSequence()).isEqualTo(Sends.FRAMES_IN_FLIGHT_MAX + 1);
    assertThat(
            ScriptedBroker.messages(batch.batch()).stream().map(m -> new String(m.body(), UTF_8)))
        .containsExactlyElementsOf(IntStream.range(0, 1_000).mapToObj(i -> "then " + i).toList());
    connected.peer().confirm(batch);
    first.subList(1, first.size()).forEach(connected.peer()::confirm);
    assertThat(CompletableFuture.allOf(sent.toArray(CompletableFuture<?>[]::new)))
        .succeedsWithin(LONG);
  }

  @Test
  void shouldKeepTheOrderOfCommandsAndEvents() throws InterruptedException {
    Connected connected = connect();
    fillFrames(connected);
    ParleyClient client = connected.client();
    client.sendAsync(TYPE, "1");
    client.sendAsync(TYPE, "2");
    client.publishAsync("shop.cart.CartCheckedOut", "3");
    client.sendAsync(TYPE, "4");
    confirmFilling(connected);

    assertThat(bodies(connected.peer().expect(Request.Send.class).batch()))
        .containsExactly("1", "2");
    Request.Publish publish = connected.peer().expect(Request.Publish.class);
    assertThat(bodies(publish.batch())).containsExactly("3");
    assertThat(publish.firstSequence()).isEqualTo(Sends.FRAMES_IN_FLIGHT_MAX + 3);
    assertThat(bodies(connected.peer().expect(Request.Send.class).batch())).containsExactly("4");
  }

  @Test
  void shouldBoundTheBytesOfAFrame() throws InterruptedException {
    broker.sendWindowBytes = 10 * 1024 * 1024;
    Connected connected = connect();
    fillFrames(connected);
    for (int i = 0; i < 20; i++) {
      connected.client().sendAsync(TYPE, new byte[20_000]);
    }
    confirmFilling(connected);

    int seen = 0;
    while (seen < 20) {
      Request.Send send = connected.peer().expect(Request.Send.class);
      assertThat(send.batch().length()).isLessThanOrEqualTo(256 * 1024);
      seen += send.batch().count();
      connected.peer().confirm(send);
    }
    assertThat(seen).isEqualTo(20);
  }

  @Test
  void shouldFailOnlyTheRefusedMessagesOfABatch() throws InterruptedException {
    Connected connected = connect();
    List<PendingFill> filling = fillFrames(connected);
    CompletableFuture<MessageId> first = connected.client().sendAsync(TYPE, "1");
    CompletableFuture<MessageId> second = connected.client().sendAsync(TYPE, "2");
    connected.peer().confirm(filling.get(0).frame());

    connected
        .peer()
        .confirm(
            connected.peer().expect(Request.Send.class),
            new Response.Refusal(1, ErrorCode.QUOTA_EXCEEDED, 750, "queue 'cart': full"));

    assertThat(first).succeedsWithin(LONG);
    assertThat(failureOf(second))
        .isInstanceOfSatisfying(
            ParleyException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
              assertThat(e.retryAfter()).isEqualTo(Duration.ofMillis(750));
            });
  }

  @Test
  void shouldThrowARefusalWhereTheCallerCanSeeIt() throws InterruptedException {
    Connected connected = connect();

    CompletableFuture<MessageId> sending = later(() -> connected.client().send(TYPE, "x"));
    Request.Send send = connected.peer().expect(Request.Send.class);
    connected
        .peer()
        .confirm(send, new Response.Refusal(0, ErrorCode.WRONG_KIND, 0, TYPE + " is an event"));

    assertThat(failureOf(sending))
        .isInstanceOf(ParleyException.class)
        .hasMessage(TYPE + " is an event")
        .hasStackTraceContaining("SendingTest");
  }

  @Test
  void shouldHoldSendersBackWhenTheWindowIsFull() throws InterruptedException {
    Connected connected = connect(builder().maxInFlight(2).sendTimeout(Duration.ofMillis(200)));
    ParleyClient client = connected.client();
    client.sendAsync(TYPE, "1");
    Request.Send first = connected.peer().expect(Request.Send.class);
    client.sendAsync(TYPE, "2");
    connected.peer().expect(Request.Send.class);

    assertThat(failureOf(client.sendAsync(TYPE, "3")))
        .isInstanceOfSatisfying(
            ParleyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED))
        .hasMessageContaining("2 messages")
        .hasMessageContaining("limits: 2 messages");

    connected.peer().confirm(first);
    CompletableFuture<MessageId> fourth = later(() -> client.sendAsync(TYPE, "4").get());
    Request.Send send = connected.peer().expect(Request.Send.class);
    assertThat(bodies(send.batch())).containsExactly("4");
    connected.peer().confirm(send);
    assertThat(fourth).succeedsWithin(LONG);
  }

  @Test
  void shouldSendWhatHangsOnAConfirmThoughTheWindowWasFull() throws InterruptedException {
    Connected connected = connect(builder().maxInFlight(1));
    ParleyClient client = connected.client();

    CompletableFuture<MessageId> both =
        client.sendAsync(TYPE, "1").thenCompose(id -> client.sendAsync(TYPE, "2"));
    connected.peer().confirm(connected.peer().expect(Request.Send.class));
    connected.peer().confirm(connected.peer().expect(Request.Send.class));

    assertThat(both).succeedsWithin(LONG);
  }

  @Test
  void shouldRefuseToWaitOnItsOwnThread() throws InterruptedException {
    Connected connected = connect();
    ParleyClient client = connected.client();

    CompletableFuture<MessageId> waiting =
        client.sendAsync(TYPE, "1").thenApply(id -> client.send(TYPE, "2"));
    connected.peer().confirm(connected.peer().expect(Request.Send.class));

    assertThat(failureOf(waiting)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldSayThatAMessageIsInDoubtWhenNoConfirmComes() throws InterruptedException {
    Connected connected = connect(builder().sendTimeout(Duration.ofMillis(100)));

    CompletableFuture<MessageId> sending = later(() -> connected.client().send(TYPE, "x"));
    Request.Send send = connected.peer().expect(Request.Send.class);

    assertThat(failureOf(sending))
        .isInstanceOfSatisfying(
            UnconfirmedException.class,
            e -> assertThat(e.id()).isEqualTo(ScriptedBroker.messages(send.batch()).get(0).id()));
  }

  @Test
  void shouldRefuseWhatTheBrokerWouldRefuseAnyway() throws InterruptedException {
    Connected connected = connect();
    ParleyClient client = connected.client();

    assertThatThrownBy(() -> client.sendAsync(TYPE, new byte[ScriptedBroker.MAX_MESSAGE_BYTES]))
        .isInstanceOfSatisfying(
            ParleyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE))
        .hasMessageContaining("(expected: at most 65536)");
    assertThatThrownBy(() -> client.sendAsync("add product", "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'add product'");
    assertThatThrownBy(() -> client.sendAsync(OutgoingMessage.of(TYPE, "x").priority(10)))
        .hasMessage("priority: 10 (expected: 0 to 9)");
  }

  @Test
  void shouldWaitForWhatBecomesOfACommand() throws InterruptedException {
    Connected connected = connect();

    CompletableFuture<Outcome> waiting =
        connected.client().sendAndAwaitAsync(OutgoingMessage.of(TYPE, "x"), LONG);
    Request.Send send = connected.peer().expect(Request.Send.class);
    connected.peer().confirm(send);
    Request.GetOutcome get = connected.peer().expect(Request.GetOutcome.class);
    Outcome rejected =
        new Outcome(OutcomeStatus.REJECTED, "FORBIDDEN", "no customer", Payload.EMPTY, 5);
    connected.peer().send(new Response.OutcomeIs(get.correlation(), rejected));

    Message sent = ScriptedBroker.messages(send.batch()).get(0);
    assertThat(sent.trackOutcome()).isTrue();
    assertThat(get.command()).isEqualTo(sent.id());
    assertThat(get.waitMs()).isBetween(1, (int) LONG.toMillis());
    assertThat(waiting).succeedsWithin(LONG);
    assertThat(waiting.join().code()).isEqualTo("FORBIDDEN");
  }

  @Test
  void shouldAskForAnOutcomeWithoutWaiting() throws InterruptedException {
    Connected connected = connect();

    CompletableFuture<Outcome> asking =
        later(() -> connected.client().outcome(new MessageId(1, 2)));
    Request.GetOutcome get = connected.peer().expect(Request.GetOutcome.class);
    assertThat(get.waitMs()).isZero();
    connected.peer().send(new Response.OutcomeIs(get.correlation(), Outcome.PENDING));

    assertThat(asking.join().status()).isEqualTo(OutcomeStatus.PENDING);
  }

  @Test
  void shouldSayThatARefusedCommandHasNoOutcome() throws InterruptedException {
    Connected connected = connect();

    CompletableFuture<Outcome> waiting =
        connected.client().sendAndAwaitAsync(OutgoingMessage.of(TYPE, "x"), LONG);
    Request.Send send = connected.peer().expect(Request.Send.class);
    connected.peer().confirm(send, new Response.Refusal(0, ErrorCode.QUOTA_EXCEEDED, 10, "full"));

    assertThat(failureOf(waiting)).isInstanceOf(ParleyException.class).hasMessage("full");
  }

  private record PendingFill(CompletableFuture<MessageId> future, Request.Send frame) {}

  private final List<PendingFill> filling = new ArrayList<>();

  /** As many frames on their way as make the next messages wait. */
  private List<PendingFill> fillFrames(Connected connected) throws InterruptedException {
    for (int i = 0; i < Sends.FRAMES_IN_FLIGHT_MAX; i++) {
      CompletableFuture<MessageId> future = connected.client().sendAsync(TYPE, "filling");
      filling.add(new PendingFill(future, connected.peer().expect(Request.Send.class)));
    }
    return filling;
  }

  private void confirmFilling(Connected connected) {
    filling.forEach(fill -> connected.peer().confirm(fill.frame()));
  }

  private static List<String> bodies(MessageBatch batch) {
    return ScriptedBroker.messages(batch).stream().map(m -> new String(m.body(), UTF_8)).toList();
  }
}
