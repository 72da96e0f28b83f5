package io.parley.server.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.MalformedFrameException;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryRouterTest {
  private static final String TYPE = "shop.GetCart";
  private static final String OTHER = "shop.FindProducts";
  private static final MessageBatch QUERY = MessageBatch.of(new byte[100], 1);
  private static final Payload BODY = new Payload("text/plain", "two pears".getBytes(UTF_8));

  private long now = 42;
  private QueryRouter router = router(3, 1_000, 1_000_000);
  private final RecordingChannel ada = new RecordingChannel();
  private QuerySession asker = router.connect(ada);

  // ---- one answer

  @Test
  void shouldHandQueryToResponderAndAnswerToAsker() {
    Peer cart = responder(1, TYPE);

    asker.ask(TYPE, new Request.Ask(7, 500, 2, 20, QUERY));

    Push.Question question = (Push.Question) cart.channel.takeOne();
    assertThat(question).isEqualTo(new Push.Question(1, question.question(), 500, 2, 20, QUERY));
    cart.session.answer(new Request.Answer(0, question.question(), 200, 2, 20, 41, "", BODY));
    assertThat(ada.takeOne()).isEqualTo(new Response.Answered(7, 200, 2, 20, 41, "", BODY));
    assertThat(router.counters().answered()).isEqualTo(1);
    assertThat(router.counters().outstanding()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 400, 401, 403, 404, 408, 429, 503})
  void shouldPassOnEveryStatusAnAnswerCanHave(int status) {
    Peer cart = responder(1, TYPE);
    ask(7, TYPE);

    cart.answer(cart.channel.takeQuestions().get(0), status);

    assertThat(((Response.Answered) ada.takeOne()).status()).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 201, 206, 301, 500, 504, 65_535})
  void shouldFindAnyOtherStatusMalformed(int status) {
    Peer cart = responder(1, TYPE);
    ask(7, TYPE);
    long question = cart.channel.takeQuestions().get(0);

    assertThatThrownBy(() -> cart.answer(question, status))
        .isInstanceOf(MalformedFrameException.class)
        .hasMessageStartingWith("ANSWER status: " + status);
    assertThat(ada.take()).isEmpty();
  }

  @Test
  void shouldIgnoreSecondUnknownAndForeignAnswers() {
    Peer cart = responder(1, TYPE);
    Peer stranger = responder(1, OTHER);
    ask(7, TYPE);
    long question = cart.channel.takeQuestions().get(0);

    stranger.answer(question, 200);
    cart.answer(question + 1, 200);
    assertThat(ada.take()).isEmpty();
    cart.answer(question, 200);
    cart.answer(question, 404);

    assertThat(ada.take()).hasSize(1);
  }

  @Test
  void shouldFailAtOnceWhenNobodyAnswersTheType() {
    responder(1, OTHER);

    ask(7, TYPE);

    assertFailed(ada.takeOne(), 7, ErrorCode.NO_RESPONDER);
    assertThat(router.counters().unanswerable()).isEqualTo(1);
  }

  @Test
  void shouldLetConnectionAnswerItself() {
    asker.respond(new Request.Respond(1, 1, List.of(TYPE), 1));
    assertThat(ada.takeOne()).isEqualTo(new Response.Ok(1));

    ask(7, TYPE);

    Push.Question question = (Push.Question) ada.takeOne();
    asker.answer(answer(question.question(), 200));
    assertThat(ada.takeOne()).isInstanceOf(Response.Answered.class);
  }

  // ---- choosing a responder

  @Test
  void shouldTakeTurnsAmongEqualResponders() {
    List<Peer> carts = List.of(responder(10, TYPE), responder(10, TYPE), responder(10, TYPE));

    for (int i = 0; i < 6; i++) {
      ask(i, TYPE);
      assertThat(carts.get(i % 3).channel.takeQuestions()).hasSize(1);
    }
  }

  @Test
  void shouldTakeTurnsAmongIdleRespondersToo() {
    List<Peer> carts = List.of(responder(10, TYPE), responder(10, TYPE));

    for (int i = 0; i < 6; i++) {
      ask(i, TYPE);
      Peer turn = carts.get(i % 2);
      turn.answer(turn.channel.takeQuestions().get(0), 200);
    }
  }

  @Test
  void shouldPreferTheResponderWithFewestQuestionsInHand() {
    Peer slow = responder(10, TYPE);
    Peer fast = responder(10, TYPE);
    for (int i = 0; i < 4; i++) {
      ask(i, TYPE);
    }
    fast.channel.takeQuestions().forEach(question -> fast.answer(question, 200));
    slow.channel.take();

    ask(4, TYPE);
    ask(5, TYPE);

    assertThat(fast.channel.takeQuestions()).hasSize(2);
    assertThat(slow.channel.takeQuestions()).isEmpty();
  }

  @Test
  void shouldNeverExceedTheConcurrencyOfResponderOverAllItsTypes() {
    Peer both = responder(2, TYPE, OTHER);

    ask(1, TYPE);
    ask(2, OTHER);
    ask(3, TYPE);
    ask(4, OTHER);

    List<Long> first = both.channel.takeQuestions();
    assertThat(first).hasSize(2);
    both.answer(first.get(1), 200);
    List<Long> second = both.channel.takeQuestions();
    assertThat(second).hasSize(1);
    both.answer(second.get(0), 200);
    assertThat(both.channel.takeQuestions()).hasSize(1);
    assertThat(correlations(ada.take())).containsExactly(2, 3);
  }

  // ---- waiting

  @Test
  void shouldKeepQueriesWaitingInOrderWhileAllAreBusy() {
    Peer cart = responder(1, TYPE);
    for (int i = 1; i <= 3; i++) {
      ask(i, TYPE);
    }

    for (int i = 1; i <= 3; i++) {
      cart.answer(cart.channel.takeQuestions().get(0), 200);
      assertThat(correlations(ada.take())).containsExactly(i);
    }
  }

  @Test
  void shouldRefuseWhenTooManyOfTheTypeWait() {
    Peer cart = responder(1, TYPE);
    for (int i = 1; i <= 4; i++) {
      ask(i, TYPE);
    }
    assertThat(ada.take()).isEmpty();

    ask(5, TYPE);

    Response.Failure refusal = (Response.Failure) ada.takeOne();
    assertThat(refusal.code()).isEqualTo(ErrorCode.OVERLOADED);
    assertThat(refusal.retryAfterMs()).isEqualTo(100);
    cart.answer(cart.channel.takeQuestions().get(0), 200);
    ask(6, TYPE);
    assertThat(correlations(ada.take())).containsExactly(1);
  }

  @Test
  void shouldRefuseWhenTooManyQueriesOrBytesAreOutstanding() {
    useRouter(router(3, 2, 1_000_000));
    responder(10, TYPE);
    ask(1, TYPE);
    ask(2, TYPE);
    ask(3, TYPE);
    assertFailed(ada.takeOne(), 3, ErrorCode.OVERLOADED);

    useRouter(router(3, 1_000, 250));
    Peer cart = responder(10, TYPE);
    ask(1, TYPE);
    ask(2, TYPE);
    ask(3, TYPE);
    assertFailed(ada.takeOne(), 3, ErrorCode.OVERLOADED);
    cart.answer(cart.channel.takeQuestions().get(0), 200);
    ada.take();
    ask(4, TYPE);
    assertThat(ada.take()).isEmpty();
  }

  @Test
  void shouldGiveWaitingQueriesToNewResponder() {
    responder(1, TYPE);
    ask(1, TYPE);
    ask(2, TYPE);
    ask(3, TYPE);

    Peer helper = connect();
    helper.session.respond(new Request.Respond(9, 4, List.of(TYPE), 5));

    List<Frame> sent = helper.channel.take();
    assertThat(sent.get(0)).isEqualTo(new Response.Ok(9));
    assertThat(sent).hasSize(3);
  }

  @Test
  void shouldGiveResponderWhatWaitedLongestForAnyOfItsTypes() {
    Peer both = responder(1, TYPE, OTHER);
    ask(1, TYPE);
    ask(2, OTHER);
    ask(3, TYPE);
    ask(4, OTHER);

    for (int i = 1; i <= 4; i++) {
      both.answer(both.channel.takeQuestions().get(0), 200);
    }

    assertThat(correlations(ada.take())).containsExactly(1, 2, 3, 4);
  }

  @Test
  void shouldTellResponderOnlyTheTimeThatIsLeft() {
    Peer cart = responder(1, TYPE);
    ask(1, TYPE);
    ask(2, TYPE);
    long first = cart.channel.takeQuestions().get(0);

    pass(400);
    cart.answer(first, 200);

    assertThat(((Push.Question) cart.channel.takeOne()).timeoutMs()).isEqualTo(600);
  }

  // ---- deadlines

  @Test
  void shouldFailAskerAndCancelQuestionAtTheDeadline() {
    Peer cart = responder(1, TYPE);
    ask(7, TYPE);
    long question = cart.channel.takeQuestions().get(0);

    pass(999);
    assertThat(ada.take()).isEmpty();
    pass(1);

    assertFailed(ada.takeOne(), 7, ErrorCode.DEADLINE_EXCEEDED);
    assertThat(cart.channel.takeOne()).isEqualTo(new Push.QuestionCancelled(question));
    cart.answer(question, 200);
    assertThat(ada.take()).isEmpty();
    assertThat(router.counters().expired()).isEqualTo(1);
    assertThat(router.counters().outstanding()).isZero();
  }

  @Test
  void shouldGiveTheRoomOfAnExpiredQuestionToTheNext() {
    Peer cart = responder(1, TYPE);
    ask(1, 1_000, TYPE);
    ask(2, 5_000, TYPE);
    cart.channel.take();

    pass(1_000);

    assertThat(cart.channel.takeQuestions()).hasSize(1);
    assertThat(correlations(ada.take())).containsExactly(1);
  }

  @Test
  void shouldFailWaitingQueryAtItsDeadline() {
    Peer cart = responder(1, TYPE);
    ask(1, 5_000, TYPE);
    ask(2, 1_000, TYPE);
    cart.channel.take();

    pass(1_000);

    assertFailed(ada.takeOne(), 2, ErrorCode.DEADLINE_EXCEEDED);
    assertThat(cart.channel.take()).isEmpty();
  }

  @Test
  void shouldNotHandOverWaitingQueryWhoseDeadlineHasPassedUnnoticed() {
    Peer cart = responder(1, TYPE);
    ask(1, 5_000, TYPE);
    ask(2, 1_000, TYPE);
    long first = cart.channel.takeQuestions().get(0);
    now += TimeUnit.MILLISECONDS.toNanos(1_001);

    cart.answer(first, 200);

    List<Frame> sent = ada.take();
    assertThat(correlations(sent)).containsExactly(1, 2);
    assertFailed(sent.get(1), 2, ErrorCode.DEADLINE_EXCEEDED);
    assertThat(cart.channel.take()).isEmpty();
  }

  @Test
  void shouldExpireEachQueryInItsTimeHoweverLongTheDeadlines() {
    responder(1_000, TYPE);
    int[] timeouts = {1, 9, 10, 11, 10_239, 10_240, 10_241, 59_999, 3_600_000};
    for (int i = 0; i < timeouts.length; i++) {
      ask(i, timeouts[i], TYPE);
    }

    List<Integer> expired = new ArrayList<>();
    long passed = 0;
    for (int timeout : timeouts) {
      pass(timeout - 1 - passed);
      expired.addAll(correlations(ada.take()));
      assertThat(expired).hasSize(IntStream.of(timeouts).filter(t -> t < timeout).toArray().length);
      pass(1);
      passed = timeout;
    }
    expired.addAll(correlations(ada.take()));
    assertThat(expired).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
  }

  @Test
  void shouldExpireEverythingDueAfterLongPause() {
    responder(1_000, TYPE);
    for (int i = 0; i < 500; i++) {
      ask(i, 1 + i * 37, TYPE);
    }

    pass(3_600_000);

    assertThat(correlations(ada.take())).hasSize(500).doesNotHaveDuplicates();
    assertThat(router.counters().outstanding()).isZero();
  }

  @Test
  void shouldRefuseTimeoutsOutsideTheBounds() {
    responder(1, TYPE);

    ask(1, 0, TYPE);
    assertFailed(ada.takeOne(), 1, ErrorCode.DEADLINE_EXCEEDED);
    ask(2, 3_600_001, TYPE);
    assertFailed(ada.takeOne(), 2, ErrorCode.INVALID_ARGUMENT);
  }

  // ---- cancelling

  @Test
  void shouldCancelQuestionWhenAskerCancels() {
    Peer cart = responder(1, TYPE);
    ask(7, TYPE);
    ask(8, TYPE);
    long question = cart.channel.takeQuestions().get(0);

    asker.cancel(new Request.CancelAsk(0, 7));

    assertFailed(ada.takeOne(), 7, ErrorCode.CANCELLED);
    List<Frame> sent = cart.channel.take();
    assertThat(sent.get(0)).isEqualTo(new Push.QuestionCancelled(question));
    assertThat(sent.get(1)).isInstanceOf(Push.Question.class);
    asker.cancel(new Request.CancelAsk(0, 7));
    assertThat(ada.take()).isEmpty();
  }

  @Test
  void shouldCancelWaitingQueryWithoutTroublingAnybody() {
    Peer cart = responder(1, TYPE);
    ask(7, TYPE);
    ask(8, TYPE);
    long first = cart.channel.takeQuestions().get(0);

    asker.cancel(new Request.CancelAsk(0, 8));
    cart.answer(first, 200);

    assertThat(correlations(ada.take())).containsExactly(8, 7);
    assertThat(cart.channel.take()).isEmpty();
  }

  @Test
  void shouldCancelQuestionsWhenAskerDisconnects() {
    Peer cart = responder(1, TYPE);
    ask(7, TYPE);
    ask(8, TYPE);
    long question = cart.channel.takeQuestions().get(0);

    asker.disconnected();
    asker.disconnected();
    ask(9, TYPE);

    // Frames for an asker that is gone are the channel's to drop; none is sent.
    assertThat(ada.take()).isEmpty();
    List<Frame> sent = cart.channel.take();
    assertThat(sent.get(0)).isEqualTo(new Push.QuestionCancelled(question));
    assertThat(router.counters().outstanding()).isZero();
  }

  // ---- responders that leave

  @Test
  void shouldAskAnotherResponderWhenOneDisconnects() {
    Peer first = responder(1, TYPE);
    Peer second = responder(1, TYPE);
    ask(7, TYPE);
    assertThat(first.channel.takeQuestions()).hasSize(1);

    pass(300);
    first.session.disconnected();

    Push.Question again = (Push.Question) second.channel.takeOne();
    assertThat(again.timeoutMs()).isEqualTo(700);
    second.answer(again.question(), 200);
    assertThat(((Response.Answered) ada.takeOne()).correlation()).isEqualTo(7);
    assertThat(router.counters().askedAgain()).isEqualTo(1);
  }

  @Test
  void shouldAskAgainBeforeWhatWaits() {
    Peer first = responder(1, TYPE);
    Peer second = responder(1, TYPE);
    ask(1, TYPE);
    ask(2, TYPE);
    ask(3, TYPE);
    List<Long> seconds = second.channel.takeQuestions();
    first.session.disconnected();

    second.answer(seconds.get(0), 200);
    second.answer(second.channel.takeQuestions().get(0), 200);
    second.answer(second.channel.takeQuestions().get(0), 200);

    assertThat(correlations(ada.take())).containsExactly(2, 1, 3);
  }

  @Test
  void shouldFailWhenTheLastResponderDisconnects() {
    Peer cart = responder(1, TYPE);
    ask(1, TYPE);
    ask(2, TYPE);

    cart.session.disconnected();

    List<Frame> failures = ada.take();
    assertThat(correlations(failures)).containsExactlyInAnyOrder(1, 2);
    failures.forEach(
        failure ->
            assertThat(((Response.Failure) failure).code()).isEqualTo(ErrorCode.NO_RESPONDER));
    assertThat(router.counters().responders()).isZero();
    assertThat(router.counters().outstanding()).isZero();
  }

  @Test
  void shouldNotLetOneQueryEndTheConnectionsOfAllResponders() {
    List<Peer> carts =
        IntStream.range(0, QueryRouter.ATTEMPTS_MAX + 1).mapToObj(i -> responder(1, TYPE)).toList();
    ask(7, TYPE);

    for (int i = 0; i < QueryRouter.ATTEMPTS_MAX; i++) {
      assertThat(carts.get(i).channel.takeQuestions()).hasSize(1);
      carts.get(i).session.disconnected();
    }

    assertFailed(ada.takeOne(), 7, ErrorCode.NO_RESPONDER);
    assertThat(carts.get(QueryRouter.ATTEMPTS_MAX).channel.take()).isEmpty();
  }

  @Test
  void shouldFailRatherThanAskAgainAfterTheDeadline() {
    Peer first = responder(1, TYPE);
    Peer second = responder(1, TYPE);
    ask(7, TYPE);
    now += TimeUnit.SECONDS.toNanos(2);

    first.session.disconnected();

    assertFailed(ada.takeOne(), 7, ErrorCode.DEADLINE_EXCEEDED);
    assertThat(second.channel.take()).isEmpty();
  }

  @Test
  void shouldLetClosedResponderAnswerWhatItHasAndGiveItNothingElse() {
    Peer cart = responder(1, TYPE);
    ask(1, TYPE);
    ask(2, TYPE);
    long question = cart.channel.takeQuestions().get(0);

    cart.session.closeResponder(new Request.CloseResponder(9, 1));

    assertThat(cart.channel.takeOne()).isEqualTo(new Response.Ok(9));
    assertFailed(ada.takeOne(), 2, ErrorCode.NO_RESPONDER);
    ask(3, TYPE);
    assertFailed(ada.takeOne(), 3, ErrorCode.NO_RESPONDER);
    cart.answer(question, 200);
    assertThat(correlations(ada.take())).containsExactly(1);
    cart.session.respond(new Request.Respond(10, 1, List.of(TYPE), 1));
    cart.channel.take();
    ask(4, TYPE);
    assertThat(cart.channel.takeQuestions()).hasSize(1);
  }

  @Test
  void shouldAskAgainWhatClosedResponderLeavesUnanswered() {
    Peer cart = responder(1, TYPE);
    ask(1, TYPE);
    cart.session.closeResponder(new Request.CloseResponder(9, 1));
    Peer other = responder(1, TYPE);

    cart.session.disconnected();

    assertThat(other.channel.takeQuestions()).hasSize(1);
  }

  @Test
  void shouldNotRegisterResponderOfConnectionThatHasEnded() {
    Peer cart = connect();
    cart.session.disconnected();

    cart.session.respond(new Request.Respond(1, 1, List.of(TYPE), 1));

    ask(7, TYPE);
    assertFailed(ada.takeOne(), 7, ErrorCode.NO_RESPONDER);
  }

  // ---- mistakes

  @Test
  void shouldRefuseRespondersThatAreNone() {
    Peer cart = responder(1, TYPE);

    cart.session.respond(new Request.Respond(2, 2, List.of(), 1));
    assertFailed(cart.channel.takeOne(), 2, ErrorCode.INVALID_ARGUMENT);
    cart.session.respond(new Request.Respond(3, 2, List.of(TYPE), 0));
    assertFailed(cart.channel.takeOne(), 3, ErrorCode.INVALID_ARGUMENT);
    cart.session.respond(new Request.Respond(4, 2, List.of(TYPE), 65_537));
    assertFailed(cart.channel.takeOne(), 4, ErrorCode.INVALID_ARGUMENT);
    cart.session.respond(new Request.Respond(5, 1, List.of(OTHER), 1));
    assertFailed(cart.channel.takeOne(), 5, ErrorCode.INVALID_ARGUMENT);
  }

  @Test
  void shouldLimitTheNumberOfResponders() {
    List<Peer> some = IntStream.range(0, 8).mapToObj(i -> responder(1, TYPE)).toList();
    Peer one = connect();

    one.session.respond(new Request.Respond(2, 2, List.of(TYPE), 1));
    assertFailed(one.channel.takeOne(), 2, ErrorCode.TOO_MANY);

    some.get(0).session.disconnected();
    one.session.respond(new Request.Respond(3, 2, List.of(TYPE), 1));
    assertThat(one.channel.takeOne()).isEqualTo(new Response.Ok(3));
  }

  @Test
  void shouldCountTypeNamedTwiceOnce() {
    Peer cart = responder(5, TYPE, TYPE);
    cart.session.disconnected();

    ask(7, TYPE);

    assertFailed(ada.takeOne(), 7, ErrorCode.NO_RESPONDER);
  }

  @Test
  void shouldCloseConnectionThatUsesCorrelationTwice() {
    responder(5, TYPE);
    ask(7, TYPE);

    ask(7, TYPE);

    Response.Failure last = (Response.Failure) ada.takeOne();
    assertThat(last.code()).isEqualTo(ErrorCode.MALFORMED_FRAME);
    assertThat(last.closing()).isTrue();
  }

  // ---- helpers

  private record Peer(RecordingChannel channel, QuerySession session) {
    void answer(long question, int status) {
      session.answer(QueryRouterTest.answer(question, status));
    }
  }

  private QueryRouter router(int waitingMax, int outstandingMax, long bytesMax) {
    return new QueryRouter(
        new QuerySettings(
            waitingMax, outstandingMax, bytesMax, 8, Duration.ofHours(1), Duration.ofMillis(100)),
        () -> now);
  }

  private void useRouter(QueryRouter other) {
    router = other;
    asker = router.connect(ada);
  }

  private Peer connect() {
    RecordingChannel channel = new RecordingChannel();
    return new Peer(channel, router.connect(channel));
  }

  private Peer responder(int concurrency, String... types) {
    Peer peer = connect();
    peer.session.respond(new Request.Respond(5, 1, List.of(types), concurrency));
    assertThat(peer.channel.take().get(0)).isEqualTo(new Response.Ok(5));
    return peer;
  }

  private void ask(int correlation, String type) {
    ask(correlation, 1_000, type);
  }

  private void ask(int correlation, int timeoutMs, String type) {
    asker.ask(type, new Request.Ask(correlation, timeoutMs, 0, 0, QUERY));
  }

  private static Request.Answer answer(long question, int status) {
    return new Request.Answer(0, question, status, 0, 0, -1, "", BODY);
  }

  private void pass(long ms) {
    now += TimeUnit.MILLISECONDS.toNanos(ms);
    router.expire(now);
  }

  private static List<Integer> correlations(List<Frame> frames) {
    return frames.stream().map(Frame::correlation).toList();
  }

  private static void assertFailed(Frame frame, int correlation, ErrorCode code) {
    assertThat(frame)
        .isInstanceOfSatisfying(
            Response.Failure.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(code);
              assertThat(failure.correlation()).isEqualTo(correlation);
              assertThat(failure.closing()).isFalse();
            });
  }
}
