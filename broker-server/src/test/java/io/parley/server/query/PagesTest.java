package io.parley.server.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.Payload;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Answers that come page by page. */
class PagesTest {
  private static final String TYPE = "shop.FindCarts";
  private static final MessageBatch QUERY = MessageBatch.of(new byte[100], 1);
  private static final Payload BODY = new Payload("text/plain", "two pears".getBytes(UTF_8));
  private static final int ASK = 7;

  private long now = 42;
  private final QueryRouter router =
      new QueryRouter(
          new QuerySettings(3, 1_000, 1_000_000, 8, Duration.ofHours(1), Duration.ofMillis(100)),
          () -> now);
  private final RecordingChannel ada = new RecordingChannel();
  private final QuerySession asker = router.connect(ada);

  @Test
  void shouldPassPagesOnInOrderAndTheEnd() {
    Peer cart = responder();
    ask(4, "after 17");

    Push.QuestionPages question = (Push.QuestionPages) cart.channel.takeOne();
    assertThat(question)
        .isEqualTo(new Push.QuestionPages(1, question.question(), 500, 20, 4, "after 17", QUERY));
    cart.page(question.question(), "18");
    cart.page(question.question(), "19");
    cart.end(question.question(), 204);

    assertThat(ada.take())
        .containsExactly(
            new Response.Page(ASK, "18", BODY),
            new Response.Page(ASK, "19", BODY),
            new Response.Answered(ASK, 204, 0, 0, -1, "", Payload.EMPTY));
    assertThat(router.counters().pages()).isEqualTo(2);
    assertThat(router.counters().answered()).isEqualTo(1);
    assertThat(router.counters().outstanding()).isZero();
  }

  @Test
  void shouldPassOnTheAnswerOfResponderThatHasNoPages() {
    Peer cart = responder();
    ask(1, "");

    cart.end(cart.takeQuestion().question(), 200);

    assertThat(ada.takeOne()).isInstanceOf(Response.Answered.class);
  }

  @Test
  void shouldPassOnAnErrorBetweenPages() {
    Peer cart = responder();
    ask(4, "");
    long question = cart.takeQuestion().question();
    cart.page(question, "");

    cart.end(question, 429);

    List<Frame> got = ada.take();
    assertThat(got).hasSize(2);
    assertThat(((Response.Answered) got.get(1)).status()).isEqualTo(429);
  }

  @Test
  void shouldGrantWhatTheAskerGrants() {
    Peer cart = responder();
    ask(1, "");
    long question = cart.takeQuestion().question();
    cart.page(question, "");
    assertThat(cart.channel.take()).isEmpty();

    asker.credit(new Request.PageCredit(0, ASK, 2));

    assertThat(cart.channel.takeOne()).isEqualTo(new Push.QuestionCredit(question, 2));
  }

  @Test
  void shouldCloseResponderThatSendsPageWithoutCredit() {
    Peer cart = responder();
    ask(1, "");
    long question = cart.takeQuestion().question();
    cart.page(question, "");
    ada.take();

    cart.page(question, "");

    assertThat(ada.take()).isEmpty();
    assertClosed(cart, "a page without credit");
  }

  @Test
  void shouldCloseResponderThatSendsPagesWhereNoneWereAskedFor() {
    Peer cart = responder();
    asker.ask(TYPE, new Request.Ask(ASK, 500, 0, 0, QUERY));
    long question = cart.channel.takeQuestions().get(0);

    cart.page(question, "");
    assertClosed(cart, "expected: one asked for pages");

    Peer other = responder();
    asker.ask(TYPE, new Request.Ask(ASK + 1, 500, 0, 0, QUERY));
    other.end(other.channel.takeQuestions().get(0), 204);
    assertClosed(other, "ANSWER status: 204");
  }

  /** However much credit the asker gives: 8 at a time, and none while its connection is full. */
  @Test
  void shouldHaveEightPagesOnTheirWayAtMostAndNoMoreWhileAskersConnectionIsFull() {
    Peer cart = responder();
    ask(1_024, "");
    Push.QuestionPages asked = cart.takeQuestion();
    assertThat(asked.credit()).isEqualTo(QueryRouter.PAGES_AHEAD_MAX).isEqualTo(8);
    long question = asked.question();

    ada.full(true);
    for (int i = 0; i < 8; i++) {
      cart.page(question, "");
    }
    asker.credit(new Request.PageCredit(0, ASK, 100));
    asker.writable();
    assertThat(cart.channel.take()).isEmpty();

    ada.full(false);
    asker.writable();
    assertThat(cart.channel.takeOne()).isEqualTo(new Push.QuestionCredit(question, 8));
    asker.writable();
    assertThat(cart.channel.take()).isEmpty();
  }

  @Test
  void shouldGrantNothingBeforeAskersConnectionTakesSome() {
    Peer cart = responder();
    ada.full(true);
    ask(3, "");
    Push.QuestionPages asked = cart.takeQuestion();
    assertThat(asked.credit()).isZero();

    ada.full(false);
    asker.writable();

    assertThat(cart.channel.takeOne()).isEqualTo(new Push.QuestionCredit(asked.question(), 3));
  }

