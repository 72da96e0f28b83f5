package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.parley.client.Answer;
import io.parley.client.ClientInterceptor;
import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.Delivery;
import io.parley.client.EventResult;
import io.parley.client.NotCompletedException;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.client.Query;
import io.parley.client.QueryException;
import io.parley.client.Question;
import io.parley.client.Receiver;
import io.parley.client.RejectedException;
import io.parley.client.Verdict;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.testkit.EmbeddedBroker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What interceptors see, change and refuse; and how rejections reach the sender. */
class InterceptorIT {
  private static final Duration PATIENCE = Await.PATIENCE;

  private static EmbeddedBroker broker;

  private final String service = Fresh.name("cart");
  private final String type = Fresh.type("AddProduct");
  private final Received<String> log = new Received<>();

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start(Settings.quickRetries(2));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  /** Notes all it sees under its name. */
  private class Noting implements ClientInterceptor {
    private final String name;

    Noting(String name) {
      this.name = name;
    }

    @Override
    public After<MessageId> beforeSend(MessageKind kind, OutgoingMessage message) {
      message.header("by-" + name, kind.name());
      log.add(name + " before send");
      return (id, failure) -> log.add(name + " after send " + (failure == null ? "ok" : failure));
    }

    @Override
    public void beforeEmit(MessageKind kind, OutgoingMessage message) {
      message.header("emitted-by", name);
    }

    @Override
    public After<Answer<?>> beforeAsk(Query<?> query) {
      query.filter("by", name);
      log.add(name + " before ask");
      return (answer, failure) ->
          log.add(name + " after ask " + (failure == null ? answer.body() : failure.getMessage()));
    }

    @Override
    public After<Verdict> beforeHandling(Delivery delivery) {
      log.add(name + " before handling");
      return (verdict, failure) ->
          log.add(
              name
                  + " after handling "
                  + verdict
                  + (failure == null ? "" : " " + failure.getMessage()));
    }

    @Override
    public After<Answer<?>> beforeAnswer(Question question) {
      log.add(name + " before answer");
      return (answer, failure) ->
          log.add(
              name + " after answer " + (failure == null ? answer.status() : failure.getMessage()));
    }
  }

  @Test
  void shouldCallInterceptorsInOrderAroundSendAndLetThemAddHeaders() throws Exception {
    Received<Map<String, String>> headers = new Received<>();
    try (ParleyClient shop = client("shop", new Noting("a"), new Noting("b"));
        ParleyClient cart = client(service)) {
      cart.commandConsumer()
          .on(
              type,
              String.class,
              (body, delivery) -> {
                headers.add(delivery.headers());
                return CommandResult.complete();
              })
          .start();
      shop.send(type, "lantern");

      assertThat(log.next(4))
          .containsExactly("a before send", "b before send", "b after send ok", "a after send ok");
      assertThat(headers.next()).isEqualTo(Map.of("by-a", "COMMAND", "by-b", "COMMAND"));
    }
  }

  @Test
  void shouldTellInterceptorsBeforeTheSenderHears() throws Exception {
    CompletableFuture<CompletableFuture<MessageId>> sent =
        new CompletableFuture<CompletableFuture<MessageId>>()
            .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    Received<Boolean> senderHeard = new Received<>();
    ClientInterceptor looking =
        new ClientInterceptor() {
          @Override
          public After<MessageId> beforeSend(MessageKind kind, OutgoingMessage message) {
            return (id, failure) -> senderHeard.add(sent.join().isDone());
          }
        };
    try (ParleyClient shop = client("shop", looking)) {
      sent.complete(shop.sendAsync(type, "lantern"));
      assertThat(senderHeard.next()).isFalse();
      assertThat(Await.result(sent.join())).isNotNull();
    }
  }

