package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.parley.client.Answer;
import io.parley.client.CommandResult;
import io.parley.client.ParleyClient;
import io.parley.client.Query;
import io.parley.client.QueryException;
import io.parley.client.Question;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.testkit.EmbeddedBroker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Queries, from their asker to whoever answers. */
class QueriesIT {
  private static final Duration DEADLINE = Await.PATIENCE;

  /** Of one type; the next is refused. */
  private static final int WAITING_MAX = 1_000;

  private static EmbeddedBroker broker;

  private final String type = Fresh.type("GetCart");

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  /** A cart, as JSON on the wire. */
  public record Cart(String id, int products) {}

  @Test
  void shouldAnswerWithWhatResponderReturns() {
    try (ParleyClient cart = client();
        ParleyClient shop = client()) {
      cart.responder()
          .on(type, Cart.class, (asked, question) -> Answer.ok(new Cart(asked.id(), 3)))
          .start();

      Answer<Cart> answer = shop.ask(type, new Cart("536365", 0), Cart.class, DEADLINE);

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(new Cart("536365", 3));
      assertThat(answer.total()).isEqualTo(Answer.TOTAL_UNKNOWN);
    }
  }

  @Test
  void shouldCarryPageAndFiltersThereAndPageAndTotalBack() throws Exception {
    Received<Question> received = new Received<>();
    try (ParleyClient cart = client();
        ParleyClient shop = client()) {
      cart.responder()
          .on(
              type,
              String.class,
              (asked, question) -> {
                received.add(question);
                return Answer.page(
                    new String[] {"a", "b"}, question.page(), question.pageSize(), 202);
              })
          .start();

      Answer<String[]> answer =
          shop.ask(
              Query.of(type, "all", String[].class)
                  .page(3)
                  .pageSize(2)
                  .filter("country", "France")
                  .filter("open", "true")
                  .deadline(DEADLINE));

      assertThat(answer.body()).containsExactly("a", "b");
      assertThat(answer.page()).isEqualTo(3);
      assertThat(answer.pageSize()).isEqualTo(2);
      assertThat(answer.total()).isEqualTo(202);
      Question question = received.next();
      assertThat(question.page()).isEqualTo(3);
      assertThat(question.pageSize()).isEqualTo(2);
      assertThat(question.filters()).isEqualTo(Map.of("country", "France", "open", "true"));
      assertThat(question.timeLeft()).isBetween(Duration.ZERO, DEADLINE);
    }
  }

  @Test
  void shouldReachAskerAsTypedErrorWhateverTheStatus() {
    try (ParleyClient cart = client();
        ParleyClient shop = client()) {
      cart.responder()
          .on(
              type,
              String.class,
              (asked, question) ->
                  switch (asked) {
                    case "400" -> Answer.badRequest("what?");
                    case "401" -> Answer.notIdentified("who?");
                    case "403" -> throw new QueryException.NotPermitted("not you");
                    case "404" -> throw new QueryException.NotFound("no such cart");
                    case "429" -> Answer.tooManyRequests("slower");
                    case "503" -> Answer.unavailable("not now");
                    default -> throw new IllegalStateException("a defect");
                  })
          .start();
      assertFails(shop, "400", QueryException.BadRequest.class, ErrorCode.BAD_QUERY, "what?");
      assertFails(shop, "401", QueryException.NotIdentified.class, ErrorCode.NOT_IDENTIFIED, "who");
      assertFails(shop, "403", QueryException.NotPermitted.class, ErrorCode.NOT_PERMITTED, "not y");
      assertFails(shop, "404", QueryException.NotFound.class, ErrorCode.NOT_FOUND, "no such cart");
      assertFails(shop, "429", QueryException.TooManyRequests.class, ErrorCode.OVERLOADED, "slow");
      assertFails(shop, "503", QueryException.Unavailable.class, ErrorCode.NO_RESPONDER, "not now");
      assertFails(shop, "?", QueryException.Unavailable.class, ErrorCode.NO_RESPONDER, "a defect");
    }
  }

  private void assertFails(
      ParleyClient shop,
      String asked,
      Class<? extends QueryException> expected,
      ErrorCode code,
      String reason) {
    assertThatExceptionOfType(expected)
        .isThrownBy(() -> shop.ask(type, asked, String.class, DEADLINE))
        .withMessageContaining(reason)
        .satisfies(e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void shouldFailAtOnceWhenNobodyAnswersType() {
    try (ParleyClient shop = client()) {
      Instant before = Instant.now();
      assertThatExceptionOfType(QueryException.Unavailable.class)
          .isThrownBy(() -> shop.ask(type, "536365", String.class, DEADLINE))
          .withMessageContaining(type)
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_RESPONDER));
      assertThat(Duration.between(before, Instant.now())).isLessThan(DEADLINE.dividedBy(2));
    }
  }

