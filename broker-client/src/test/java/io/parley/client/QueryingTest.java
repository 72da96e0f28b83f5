package io.parley.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.Payload;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryingTest extends ClientTest {
  private static final String GET_CART = "shop.cart.GetCart";

  record Cart(String id, int items) {}

  @Test
  void shouldAskWithPageAndFiltersAndReturnTheAnswer() throws InterruptedException {
    Connected connected = connect();
    CompletableFuture<Answer<Cart[]>> asking =
        later(
            () ->
                connected
                    .client()
                    .ask(
                        Query.of("shop.cart.FindCarts", "", Cart[].class)
                            .filter("country", "France")
                            .page(2)
                            .pageSize(20)
                            .deadline(Duration.ofSeconds(9))));

    Request.Ask ask = connected.peer().expect(Request.Ask.class);
    Message query = ScriptedBroker.messages(ask.query()).get(0);
    assertThat(query.kind()).isEqualTo(MessageKind.QUERY);
    assertThat(query.type()).isEqualTo("shop.cart.FindCarts");
    assertThat(query.headers()).isEqualTo(Map.of("country", "France"));
    assertThat(ask.page()).isEqualTo(2);
    assertThat(ask.pageSize()).isEqualTo(20);
    assertThat(ask.timeoutMs()).isBetween(1, 9_000);
    connected
        .peer()
        .send(
            new Response.Answered(
                ask.correlation(), 200, 2, 20, 41, "", json("[{\"id\":\"536365\",\"items\":7}]")));

    Answer<Cart[]> answer = asking.join();
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).containsExactly(new Cart("536365", 7));
    assertThat(answer.page()).isEqualTo(2);
    assertThat(answer.pageSize()).isEqualTo(20);
    assertThat(answer.total()).isEqualTo(41);
  }

  @ParameterizedTest
  @CsvSource({
    "400, BadRequest, BAD_QUERY",
    "401, NotIdentified, NOT_IDENTIFIED",
    "403, NotPermitted, NOT_PERMITTED",
    "404, NotFound, NOT_FOUND",
    "408, DeadlineExceeded, DEADLINE_EXCEEDED",
    "429, TooManyRequests, OVERLOADED",
    "503, Unavailable, NO_RESPONDER",
  })
  void shouldThrowOtherStatusesAsTypedErrors(int status, String type, ErrorCode code)
      throws InterruptedException {
    Connected connected = connect();
    CompletableFuture<Answer<Cart>> asking =
        later(() -> connected.client().ask(GET_CART, "9", Cart.class, LONG));
    Request.Ask ask = connected.peer().expect(Request.Ask.class);
    connected
        .peer()
        .send(
            new Response.Answered(ask.correlation(), status, 0, 0, -1, "cart '9'", Payload.EMPTY));

    assertThat(failureOf(asking))
        .isInstanceOfSatisfying(
            QueryException.class,
            e -> {
              assertThat(e.getClass().getSimpleName()).isEqualTo(type);
              assertThat(e.status()).isEqualTo(status);
              assertThat(e.code()).isEqualTo(code);
            })
        .hasMessage("cart '9'");
  }

  @Test
  void shouldFailAtOnceWhenNobodyAnswersTheType() throws InterruptedException {
    Connected connected = connect();
    CompletableFuture<Answer<Cart>> asking =
        connected.client().askAsync(Query.of(GET_CART, "9", Cart.class));
    Request.Ask ask = connected.peer().expect(Request.Ask.class);
    connected.peer().fail(ask, ErrorCode.NO_RESPONDER, "no responder for " + GET_CART);

    assertThat(failureOf(asking)).isInstanceOf(QueryException.Unavailable.class);
  }

  @Test
  void shouldEndAtTheDeadlineEvenIfTheBrokerSaysNothing() throws InterruptedException {
    Connected connected = connect();

    CompletableFuture<Answer<Cart>> asking =
        connected
            .client()
            .askAsync(Query.of(GET_CART, "9", Cart.class).deadline(Duration.ofMillis(50)));

    assertThat(failureOf(asking))
        .isInstanceOf(QueryException.DeadlineExceeded.class)
        .hasMessageContaining(GET_CART + ": no answer in PT0.05S");
  }

  @Test
  void shouldCancelTheQueryWithItsFuture() throws InterruptedException {
    Connected connected = connect();
    CompletableFuture<Answer<Cart>> asking =
        connected.client().askAsync(Query.of(GET_CART, "9", Cart.class));
    Request.Ask ask = connected.peer().expect(Request.Ask.class);

    asking.cancel(false);

    assertThat(connected.peer().expect(Request.CancelAsk.class).asked())
        .isEqualTo(ask.correlation());
  }

  @Test
  void shouldAnswerWhatItsHandlersSay() throws InterruptedException {
    Connected connected = connect();
    BlockingQueue<Question> questions = new LinkedBlockingQueue<>();
    int responder =
        start(
            connected,
            connected
                .client()
                .responder()
                .concurrency(2)
                .on(
                    GET_CART,
                    String.class,
                    (id, question) -> {
                      questions.add(question);
                      return switch (id) {
                        case "1" -> Answer.ok(new Cart("1", 3));
                        case "2" -> Answer.page(new Cart("2", 4), 5, 10, 51);
                        case "3" -> Answer.notFound("cart '3'");
                        case "4" -> throw new QueryException.NotPermitted("not yours");
                        default -> throw new IllegalStateException("broken");
                      };
                    })
                .on("shop.cart.GetItem", Cart.class, (cart, question) -> Answer.ok(cart)));

    ask(connected, responder, 10, GET_CART, "1");
    Request.Answer ok = connected.peer().expect(Request.Answer.class);
    assertThat(ok.question()).isEqualTo(10);
    assertThat(ok.status()).isEqualTo(200);
    assertThat(new String(ok.body().bytes(), UTF_8)).isEqualTo("{\"id\":\"1\",\"items\":3}");
    assertThat(ok.body().contentType()).isEqualTo("application/json");
    Question question = take(questions);
    assertThat(question.page()).isEqualTo(1);
    assertThat(question.pageSize()).isEqualTo(20);
    assertThat(question.type()).isEqualTo(GET_CART);
    assertThat(question.timeLeft()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(30));
    assertThat(question.isCancelled()).isFalse();

    ask(connected, responder, 11, GET_CART, "2");
    Request.Answer page = connected.peer().expect(Request.Answer.class);
    assertThat(page.page()).isEqualTo(5);
    assertThat(page.pageSize()).isEqualTo(10);
    assertThat(page.total()).isEqualTo(51);

    expectRefusal(connected, responder, GET_CART, "3", 404, "cart '3'");
    expectRefusal(connected, responder, GET_CART, "4", 403, "not yours");
    expectRefusal(
        connected, responder, GET_CART, "5", 503, "java.lang.IllegalStateException: broken");
    assertThat(take(told.handlerFailures)).hasMessage("broken");
    ask(connected, responder, 12, "shop.cart.GetItem", "no json");
    assertThat(connected.peer().expect(Request.Answer.class).status()).isEqualTo(400);
  }

  @Test
  void shouldTellAHandlerThatNobodyWaitsAnyMoreAndSendNoAnswer() throws InterruptedException {
    Connected connected = connect();
    BlockingQueue<Question> questions = new LinkedBlockingQueue<>();
    CountDownLatch release = new CountDownLatch(1);
    int responder =
        start(
            connected,
            connected
                .client()
                .responder()
                .on(
                    GET_CART,
                    String.class,
                    (id, question) -> {
                      questions.add(question);
                      if (id.equals("1")) {
                        release.await();
                      }
                      return Answer.ok(id);
                    }));
    ask(connected, responder, 10, GET_CART, "1");
    Question question = take(questions);

    connected.peer().send(new Push.QuestionCancelled(10));
    ask(connected, responder, 11, GET_CART, "2");

    assertThat(connected.peer().expect(Request.Answer.class).question()).isEqualTo(11);
    assertThat(question.isCancelled()).isTrue();
    release.countDown();
    ask(connected, responder, 12, GET_CART, "3");
    assertThat(connected.peer().expect(Request.Answer.class).question()).isEqualTo(12);
  }

  @Test
  void shouldFinishRunningAnswersWhenItCloses() throws InterruptedException {
    Connected connected = connect();
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Responder> starting =
        later(
            connected
                    .client()
                    .responder()
                    .on(
                        GET_CART,
                        String.class,
                        (id, question) -> {
                          begun.countDown();
                          release.await();
                          return Answer.ok(id);
                        })
                ::start);
    Request.Respond respond = connected.peer().expect(Request.Respond.class);
    connected.peer().ok(respond);
    Responder responder = starting.join();
    ask(connected, respond.responder(), 10, GET_CART, "1");
    begun.await();

    CompletableFuture<Void> closing = later(responder::close);
    connected.peer().ok(connected.peer().expect(Request.CloseResponder.class));
    assertThat(closing).isNotDone();
    release.countDown();

    assertThat(connected.peer().expect(Request.Answer.class).question()).isEqualTo(10);
    assertThat(closing).succeedsWithin(LONG);
  }

  private void expectRefusal(
      Connected connected, int responder, String type, String body, int status, String reason)
      throws InterruptedException {
    ask(connected, responder, 99, type, body);
    Request.Answer answer = connected.peer().expect(Request.Answer.class);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.reason()).isEqualTo(reason);
    assertThat(answer.body().isEmpty()).isTrue();
  }

  private static int start(Connected connected, Responder.Builder builder)
      throws InterruptedException {
    CompletableFuture<Responder> starting = later(builder::start);
    Request.Respond respond = connected.peer().expect(Request.Respond.class);
    connected.peer().ok(respond);
    starting.join();
    return respond.responder();
  }

  private static void ask(
      Connected connected, int responder, long question, String type, String body) {
    MessageBatch query =
        MessageBatch.single(
            message(MessageKind.QUERY, type, new MessageId(9, question), null, body));
    connected.peer().send(new Push.Question(responder, question, 30_000, 1, 20, query));
  }

  private static Payload json(String text) {
    return new Payload("application/json", text.getBytes(UTF_8));
  }
}