  @Test
  void shouldConfirmWhateverInterceptorsThrowAfterwards() throws Exception {
    ClientInterceptor throwing =
        new ClientInterceptor() {
          @Override
          public After<MessageId> beforeSend(MessageKind kind, OutgoingMessage message) {
            return (id, failure) -> {
              if (message.type().equals(type)) {
                throw new AssertionError("no such kettle");
              }
              throw new IllegalStateException("no such lid");
            };
          }
        };
    try (ParleyClient shop = client("shop", new Noting("a"), throwing)) {
      assertThat(Await.result(shop.sendAsync(type, "lantern"))).isNotNull();
      assertThat(Await.result(shop.sendAsync(type + "Too", "lantern"))).isNotNull();
      assertThat(log.next(4))
          .containsExactly("a before send", "a after send ok", "a before send", "a after send ok");
    }
  }

  @Test
  void shouldFailCallThatAnInterceptorRefusesAndTellThoseBeforeIt() throws Exception {
    ClientInterceptor refusing =
        new ClientInterceptor() {
          @Override
          public After<MessageId> beforeSend(MessageKind kind, OutgoingMessage message) {
            throw new IllegalArgumentException("no " + message.type() + " on Sundays");
          }

          @Override
          public After<Answer<?>> beforeAsk(Query<?> query) {
            throw new IllegalArgumentException("no questions");
          }
        };
    try (ParleyClient shop = client("shop", new Noting("a"), refusing, new Noting("c"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> shop.send(type, "lantern"))
          .withMessage("no " + type + " on Sundays");
      assertThat(log.next(2))
          .containsExactly(
              "a before send",
              "a after send java.lang.IllegalArgumentException: no " + type + " on Sundays");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> shop.ask(type, "", String.class, PATIENCE));
      assertThat(log.next(2)).containsExactly("a before ask", "a after ask no questions");
      assertThat(log.rest()).isEmpty();
    }
  }

  @Test
  void shouldTellRefusalOfTheBroker() throws Exception {
    try (ParleyClient shop = client("shop", new Noting("a"))) {
      shop.publish(type, "an event's type from now on");
      log.next(2);
      var failure = Await.failure(shop.sendAsync(type, "no command's any more"));
      assertThat(log.next(2)).containsExactly("a before send", "a after send " + failure);
    }
  }