  @Test
  void shouldFailAtOnceWhenLastResponderLeaves() throws Exception {
    Received<Question> received = new Received<>();
    CountDownLatch never = new CountDownLatch(1);
    try (ParleyClient shop = client()) {
      ParleyClient cart = client();
      respondWhen(never, cart, received, "");
      CompletableFuture<Answer<String>> answer =
          shop.askAsync(Query.of(type, "536365", String.class).deadline(DEADLINE));
      Question unused = received.next();
      cart.abort();

      assertThat(Await.failure(answer)).isInstanceOf(QueryException.Unavailable.class);
    }
  }

  @Test
  void shouldFailAtDeadlineAndTellResponder() throws Exception {
    Received<Question> received = new Received<>();
    CountDownLatch end = new CountDownLatch(1);
    try (ParleyClient cart = client();
        ParleyClient shop = client()) {
      respondWhen(end, cart, received, "too late");
      Instant before = Instant.now();

      assertThatExceptionOfType(QueryException.DeadlineExceeded.class)
          .isThrownBy(() -> shop.ask(type, "536365", String.class, Duration.ofMillis(300)))
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED));

      assertThat(Duration.between(before, Instant.now())).isGreaterThan(Duration.ofMillis(299));
      Question question = received.next();
      Await.until("the responder knows", question::isCancelled);
      end.countDown();
    }
  }

  @Test
  void shouldTellResponderWhenAskerWaitsNoLonger() throws Exception {
    Received<Question> received = new Received<>();
    CountDownLatch end = new CountDownLatch(1);
    try (ParleyClient cart = client();
        ParleyClient shop = client()) {
      respondWhen(end, cart, received, "unheard");
      CompletableFuture<Answer<String>> answer =
          shop.askAsync(Query.of(type, "536365", String.class).deadline(DEADLINE));
      Question question = received.next();
      assertThat(question.isCancelled()).isFalse();
      assertThat(answer.cancel(false)).isTrue();

      Await.until("the responder knows", question::isCancelled);
      end.countDown();
    }
  }

  @Test
  void shouldAskAnotherResponderWhenFirstDisconnects() throws Exception {
    Received<Question> first = new Received<>();
    Received<Question> second = new Received<>();
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch already = new CountDownLatch(0);
    try (ParleyClient shop = client();
        ParleyClient other = client()) {
      ParleyClient cart = client();
      respondWhen(never, cart, first, "");
      CompletableFuture<Answer<String>> answer =
          shop.askAsync(Query.of(type, "536365", String.class).deadline(DEADLINE));
      Question asked = first.next();
      respondWhen(already, other, second, "from the other");
      cart.abort();

      assertThat(Await.result(answer).body()).isEqualTo("from the other");
      assertThat(second.next().id()).isEqualTo(asked.id());
    }
  }

  @Test
  void shouldShareQuestionsAmongRespondersAsTheirConcurrencySays() throws Exception {
    Received<Question> one = new Received<>();
    Received<Question> other = new Received<>();
    CountDownLatch end = new CountDownLatch(1);
    try (ParleyClient first = client();
        ParleyClient second = client();
        ParleyClient shop = client()) {
      for (var responder : Map.of(first, one, second, other).entrySet()) {
        responder
            .getKey()
            .responder()
            .concurrency(2)
            .on(
                type,
                String.class,
                (asked, question) -> {
                  responder.getValue().add(question);
                  Await.latch("all four are at work", end);
                  return Answer.ok(asked);
                })
            .start();
      }
      List<CompletableFuture<Answer<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        answers.add(shop.askAsync(Query.of(type, "" + i, String.class).deadline(DEADLINE)));
      }
      assertThat(one.next(2)).hasSize(2);
      assertThat(other.next(2)).hasSize(2);
      assertThat(one.rest()).isEmpty();
      assertThat(other.rest()).isEmpty();
      end.countDown();
      for (int i = 0; i < 10; i++) {
        assertThat(Await.result(answers.get(i)).body()).isEqualTo("" + i);
      }
    }
  }

  @Test
  void shouldAnswerThousandsInPipeline() throws Exception {
    int queries = 5_000;
    Semaphore window = new Semaphore(WAITING_MAX);
    try (ParleyClient cart = client();
        ParleyClient shop = client()) {
      cart.responder().on(type, String.class, (asked, question) -> Answer.ok(asked + "!")).start();
      List<CompletableFuture<Answer<String>>> answers = new ArrayList<>();
      for (int i = 0; i < queries; i++) {
        window.acquire();
        answers.add(
            shop.askAsync(Query.of(type, "cart " + i, String.class).deadline(DEADLINE))
                .whenComplete((answer, failure) -> window.release()));
      }
      for (int i = 0; i < queries; i++) {
        assertThat(Await.result(answers.get(i)).body()).isEqualTo("cart " + i + "!");
      }
    }
  }

  @Test
  void shouldRefuseQuestionThatWouldWaitBehindTooMany() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    Received<Question> received = new Received<>();
    try (ParleyClient cart = client();
        ParleyClient shop = client()) {
      respondWhen(end, cart, received, "at last");
      int inHand = 4; // a responder's concurrency
      List<CompletableFuture<Answer<String>>> answers = new ArrayList<>();
      for (int i = 0; i < inHand + WAITING_MAX; i++) {
        answers.add(shop.askAsync(Query.of(type, "" + i, String.class).deadline(DEADLINE)));
      }
      assertThat(received.next(inHand)).hasSize(inHand);
      assertThatExceptionOfType(ParleyException.class)
          .isThrownBy(() -> shop.ask(type, "one too many", String.class, DEADLINE))
          .withMessageContaining("more than " + WAITING_MAX)
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
      end.countDown();
      for (CompletableFuture<Answer<String>> answer : answers) {
        assertThat(Await.result(answer).body()).isEqualTo("at last");
      }
    }
  }

  @Test
  void shouldWriteNothingToDisk() throws Exception {
    try (EmbeddedBroker own = EmbeddedBroker.start();
        ParleyClient cart = ParleyClient.connect(own.uri(), "cart");
        ParleyClient shop = ParleyClient.connect(own.uri(), "shop")) {
      cart.responder().on(type, String.class, (asked, question) -> Answer.ok("3")).start();
      shop.ask(type, "which makes its type known", String.class, DEADLINE);

      long before = groupsCommitted(own);
      for (int i = 0; i < 100; i++) {
        assertThat(shop.ask(type, "" + i, String.class, DEADLINE).body()).isEqualTo("3");
      }
      assertThat(groupsCommitted(own)).isEqualTo(before);

      for (int i = 0; i < 2; i++) { // the second is after the first was counted
        shop.send(Fresh.type("AddProduct"), "which is written");
      }
      assertThat(groupsCommitted(own)).isGreaterThan(before);
    }
  }

  private static long groupsCommitted(EmbeddedBroker broker) throws Exception {
    String name = "parley_group_commit_seconds_count";
    return Admin.of(broker)
        .text("/metrics")
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void shouldAnswerUndecodableQueryWithBadRequest() {
    try (ParleyClient cart = client();
        ParleyClient shop = client()) {
      cart.responder().on(type, Cart.class, (asked, question) -> Answer.ok("")).start();
      assertThatExceptionOfType(QueryException.BadRequest.class)
          .isThrownBy(() -> shop.ask(type, "no JSON", String.class, DEADLINE))
          .withMessageContaining("Cart");
    }
  }

  @Test
  void shouldRefuseTypeOfAnotherKind() {
    try (ParleyClient cart = ParleyClient.connect(broker.uri(), Fresh.name("cart"))) {
      cart.commandConsumer()
          .on(type, String.class, (body, delivery) -> CommandResult.complete())
          .start();
      assertThatExceptionOfType(ParleyException.class)
          .isThrownBy(
              () ->
                  cart.responder()
                      .on(type, String.class, (asked, question) -> Answer.ok(""))
                      .start())
          .withMessageContaining(type)
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.WRONG_KIND));
      assertThatExceptionOfType(ParleyException.class)
          .isThrownBy(() -> cart.ask(type, "536365", String.class, DEADLINE))
          .withMessageContaining(type);
    }
  }

  // ---- what the tests say in short

  private static ParleyClient client() {
    return ParleyClient.connect(broker.uri(), "");
  }

  private void respondWhen(
      CountDownLatch when, ParleyClient client, Received<Question> received, String answer) {
    client
        .responder()
        .on(
            type,
            String.class,
            (asked, question) -> {
              received.add(question);
              Await.latch("the test says so", when);
              return Answer.ok(answer);
            })
        .start();
  }
}
