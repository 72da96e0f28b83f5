package io.parley.server.query;

import io.parley.protocol.MalformedFrameException;
import io.parley.protocol.frame.Request;
import io.parley.server.session.ClientChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The queries of one connection: what it asks and what it answers. Safe for use by any thread;
 * calls of one thread take effect in their order. Nothing blocks; answers go to the connection's
 * {@link ClientChannel}. After {@link #disconnected} calls have no effect.
 */
public final class QuerySession {
  private final QueryRouter router;
  final ClientChannel channel;

  // The router's, touched inside its tasks only.
  final Map<Integer, Question> asks = new LinkedHashMap<>();
  final Map<Integer, Responder> responders = new HashMap<>();
  final Set<Question> inHand = new LinkedHashSet<>();
  boolean ended;

  /** Its asks whose responders wait until it takes more pages. */
  final Set<Question> heldBack = new LinkedHashSet<>();

  /** Whether there are any; set before it is looked whether the channel takes more. Any thread. */
  volatile boolean holdsBack;

  QuerySession(QueryRouter router, ClientChannel channel) {
    this.router = router;
    this.channel = channel;
  }

  /**
   * Registers a responder; it may get questions right after its {@code OK}. Answered by {@code OK},
   * or by a failure: {@code INVALID_ARGUMENT} for no types, a concurrency outside 1 to 65,536 or a
   * number in use, {@code TOO_MANY}. The caller has checked the names and claimed the types.
   */
  public void respond(Request.Respond request) {
    router.run(() -> router.respond(this, request));
  }

  /**
   * No further questions for a responder; those it has it may still answer. Answered by {@code OK},
   * also where there is none of that number.
   */
  public void closeResponder(Request.CloseResponder request) {
    router.run(() -> router.closeResponder(this, request));
  }

  /**
   * Asks. Answered once: by {@code ANSWERED}, or by a failure: {@code NO_RESPONDER}, {@code
   * OVERLOADED}, {@code DEADLINE_EXCEEDED}, {@code CANCELLED}, {@code INVALID_ARGUMENT}.
   *
   * @param type the type of the ask's one record, which the caller has checked
   */
  public void ask(String type, Request.Ask ask) {
    long deadlineNanos = router.deadlineOf(ask);
    router.run(() -> router.ask(this, type, ask, null, deadlineNanos));
  }

  /**
   * Asks for pages. Answered by any number of {@code PAGE}, then as {@link #ask}, or by {@code
   * ANSWER_BROKEN_OFF}.
   *
   * @param type the type of the ask's one record, which the caller has checked
   */
  public void askPages(String type, Request.AskPages request) {
    Request.Ask ask =
        new Request.Ask(
            request.correlation(), request.timeoutMs(), 0, request.pageSize(), request.query());
    PageStream pages = new PageStream(request.from(), request.credit());
    long deadlineNanos = router.deadlineOf(ask);
    router.run(() -> router.ask(this, type, ask, pages, deadlineNanos));
  }

  /** The asker can take more pages; for an ask that isn't under way any more it is ignored. */
  public void credit(Request.PageCredit request) {
    router.run(() -> router.credit(this, request));
  }

  /** The channel takes more again. */
  public void writable() {
    if (holdsBack) {
      router.run(() -> router.writable(this));
    }
  }

  /** The asker waits no longer; an ask that isn't under way any more is ignored. */
  public void cancel(Request.CancelAsk request) {
    router.run(() -> router.cancel(this, request.asked()));
  }

  /**
   * Passes an answer on to the asker. One that comes too late, or to a question that isn't in this
   * connection's hands, is ignored.
   *
   * @throws MalformedFrameException if the status is none of those an answer can have
   */
  public void answer(Request.Answer answer) {
    switch (answer.status()) {
      case 200, 204, 400, 401, 403, 404, 408, 429, 503 ->
          router.run(() -> router.answer(this, answer));
      default ->
          throw new MalformedFrameException(
              "ANSWER status: "
                  + answer.status()
                  + " (expected: 200, 204, 400, 401, 403, 404, 408, 429 or 503)");
    }
  }

  /**
   * Passes a page on to the asker. One that comes too late is ignored; one without credit closes
   * this connection.
   */
  public void answerPage(Request.AnswerPage page) {
    router.run(() -> router.answerPage(this, page));
  }

  /**
   * The connection ended: its asks are cancelled, the questions in its hands are asked again
   * elsewhere.
   */
  public void disconnected() {
    router.run(() -> router.disconnected(this));
  }

  /** Copies, as what is done with them changes the originals. */
  List<Question> asked() {
    return new ArrayList<>(asks.values());
  }

  List<Question> questionsInHand() {
    return new ArrayList<>(inHand);
  }
}