  @Test
  void shouldTellHowHandlingEnded() throws Exception {
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service, new Noting("a"), new Noting("b"))) {
      cart.commandConsumer()
          .on(
              type,
              String.class,
              (body, delivery) ->
                  switch (body) {
                    case "complete" -> CommandResult.complete();
                    case "reject" -> throw new RejectedException("INVALID", "no price");
                    default -> throw new IllegalStateException("no stock");
                  })
          .start();

      shop.sendAndAwait(OutgoingMessage.of(type, "complete"), PATIENCE);
      assertThat(log.next(4))
          .containsExactly(
              "a before handling",
              "b before handling",
              "b after handling COMPLETE",
              "a after handling COMPLETE");
      shop.sendAndAwait(OutgoingMessage.of(type, "reject"), PATIENCE);
      assertThat(log.next(4)).endsWith("a after handling REJECT no price");
      shop.sendAndAwait(OutgoingMessage.of(type, "fail"), PATIENCE);
      assertThat(log.next(8)).endsWith("a after handling FAIL no stock");
    }
  }

  @Test
  void shouldSettleAsItsInterceptorRefuses() throws Exception {
    Received<String> handled = new Received<>();
    ClientInterceptor guard =
        new ClientInterceptor() {
          @Override
          public After<Verdict> beforeHandling(Delivery delivery) {
            switch (delivery.body(String.class)) {
              case "forbidden" -> throw new RejectedException("FORBIDDEN", "not yours");
              case "broken" -> throw new IllegalStateException("no key");
              default -> {
                return null;
              }
            }
          }
        };
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service, new Noting("a"), guard)) {
      cart.commandConsumer()
          .on(
              type,
              String.class,
              (body, delivery) -> {
                handled.add(body);
                return CommandResult.complete();
              })
          .start();

      Outcome rejected = shop.sendAndAwait(OutgoingMessage.of(type, "forbidden"), PATIENCE);
      assertThat(rejected.status()).isEqualTo(OutcomeStatus.REJECTED);
      assertThat(rejected.code()).isEqualTo("FORBIDDEN");
      assertThat(log.next(2))
          .containsExactly("a before handling", "a after handling REJECT not yours");
      Outcome dead = shop.sendAndAwait(OutgoingMessage.of(type, "broken"), PATIENCE);
      assertThat(dead.status()).isEqualTo(OutcomeStatus.DEAD_LETTERED);
      assertThat(dead.reason()).isEqualTo("no key");
      assertThat(log.next(4)).endsWith("a after handling FAIL no key");
      assertThat(handled.rest()).isEmpty();
    }
  }

  @Test
  void shouldSeeEachMessageOfABatchAndOfAReceiver() throws Exception {
    String other = Fresh.type("Refill");
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service, new Noting("a"));
        ParleyClient stock = client(Fresh.name("stock"), new Noting("r"));
        Receiver<CommandDelivery> receiver = stock.commandConsumer().types(other).openReceiver()) {
      shop.send(OutgoingMessage.of(type, "lantern"));
      shop.send(OutgoingMessage.of(type, "bunting"));
      cart.commandConsumer()
          .onBatch(
              type,
              String.class,
              10,
              batch -> {
                batch.get(0).delivery().release();
                throw new IllegalStateException("no more");
              })
          .start();
      assertThat(log.next(4)).contains("a before handling", "a after handling RELEASE");

      shop.send(other, "lantern");
      CommandDelivery delivery = receiver.receive(PATIENCE);
      Await.until("the receiver's message is seen", () -> log.rest().contains("r before handling"));
      delivery.complete();
      assertThat(log.rest()).contains("r after handling COMPLETE");
    }
  }

  @Test
  void shouldSeeWhatHandlersEmit() throws Exception {
    String event = Fresh.type("ProductAdded");
    Received<Map<String, String>> headers = new Received<>();
    try (ParleyClient shop = client("shop");
        ParleyClient stock = client(Fresh.name("stock"));
        ParleyClient cart = client(service, new Noting("a"))) {
      stock
          .subscriber()
          .on(
              event,
              String.class,
              (body, delivery) -> {
                headers.add(delivery.headers());
                return EventResult.complete();
              })
          .start();
      cart.commandConsumer()
          .on(type, String.class, (body, delivery) -> CommandResult.complete().event(event, body))
          .start();
      shop.send(type, "lantern");
      assertThat(headers.next()).isEqualTo(Map.of("emitted-by", "a"));
    }
  }

  @Test
  void shouldSeeQueriesOnBothSides() throws Exception {
    try (ParleyClient shop = client("shop", new Noting("asker"));
        ParleyClient cart = client(service, new Noting("responder"))) {
      cart.responder()
          .on(
              type,
              String.class,
              (body, question) ->
                  body.isEmpty() ? Answer.notFound("nothing") : Answer.ok(question.filter("by")))
          .start();

      assertThat(shop.ask(type, "cart", String.class, PATIENCE).body()).isEqualTo("asker");
      assertThat(log.next(4))
          .containsExactly(
              "asker before ask",
              "responder before answer",
              "responder after answer 200",
              "asker after ask asker");
      assertThat(Await.failure(shop.askAsync(Query.of(type, "", String.class))))
          .isInstanceOf(QueryException.NotFound.class);
      assertThat(log.next(4))
          .containsExactly(
              "asker before ask",
              "responder before answer",
              "responder after answer 404",
              "asker after ask nothing");
    }
  }

  @Test
  void shouldRefuseToAnswerWithTheStatusTheInterceptorThrows() {
    ClientInterceptor guard =
        new ClientInterceptor() {
          @Override
          public After<Answer<?>> beforeAnswer(Question question) {
            throw new QueryException.NotPermitted("staff only");
          }
        };
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service, guard)) {
      cart.responder().on(type, String.class, (body, question) -> Answer.ok("secret")).start();
      assertThatExceptionOfType(QueryException.NotPermitted.class)
          .isThrownBy(() -> shop.ask(type, "", String.class, PATIENCE))
          .withMessageContaining("staff only");
    }
  }

  @Test
  void shouldGoOnWhenAnAfterThrows() throws Exception {
    ClientInterceptor clumsy =
        new ClientInterceptor() {
          @Override
          public After<MessageId> beforeSend(MessageKind kind, OutgoingMessage message) {
            return (id, failure) -> {
              throw new IllegalStateException("clumsy");
            };
          }
        };
    try (ParleyClient shop = client("shop", new Noting("a"), clumsy)) {
      assertThat(shop.send(type, "lantern")).isNotNull();
      assertThat(log.next(2)).endsWith("a after send ok");
    }
  }

  // ---- rejections at the sender

  @Test
  void shouldThrowRejectionAtSenderWhenReceiverThrowsIt() {
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      cart.commandConsumer()
          .on(
              type,
              String.class,
              (body, delivery) ->
                  switch (body) {
                    case "complete" -> CommandResult.complete("done");
                    case "reject" -> throw new RejectedException("NOT_ALLOWED_NOW", "checked out");
                    default -> CommandResult.deadLetter("Broken", "for ever");
                  })
          .start();

      Outcome done = shop.sendAndComplete(OutgoingMessage.of(type, "complete"), PATIENCE);
      assertThat(shop.codec().decode(done.result(), String.class)).isEqualTo("done");
      assertThatExceptionOfType(RejectedException.class)
          .isThrownBy(() -> shop.sendAndComplete(OutgoingMessage.of(type, "reject"), PATIENCE))
          .withMessage("checked out")
          .satisfies(rejection -> assertThat(rejection.code()).isEqualTo("NOT_ALLOWED_NOW"));
      assertThatExceptionOfType(NotCompletedException.class)
          .isThrownBy(() -> shop.sendAndComplete(OutgoingMessage.of(type, "dead"), PATIENCE))
          .withMessageContaining("DEAD_LETTERED: Broken: for ever")
          .satisfies(
              failure ->
                  assertThat(failure.outcome().status()).isEqualTo(OutcomeStatus.DEAD_LETTERED));
    }
  }

  @Test
  void shouldSayThatCommandHasNotEndedInTime() {
    try (ParleyClient shop = client("shop")) {
      assertThatExceptionOfType(NotCompletedException.class)
          .isThrownBy(
              () ->
                  shop.sendAndComplete(OutgoingMessage.of(type, "lantern"), Duration.ofMillis(200)))
          .withMessageContaining("is PENDING yet");
    }
  }

  @Test
  void shouldPassRejectionOnWhenHandlerSendsAndCompletes() {
    String inner = Fresh.type("Reserve");
    try (ParleyClient shop = client("shop");
        ParleyClient stock = client(Fresh.name("stock"));
        ParleyClient cart = client(service)) {
      stock
          .commandConsumer()
          .on(inner, String.class, (body, delivery) -> CommandResult.reject("INVALID", "sold out"))
          .start();
      cart.commandConsumer()
          .on(
              type,
              String.class,
              (body, delivery) ->
                  CommandResult.complete(
                      cart.sendAndComplete(OutgoingMessage.of(inner, body), PATIENCE).code()))
          .start();
      Outcome outcome = shop.sendAndAwait(OutgoingMessage.of(type, "lantern"), PATIENCE);
      assertThat(outcome.status()).isEqualTo(OutcomeStatus.REJECTED);
      assertThat(outcome.reason()).isEqualTo("sold out");
    }
  }

  private static ParleyClient client(String service, ClientInterceptor... interceptors) {
    ParleyClient.Builder builder = ParleyClient.builder().uri(broker.uri()).service(service);
    for (ClientInterceptor interceptor : interceptors) {
      builder.interceptor(interceptor);
    }
    return builder.connect();
  }
}
