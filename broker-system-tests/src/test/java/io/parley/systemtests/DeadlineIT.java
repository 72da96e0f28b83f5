package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.parley.client.Answer;
import io.parley.client.CommandResult;
import io.parley.client.Deadline;
import io.parley.client.DeadlineExceededException;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.client.Query;
import io.parley.client.QueryException;
import io.parley.client.UnconfirmedException;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.testkit.EmbeddedBroker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How much time is left, and for whom. */
class DeadlineIT {
  private static final Duration PATIENCE = Await.PATIENCE;
  private static final Duration SHORT = Duration.ofMillis(300);

  private static EmbeddedBroker broker;

  private final String service = Fresh.name("cart");
  private final String type = Fresh.type("GetCart");

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start(Settings.quickRetries(1));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void shouldGiveResponderWhatIsLeftOfTheScope() {
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      cart.responder()
          .on(
              type,
              String.class,
              (body, question) -> Answer.ok(Long.toString(question.timeLeft().toMillis())))
          .start();
      try (Deadline.Scope scope = shop.within(Duration.ofSeconds(20))) {
        long left = Long.parseLong(shop.ask(type, "", String.class, PATIENCE).body());
        assertThat(left).isBetween(1L, 20_000L);
      }
      long left = Long.parseLong(shop.ask(type, "", String.class, PATIENCE).body());
      assertThat(left).isBetween(20_001L, PATIENCE.toMillis());
    }
  }

  @Test
  void shouldPassAskersDeadlineOnToWhatItsHandlerAsks() {
    String inner = Fresh.type("GetPrice");
    try (ParleyClient shop = client("shop");
        ParleyClient prices = client(Fresh.name("prices"));
        ParleyClient cart = client(service)) {
      prices
          .responder()
          .on(
              inner,
              String.class,
              (body, question) -> Answer.ok(Long.toString(question.timeLeft().toMillis())))
          .start();
      cart.responder()
          .on(
              type,
              String.class,
              (body, question) -> Answer.ok(cart.ask(inner, "", String.class, PATIENCE).body()))
          .start();
      Answer<String> answer = shop.ask(type, "", String.class, Duration.ofSeconds(15));
      assertThat(Long.parseLong(answer.body())).isBetween(1L, 15_000L);
    }
  }

  @Test
  void shouldStopWaitingForAnswerWhenScopeIsOver() {
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      CompletableFuture<Void> end = new CompletableFuture<>();
      cart.responder()
          .on(
              type,
              String.class,
              (body, question) -> {
                end.join();
                return Answer.ok("late");
              })
          .start();
      try (Deadline.Scope scope = shop.within(SHORT)) {
        assertThatExceptionOfType(QueryException.DeadlineExceeded.class)
            .isThrownBy(() -> shop.ask(type, "", String.class, PATIENCE));
        assertThat(scope.deadline().isOver()).isTrue();
      } finally {
        end.complete(null);
      }
    }
  }

  @Test
  void shouldSendAndAskNothingOnceScopeIsOver() {
    try (ParleyClient shop = client("shop")) {
      try (Deadline.Scope scope = shop.within(Duration.ZERO)) {
        assertThatExceptionOfType(DeadlineExceededException.class)
            .isThrownBy(() -> shop.send("t.Late", "x"))
            .withMessageContaining("t.Late is not sent: the deadline passed");
        assertThatExceptionOfType(DeadlineExceededException.class)
            .isThrownBy(() -> shop.publishAsync("t.Late", "x"));
        assertThatExceptionOfType(QueryException.DeadlineExceeded.class)
            .isThrownBy(() -> shop.ask(type, "", String.class, PATIENCE))
            .withMessageContaining("is not asked: the deadline passed");
        assertThatExceptionOfType(QueryException.DeadlineExceeded.class)
            .isThrownBy(() -> shop.askAsync(Query.of(type, "", String.class)));
      }
      // Not refused for its kind: the broker never heard of the type.
      assertThat(shop.publish("t.Late", "x")).isNotNull();
    }
  }

  @Test
  void shouldWaitForConfirmNoLongerThanScope() {
    ParleyClient shop;
    try (EmbeddedBroker gone = EmbeddedBroker.start()) {
      shop = ParleyClient.connect(gone.uri(), "shop");
    }
    try (Deadline.Scope scope = shop.within(SHORT)) {
      long before = System.nanoTime();
      assertThatExceptionOfType(UnconfirmedException.class)
          .isThrownBy(() -> shop.send(type, "lantern"));
      assertThat(Duration.ofNanos(System.nanoTime() - before))
          .as("time, of the 30 s a send may take")
          .isBetween(Duration.ofMillis(200), Duration.ofSeconds(20));
    } finally {
      shop.abort();
    }
  }

  @Test
  void shouldWaitForOutcomeNoLongerThanScope() {
    try (ParleyClient shop = client("shop");
        Deadline.Scope scope = shop.within(SHORT)) {
      Outcome outcome = shop.sendAndAwait(OutgoingMessage.of(Fresh.type("Nobodys"), "x"), PATIENCE);
      assertThat(outcome.status()).isEqualTo(OutcomeStatus.PENDING);
      assertThat(scope.deadline().isOver()).isTrue();
    }
  }

  @Test
  void shouldPutHandlersWithinTheirConsumersDeadline() {
    String command = Fresh.type("AddProduct");
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      cart.commandConsumer()
          .deadline(Duration.ofSeconds(20))
          .on(
              command,
              String.class,
              (body, delivery) ->
                  CommandResult.complete(Long.toString(Deadline.current().timeLeft().toMillis())))
          .start();
      Outcome outcome = shop.sendAndComplete(OutgoingMessage.of(command, "x"), PATIENCE);
      long left = Long.parseLong(shop.codec().decode(outcome.result(), String.class));
      assertThat(left).isBetween(1L, 20_000L);
    }
  }

  @Test
  void shouldFailAttemptWhoseHandlerSendsTooLate() {
    String command = Fresh.type("AddProduct");
    try (ParleyClient shop = client("shop");
        ParleyClient cart = client(service)) {
      cart.commandConsumer()
          .deadline(Duration.ofMillis(1))
          .on(
              command,
              String.class,
              (body, delivery) -> {
                Await.until("its time is over", () -> Deadline.current().isOver());
                cart.send("t.Late", body);
                return CommandResult.complete();
              })
          .start();
      Outcome outcome = shop.sendAndAwait(OutgoingMessage.of(command, "x"), PATIENCE);
      assertThat(outcome.code()).isEqualTo(DeadlineExceededException.class.getName());
    }
  }

  @Test
  void shouldKeepTheEarlierOfNestedDeadlines() {
    Deadline late = Deadline.in(Duration.ofMinutes(10));
    Deadline early = Deadline.in(Duration.ofMinutes(1));
    assertThat(Deadline.current()).isNull();
    try (Deadline.Scope outer = early.enter()) {
      try (Deadline.Scope inner = late.enter()) {
        assertThat(inner.deadline()).isSameAs(early);
        assertThat(Deadline.current()).isSameAs(early);
      }
      assertThat(Deadline.current()).isSameAs(early);
    }
    assertThat(Deadline.current()).isNull();
    try (Deadline.Scope outer = late.enter();
        Deadline.Scope inner = early.enter()) {
      assertThat(inner.deadline()).isSameAs(early);
    }
    assertThat(Deadline.current()).isNull();
  }

  @Test
  void shouldBelongToItsThreadAndBeCarriedToOthers() throws Exception {
    Deadline.Scope scope = Deadline.in(PATIENCE).enter();
    CompletableFuture<Deadline> elsewhere = CompletableFuture.supplyAsync(Deadline::current);
    assertThat(elsewhere.handle((deadline, failure) -> deadline == null).get()).isTrue();
    CompletableFuture<Void> closing = CompletableFuture.runAsync(scope::close);
    assertThat(Await.failure(closing)).isInstanceOf(IllegalStateException.class);
    scope.close();
    scope.close();
    assertThat(Deadline.current()).isNull();

    Deadline carried = Deadline.in(PATIENCE);
    assertThat(
            CompletableFuture.supplyAsync(
                    () -> {
                      try (Deadline.Scope there = carried.enter()) {
                        return Deadline.current();
                      }
                    })
                .get())
        .isSameAs(carried);
  }

  @Test
  void shouldNameBounds() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Deadline.in(Duration.ofDays(25)))
        .withMessageContaining("deadline: PT600H");
    assertThat(Deadline.in(Duration.ofSeconds(-1)).timeLeft()).isZero();
    try (ParleyClient cart = client(service)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> cart.commandConsumer().deadline(Duration.ZERO));
      assertThatIllegalStateException().isThrownBy(() -> cart.commandConsumer().start());
    }
  }

  private static ParleyClient client(String service) {
    return ParleyClient.connect(broker.uri(), service);
  }
}