  @Test
  void shouldTakeCreditUpToItsLimit() {
    Peer cart = responder();
    ask(1_024, "");
    long question = cart.takeQuestion().question();
    asker.credit(new Request.PageCredit(0, ASK, 1_024));
    int pages = 0;

    for (int granted = 8; granted > 0; granted = grantedTo(cart)) {
      for (; granted > 0; granted--) {
        cart.page(question, "");
        pages++;
      }
    }

    assertThat(pages).isEqualTo(1_024);
  }

  @Test
  void shouldAskAnotherWhenResponderLeavesBeforeItsFirstPage() {
    Peer cart = responder();
    ask(2, "after 17");
    cart.takeQuestion();
    Peer other = responder();

    cart.session.disconnected();

    Push.QuestionPages again = other.takeQuestion();
    assertThat(again.from()).isEqualTo("after 17");
    assertThat(again.credit()).isEqualTo(2);
  }

  @Test
  void shouldHaveAnotherGoOnBehindTheLastPageThatHadCursor() {
    Peer cart = responder();
    ask(4, "");
    Push.QuestionPages asked = cart.takeQuestion();
    cart.page(asked.question(), "after 20");
    Peer other = responder();

    cart.session.disconnected();

    Push.QuestionPages again = other.takeQuestion();
    assertThat(again.from()).isEqualTo("after 20");
    assertThat(again.credit()).isEqualTo(3);
    assertThat(router.counters().askedAgain()).isEqualTo(1);
    other.end(again.question(), 204);
    assertThat(ada.take()).hasSize(2);
  }

  @Test
  void shouldBreakOffWhereNobodyCanGoOn() {
    Peer cart = responder();
    ask(4, "");
    cart.page(cart.takeQuestion().question(), "");
    Peer other = responder();
    ada.take();

    cart.session.disconnected();

    Response.Failure failure = (Response.Failure) ada.takeOne();
    assertThat(failure.code()).isEqualTo(ErrorCode.ANSWER_BROKEN_OFF);
    assertThat(failure.correlation()).isEqualTo(ASK);
    assertThat(failure.message()).contains("after 1 pages");
    assertThat(other.channel.take()).isEmpty();
    assertThat(router.counters().brokenOff()).isEqualTo(1);
    assertThat(router.counters().outstanding()).isZero();
  }

  @Test
  void shouldTellResponderThatAskerCancelledAndDropWhatCrossesIt() {
    Peer cart = responder();
    ask(4, "");
    long question = cart.takeQuestion().question();
    cart.page(question, "");
    ada.take();

    asker.cancel(new Request.CancelAsk(0, ASK));
    cart.page(question, "");
    cart.end(question, 204);

    assertThat(((Response.Failure) ada.takeOne()).code()).isEqualTo(ErrorCode.CANCELLED);
    assertThat(cart.channel.takeOne()).isEqualTo(new Push.QuestionCancelled(question));
  }

  @Test
  void shouldEndAtTheDeadlineOfAllPages() {
    Peer cart = responder();
    ask(4, "");
    long question = cart.takeQuestion().question();
    cart.page(question, "");
    ada.take();

    now += TimeUnit.MILLISECONDS.toNanos(520);
    router.expire(now);

    Response.Failure failure = (Response.Failure) ada.takeOne();
    assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(failure.message()).contains("not all pages within 500 ms");
    assertThat(cart.channel.takeOne()).isEqualTo(new Push.QuestionCancelled(question));
  }

  @Test
  void shouldForgetHeldBackAskThatIsOver() {
    Peer cart = responder();
    ada.full(true);
    ask(4, "");
    cart.takeQuestion();
    assertThat(asker.holdsBack).isTrue();

    asker.cancel(new Request.CancelAsk(0, ASK));

    assertThat(asker.holdsBack).isFalse();
    assertThat(asker.heldBack).isEmpty();
  }

  // ---- helpers

  private record Peer(RecordingChannel channel, QuerySession session) {
    Push.QuestionPages takeQuestion() {
      return (Push.QuestionPages) channel.takeOne();
    }

    void page(long question, String cursor) {
      session.answerPage(new Request.AnswerPage(0, question, cursor, BODY));
    }

    void end(long question, int status) {
      session.answer(new Request.Answer(0, question, status, 0, 0, -1, "", Payload.EMPTY));
    }
  }

  private Peer responder() {
    RecordingChannel channel = new RecordingChannel();
    Peer peer = new Peer(channel, router.connect(channel));
    peer.session.respond(new Request.Respond(5, 1, List.of(TYPE), 10));
    assertThat(channel.takeOne()).isEqualTo(new Response.Ok(5));
    return peer;
  }

  private void ask(int credit, String from) {
    asker.askPages(TYPE, new Request.AskPages(ASK, 500, 20, credit, from, QUERY));
  }

  private static int grantedTo(Peer peer) {
    Stream<Frame> sent = peer.channel.take().stream();
    return sent.mapToInt(frame -> ((Push.QuestionCredit) frame).pages()).sum();
  }

  private static void assertClosed(Peer peer, String why) {
    Response.Failure last = (Response.Failure) peer.channel.takeOne();
    assertThat(last.code()).isEqualTo(ErrorCode.MALFORMED_FRAME);
    assertThat(last.closing()).isTrue();
    assertThat(last.message()).contains(why);
    peer.session.disconnected();
  }
}
