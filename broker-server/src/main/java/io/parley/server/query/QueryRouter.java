package io.parley.server.query;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.server.session.ClientChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The queries of one namespace: gives each to one responder, and its answer to the asker.
 *
 * <pre>
 *   ask --> a responder has room? --yes--> in hand --answer--> ANSWERED
 *              |        ^                   |  |
 *              no       +--its turn--+      |  +--responder's connection ends--> asked again
 *              v                     |      |
 *           waiting -----------------+      |
 *              |                  |  +--its pages, one by one, as far as the asker's credit and
 *              |                  |          connection go--> PAGE
 *              +----------------------------+--deadline, cancel--> failure, and QUESTION_CANCELLED
 * </pre>
 *
 * <p>Kept true: what waits for a type finds all its responders full; a question is in one session's
 * asks until it is over, and in one session's hands or one type's queue.
 *
 * <p>Safe for use by any thread. All that follows {@link #run} is done one task at a time.
 */
public final class QueryRouter {
  /** A query may be what ends the connections of those who get it; it shall not end them all. */
  static final int ATTEMPTS_MAX = 3;

  /**
   * Most pages of one answer on their way to an asker: however much credit it gave, its connection
   * is looked at again after so many.
   */
  static final int PAGES_AHEAD_MAX = 8;

  private final QuerySettings settings;
  private final LongSupplier nanoTime;
  private final QueryCounters counters = new QueryCounters();
  private final CausedQueries causedQueries = new CausedQueries();
  private final OneAtATime tasks = new OneAtATime();

  private final Map<String, TypeRoute> routes = new HashMap<>();
  private final Map<Long, Question> questions = new HashMap<>();
  private final DeadlineWheel deadlines;
  private long lastNumber;
  private long outstandingBytes;
  private int waiting;
  private int responders;

  /**
   * A router nobody is registered with.
   *
   * @param nanoTime a clock of nanoseconds that never runs backwards, as {@link System#nanoTime}
   */
  public QueryRouter(QuerySettings settings, LongSupplier nanoTime) {
    this.settings = settings;
    this.nanoTime = nanoTime;
    this.deadlines = new DeadlineWheel(nanoTime.getAsLong());
  }

  /** The queries of a connection. Costs nothing until it asks or answers. */
  public QuerySession connect(ClientChannel channel) {
    return new QuerySession(this, channel);
  }

  /**
   * Fails what is due. To be called about every 10 ms: that is how late a deadline may be noticed.
   *
   * @param nowNanos on the router's clock
   */
  public void expire(long nowNanos) {
    run(() -> expireDue(nowNanos));
  }

  /** What this router counts. */
  public QueryCounters counters() {
    return counters;
  }

  /** The last queries that messages in hand led to. */
  public CausedQueries causedQueries() {
    return causedQueries;
  }

  void run(Runnable task) {
    tasks.run(task);
  }

  long deadlineOf(Request.Ask ask) {
    return nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(ask.timeoutMs());
  }

  // ---- responders

  void respond(QuerySession session, Request.Respond request) {
    if (session.ended) {
      return;
    }
    Response.Failure refusal = refusalOf(session, request);
    if (refusal != null) {
      session.channel.send(refusal);
      return;
    }
    List<TypeRoute> answered = new ArrayList<>();
    Responder responder =
        new Responder(session, request.responder(), answered, request.concurrency());
    for (String type : new LinkedHashSet<>(request.types())) {
      TypeRoute route = routes.computeIfAbsent(type, TypeRoute::new);
      route.responders.add(responder);
      answered.add(route);
    }
    session.responders.put(responder.number, responder);
    responders++;
    counters.respondersChanged(1);
    session.channel.send(new Response.Ok(request.correlation()));
    giveWaiting(responder);
  }

  private Response.@Nullable Failure refusalOf(QuerySession session, Request.Respond request) {
    int correlation = request.correlation();
    if (request.types().isEmpty()) {
      return failure(
          correlation,
          ErrorCode.INVALID_ARGUMENT,
          "types of responder: none (expected: 1 or more)");
    }
    if (request.concurrency() < 1 || request.concurrency() > WireLimits.CREDIT_MAX) {
      return failure(
          correlation,
          ErrorCode.INVALID_ARGUMENT,
          "concurrency: "
              + request.concurrency()
              + " (expected: 1 to "
              + WireLimits.CREDIT_MAX
              + ")");
    }
    if (session.responders.containsKey(request.responder())) {
      return failure(
          correlation,
          ErrorCode.INVALID_ARGUMENT,
          "responder: " + request.responder() + " (expected: a number not in use)");
    }
    if (responders >= settings.respondersMax()) {
      return failure(
          correlation,
          ErrorCode.TOO_MANY,
          "responders: "
              + (responders + 1L)
              + " (expected: "
              + settings.respondersMax()
              + " at most)");
    }
    return null;
  }

  void closeResponder(QuerySession session, Request.CloseResponder request) {
    if (session.ended) {
      return;
    }
    Responder responder = session.responders.remove(request.responder());
    if (responder != null) {
      close(responder);
    }
    session.channel.send(new Response.Ok(request.correlation()));
  }

  /** Takes a responder out of its types; what waits for one that has no other fails. */
  private void close(Responder responder) {
    responder.closed = true;
    responders--;
    counters.respondersChanged(-1);
    for (TypeRoute route : responder.routes) {
      route.remove(responder);
      if (route.responders.isEmpty()) {
        routes.remove(route.type);
        for (Question question : new ArrayList<>(route.waiting.values())) {
          failUnanswerable(question);
        }
      }
    }
  }

  // ---- asking

  void ask(
      QuerySession asker,
      String type,
      Request.Ask ask,
      @Nullable PageStream pages,
      long deadlineNanos) {
    if (asker.ended) {
      return;
    }
    counters.queryAsked();
    if (asker.asks.containsKey(ask.correlation())) {
      asker.channel.close(
          new Response.Failure(
              0,
              ErrorCode.MALFORMED_FRAME,
              true,
              0,
              "ASK correlation: " + ask.correlation() + " (expected: one not in use)"));
      return;
    }
    CausedQuery caused = CausedQueries.begun(type, ask.query());
    TypeRoute route = routes.get(type);
    if (route == null) {
      counters.queryUnanswerable();
      note(caused, ErrorCode.NO_RESPONDER.name(), 0);
      asker.channel.send(noResponder(ask.correlation(), type));
      return;
    }
    Responder responder = route.leastBusy();
    Response.Failure refusal = refusalOf(ask, route, responder);
    if (refusal != null) {
      note(caused, refusal.code().name(), 0);
      asker.channel.send(refusal);
      return;
    }
    Question question = new Question(++lastNumber, asker, type, ask, pages, deadlineNanos, caused);
    questions.put(question.number, question);
    asker.asks.put(ask.correlation(), question);
    deadlines.add(question);
    outstandingBytes += question.bytes();
    counters.outstandingChanged(1);
    handOrWait(question, route, responder, ask.timeoutMs());
  }

  private Response.@Nullable Failure refusalOf(
      Request.Ask ask, TypeRoute route, @Nullable Responder responder) {
    int correlation = ask.correlation();
    if (ask.timeoutMs() > settings.timeoutMax().toMillis()) {
      return failure(
          correlation,
          ErrorCode.INVALID_ARGUMENT,
          "timeout: "
              + ask.timeoutMs()
              + " ms (expected: 0 to "
              + settings.timeoutMax().toMillis()
              + ")");
    }
    if (ask.timeoutMs() <= 0) {
      counters.queryExpired();
      return failure(
          correlation, ErrorCode.DEADLINE_EXCEEDED, "timeout: 0 ms (expected: 1 or more)");
    }
    if (responder == null && route.waiting.size() >= settings.waitingPerTypeMax()) {
      return overloaded(
          correlation,
          "queries of type '" + route.type + "' waiting",
          settings.waitingPerTypeMax());
    }
    if (questions.size() >= settings.outstandingMax()) {
      return overloaded(correlation, "queries outstanding", settings.outstandingMax());
    }
    if (outstandingBytes + ask.query().length() > settings.outstandingBytesMax()) {
      return overloaded(
          correlation, "bytes of queries outstanding", settings.outstandingBytesMax());
    }
    return null;
  }

  private void handOrWait(
      Question question, TypeRoute route, @Nullable Responder responder, int timeoutMs) {
    if (responder != null) {
      hand(question, responder, timeoutMs);
    } else {
      question.waitingIn = route;
      route.waiting.put(question.number, question);
      waiting++;
    }
  }

  private void hand(Question question, Responder responder, int timeoutMs) {
    question.responder = responder;
    question.attempts++;
    responder.inHand++;
    responder.session.inHand.add(question);
    Request.Ask ask = question.ask;
    PageStream pages = question.pages;
    if (pages != null) {
      pages.granted = 0;
      responder.session.channel.send(
          new Push.QuestionPages(
              responder.number,
              question.number,
              timeoutMs,
              ask.pageSize(),
              grantable(question, pages),
              pages.from,
              ask.query()));
      return;
    }
    responder.session.channel.send(
        new Push.Question(
            responder.number, question.number, timeoutMs, ask.page(), ask.pageSize(), ask.query()));
  }

  // ---- answers and ends

  void answer(QuerySession from, Request.Answer answer) {
    Question question = questions.get(answer.question());
    Responder responder = question == null ? null : question.responder;
    if (question == null || responder == null || responder.session != from) {
      return;
    }
    if (answer.status() == 204 && question.pages == null) {
      from.channel.close(
          malformed("ANSWER status: 204 (expected: after pages, to a question asked for them)"));
      return;
    }
    end(question, Integer.toString(answer.status()));
    counters.queryAnswered();
    question.asker.channel.send(
        new Response.Answered(
            question.ask.correlation(),
            answer.status(),
            answer.page(),
            answer.pageSize(),
            answer.total(),
            answer.reason(),
            answer.body()));
    giveWaiting(responder);
  }

  // ---- pages

  void answerPage(QuerySession from, Request.AnswerPage page) {
    Question question = questions.get(page.question());
    if (question == null || question.responder == null || question.responder.session != from) {
      return;
    }
    PageStream pages = question.pages;
    if (pages == null || pages.granted == 0) {
      from.channel.close(
          malformed(
              "ANSWER_PAGE question: "
                  + page.question()
                  + (pages == null
                      ? " (expected: one asked for pages)"
                      : ", a page without credit (expected: to wait for QUESTION_CREDIT)")));
      return;
    }
    pages.granted--;
    pages.credit--;
    pages.passed++;
    pages.from = page.cursor();
    if (!pages.from.isEmpty()) {
      // What ended connections before isn't in the way any more.
      question.attempts = 1;
    }
    counters.pagePassed();
    question.asker.channel.send(
        new Response.Page(question.ask.correlation(), page.cursor(), page.body()));
    grant(question, pages);
  }

  void credit(QuerySession asker, Request.PageCredit request) {
    Question question = asker.asks.get(request.asked());
    PageStream pages = question == null ? null : question.pages;
    if (question != null && pages != null) {
      pages.credit = Math.min(WireLimits.PAGE_CREDIT_MAX, pages.credit + request.pages());
      grant(question, pages);
    }
  }

  void writable(QuerySession asker) {
    for (Question question : new ArrayList<>(asker.heldBack)) {
      PageStream pages = question.pages;
      if (pages != null) {
        grant(question, pages);
      }
    }
  }

  /** Lets the responder send more once it may send but half of what it could. */
  private void grant(Question question, PageStream pages) {
    Responder responder = question.responder;
    if (responder != null && pages.granted <= PAGES_AHEAD_MAX / 2) {
      int more = grantable(question, pages);
      if (more > 0) {
        responder.session.channel.send(new Push.QuestionCredit(question.number, more));
      }
    }
  }

  /** Grants what it says: 0 while the asker's connection is full, which is looked at again then. */
  private static int grantable(Question question, PageStream pages) {
    int more = Math.min(pages.credit, PAGES_AHEAD_MAX) - pages.granted;
    if (more <= 0) {
      return 0;
    }
    QuerySession asker = question.asker;
    if (asker.heldBack.add(question)) {
      asker.holdsBack = true;
    }
    // Looked at after it is noted: it may take more from now on, and then says so.
    if (!asker.channel.isWritable()) {
      return 0;
    }
    stopHoldingBack(question);
    pages.granted += more;
    return more;
  }

  private static void stopHoldingBack(Question question) {
    QuerySession asker = question.asker;
    if (asker.heldBack.remove(question) && asker.heldBack.isEmpty()) {
      asker.holdsBack = false;
    }
  }

  void cancel(QuerySession asker, int correlation) {
    Question question = asker.asks.get(correlation);
    if (question != null) {
      withdraw(question);
      asker.channel.send(
          failure(correlation, ErrorCode.CANCELLED, "the asker cancelled the query"));
    }
  }

  void disconnected(QuerySession session) {
    if (session.ended) {
      return;
    }
    session.ended = true;
    // First, so that none of what follows is handed to it.
    session.responders.values().forEach(this::close);
    session.responders.clear();
    session.asked().forEach(this::withdraw);
    session.questionsInHand().forEach(this::askAgain);
  }

  private void expireDue(long nowNanos) {
    for (Question question : deadlines.due(nowNanos)) {
      // One that ended may have let another through, found due then.
      if (!question.over) {
        expire(question);
      }
    }
  }

  private void expire(Question question) {
    Responder responder = question.responder;
    end(question, ErrorCode.DEADLINE_EXCEEDED.name());
    counters.queryExpired();
    question.asker.channel.send(
        failure(
            question.ask.correlation(),
            ErrorCode.DEADLINE_EXCEEDED,
            "query of type '"
                + question.type
                + (question.pages == null ? "': no answer within " : "': not all pages within ")
                + question.ask.timeoutMs()
                + " ms"
                + (responder == null ? ", no responder had room" : "")));
    if (responder != null) {
      responder.session.channel.send(new Push.QuestionCancelled(question.number));
      giveWaiting(responder);
    }
  }

  /** Its asker is gone, or lost interest. */
  private void withdraw(Question question) {
    Responder responder = question.responder;
    end(question, ErrorCode.CANCELLED.name());
    counters.queryCancelled();
    if (responder != null) {
      responder.session.channel.send(new Push.QuestionCancelled(question.number));
      giveWaiting(responder);
    }
  }

  /** Its responder's connection ended: harmless to ask again, as queries change nothing. */
  private void askAgain(Question question) {
    takeBack(question);
    long leftNanos = question.deadlineNanos - nanoTime.getAsLong();
    TypeRoute route = routes.get(question.type);
    if (leftNanos <= 0) {
      expire(question);
    } else if (question.pages != null && !question.pages.canGoOn()) {
      breakOff(question, question.pages);
    } else if (route == null || question.attempts >= ATTEMPTS_MAX) {
      failUnanswerable(question);
    } else {
      counters.queryAskedAgain();
      handOrWait(question, route, route.leastBusy(), ceilMs(leftNanos));
    }
  }

  private void breakOff(Question question, PageStream pages) {
    end(question, ErrorCode.ANSWER_BROKEN_OFF.name());
    counters.queryBrokenOff();
    question.asker.channel.send(
        failure(
            question.ask.correlation(),
            ErrorCode.ANSWER_BROKEN_OFF,
            "query of type '"
                + question.type
                + "': its responder's connection ended after "
                + pages.passed
                + " pages without a cursor to go on from"));
  }

  /** A responder may have room: it gets what has waited longest for any of its types. */
  private void giveWaiting(Responder responder) {
    while (waiting > 0 && responder.hasRoom()) {
      Question oldest = oldestWaiting(responder);
      if (oldest == null) {
        return;
      }
      long leftNanos = oldest.deadlineNanos - nanoTime.getAsLong();
      if (leftNanos <= 0) {
        expire(oldest);
      } else {
        stopWaiting(oldest);
        hand(oldest, responder, ceilMs(leftNanos));
      }
    }
  }

  private static @Nullable Question oldestWaiting(Responder responder) {
    Question oldest = null;
    for (TypeRoute route : responder.routes) {
      if (!route.waiting.isEmpty()) {
        Question first = route.waiting.firstEntry().getValue();
        if (oldest == null || first.number < oldest.number) {
          oldest = first;
        }
      }
    }
    return oldest;
  }

  private void failUnanswerable(Question question) {
    end(question, ErrorCode.NO_RESPONDER.name());
    counters.queryUnanswerable();
    question.asker.channel.send(
        question.attempts >= ATTEMPTS_MAX
            ? failure(
                question.ask.correlation(),
                ErrorCode.NO_RESPONDER,
                "query of type '"
                    + question.type
                    + "': the connections of "
                    + question.attempts
                    + " responders ended before they answered")
            : noResponder(question.ask.correlation(), question.type));
  }

  private void end(Question question, String result) {
    question.over = true;
    long askedNanos =
        question.deadlineNanos - TimeUnit.MILLISECONDS.toNanos(question.ask.timeoutMs());
    note(question.caused, result, nanoTime.getAsLong() - askedNanos);
    questions.remove(question.number);
    question.asker.asks.remove(question.ask.correlation());
    deadlines.remove(question);
    outstandingBytes -= question.bytes();
    counters.outstandingChanged(-1);
    takeBack(question);
    stopWaiting(question);
    if (question.pages != null) {
      stopHoldingBack(question);
    }
  }

  private void note(@Nullable CausedQuery caused, String result, long afterNanos) {
    if (caused != null) {
      causedQueries.add(caused.ended(result, afterNanos));
    }
  }

  private static void takeBack(Question question) {
    Responder responder = question.responder;
    if (responder != null) {
      question.responder = null;
      responder.inHand--;
      responder.session.inHand.remove(question);
    }
  }

  private void stopWaiting(Question question) {
    TypeRoute route = question.waitingIn;
    if (route != null) {
      question.waitingIn = null;
      route.waiting.remove(question.number);
      waiting--;
    }
  }

  private static int ceilMs(long nanos) {
    return (int) ((nanos + 999_999) / 1_000_000);
  }

  private static Response.Failure noResponder(int correlation, String type) {
    return failure(
        correlation,
        ErrorCode.NO_RESPONDER,
        "query type '" + type + "': no responder (expected: a connected service that answers it)");
  }

  private Response.Failure overloaded(int correlation, String what, long max) {
    counters.queryRefused();
    return new Response.Failure(
        correlation,
        ErrorCode.OVERLOADED,
        false,
        (int) settings.retryAfter().toMillis(),
        what + ": more than " + max + " (expected: " + max + " at most)");
  }

  private static Response.Failure malformed(String message) {
    return new Response.Failure(0, ErrorCode.MALFORMED_FRAME, true, 0, message);
  }

  private static Response.Failure failure(int correlation, ErrorCode code, String message) {
    return new Response.Failure(correlation, code, false, 0, message);
  }
}
