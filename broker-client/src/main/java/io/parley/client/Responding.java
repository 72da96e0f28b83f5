package io.parley.client;

import io.parley.protocol.ParleyException;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.Payload;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One responder: its registration, the questions in its hands, and its threads. The broker bounds
 * the questions by the concurrency it was told.
 */
final class Responding implements Registration {
  private final Connection connection;
  private final Map<String, Handling<?>> handlings;
  private final int concurrency;
  private final int number;
  private final HandlerThreads threads;
  private final CompletableFuture<Void> registered = new CompletableFuture<>();

  /** Event loop only. */
  private final Map<Long, AskedQuestion> open = new HashMap<>();

  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private boolean stopping;
  private boolean closedAtBroker;

  /** A handler and what it wants. */
  abstract static class Handling<Q> {
    private final Class<Q> bodyType;

    Handling(Class<Q> bodyType) {
      this.bodyType = bodyType;
    }

    final Answer<?> answer(AskedQuestion question, Responding responding) throws Exception {
      Q body;
      try {
        body = responding.connection.settings().codec().decode(question.payload(), bodyType);
      } catch (RuntimeException e) {
        return Answer.badRequest(String.valueOf(e.getMessage()));
      }
      return answer(body, question, responding);
    }

    abstract Answer<?> answer(Q body, AskedQuestion question, Responding responding)
        throws Exception;

    /** Of a handler that returns its answer. */
    static <Q> Handling<Q> single(Class<Q> bodyType, QueryHandler<? super Q> handler) {
      return new Handling<>(bodyType) {
        @Override
        Answer<?> answer(Q body, AskedQuestion question, Responding responding) throws Exception {
          return handler.answer(body, question);
        }
      };
    }

    /** Of a handler that sends pages. */
    static <Q> Handling<Q> paged(Class<Q> bodyType, PagesHandler<? super Q> handler) {
      return new Handling<>(bodyType) {
        @Override
        Answer<?> answer(Q body, AskedQuestion question, Responding responding) throws Exception {
          PageWindow window = question.window();
          if (window == null) {
            return Answer.badRequest(
                "'" + question.type() + "' is answered in pages (expected: to be asked for pages)");
          }
          handler.answer(body, question, new PagedAnswer(responding, question, window));
          return Answer.endOfPages();
        }
      };
    }
  }

  Responding(Connection connection, Map<String, Handling<?>> handlings, int concurrency) {
    this.connection = connection;
    this.handlings = handlings;
    this.concurrency = concurrency;
    this.number = connection.newNumber();
    AtomicInteger count = new AtomicInteger();
    this.threads =
        HandlerThreads.of(
            connection,
            concurrency,
            work -> {
              String name = "parley-responder-" + number + "-" + count.incrementAndGet();
              return new HandlerThread(connection, work, name);
            });
  }

  // ---- any thread

  /** Registers it; completes when the broker has, or fails with its refusal. */
  CompletableFuture<Void> start() {
    connection.execute(() -> connection.addResponder(this));
    return registered;
  }

  /** As {@link #stop}, from any thread. */
  CompletableFuture<Void> stopFromOutside() {
    connection.execute(
        () -> {
          var unused = stop();
        });
    return stopped;
  }

  /** Ends its threads without waiting. */
  void abandon() {
    connection.execute(this::abandoned);
  }

  // ---- handler threads

  private void handle(AskedQuestion question) {
    if (question.isCancelled()) {
      return;
    }
    Request.Answer frame;
    try {
      frame = frame(question, answer(question));
    } catch (RuntimeException e) {
      connection.tell(listener -> listener.handlerFailed(question.type(), e));
      frame = frame(question, Answer.unavailable("the answer can't be sent: " + e.getMessage()));
    }
    Request.Answer toWrite = frame;
    connection.execute(() -> answered(question, toWrite));
  }

  private Answer<?> answer(AskedQuestion question) {
    String defect = question.defect();
    if (defect != null) {
      return Answer.badRequest(defect);
    }
    Handling<?> handling = handlings.get(question.type());
    if (handling == null) {
      return Answer.unavailable("no handler for query type '" + question.type() + "'");
    }
    Cause.enter(question);
    Deadline.Scope scope = question.deadline().enter();
    try {
      return answer(question, handling);
    } catch (CancellationException e) {
      // Told to nobody, as nobody waits: unless it is the handler's own.
      if (!question.isCancelled() && !question.timeLeft().isZero()) {
        connection.tell(listener -> listener.handlerFailed(question.type(), e));
      }
      return Answer.unavailable(String.valueOf(e.getMessage()));
    } catch (QueryException e) {
      return Answer.refusal(e.status(), String.valueOf(e.getMessage()));
    } catch (Throwable e) {
      connection.tell(listener -> listener.handlerFailed(question.type(), e));
      return Answer.unavailable(e.getClass().getName() + ": " + e.getMessage());
    } finally {
      scope.close();
      Cause.leave();
    }
  }

  private Answer<?> answer(AskedQuestion question, Handling<?> handling) throws Exception {
    Afters<Answer<?>> afters = connection.settings().interceptors().beforeAnswer(question);
    if (afters == null) {
      return handling.answer(question, this);
    }
    try {
      Answer<?> answer = handling.answer(question, this);
      afters.ended(answer, null);
      return answer;
    } catch (Throwable e) {
      afters.ended(null, e);
      throw e;
    }
  }

  private Request.Answer frame(AskedQuestion question, Answer<?> answer) {
    Payload body = answer.status() == 200 ? encoded(answer.body()) : Payload.EMPTY;
    return new Request.Answer(
        0,
        question.number(),
        answer.status(),
        answer.page(),
        answer.pageSize(),
        answer.total(),
        answer.reason(),
        body);
  }

  /**
   * An answer's body, or a page's.
   *
   * @throws ParleyException {@code MESSAGE_TOO_LARGE}
   */
  Payload encoded(Object body) {
    Payload payload = connection.settings().codec().encode(body);
    int max = connection.welcome().maxMessageBytes();
    if (payload.bytes().length > max) {
      throw BrokerErrors.tooLarge("answer", payload.bytes().length, max);
    }
    return payload;
  }

  /** Sends a page, if anybody still waits for it. */
  void send(AskedQuestion question, Request.AnswerPage page) {
    connection.execute(
        () -> {
          if (open.get(question.number()) == question) {
            connection.write(page);
          }
        });
  }

  // ---- event loop

  private void answered(AskedQuestion question, Request.Answer frame) {
    if (open.remove(question.number(), question)) {
      connection.write(frame);
      checkStopped();
    }
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public Call registering() {
    return new RegisterCall();
  }

  @Override
  public void connected() {
    // Nothing waits: questions belong to the connection they came by.
  }

  @Override
  public void leaving() {
    // Questions are answered as long as the asker waits.
  }

  @Override
  public boolean isIdle() {
    return open.isEmpty();
  }

  @Override
  public void disconnected() {
    open.values().forEach(AskedQuestion::cancel);
    open.clear();
    closedAtBroker = stopping;
    checkStopped();
  }

  @Override
  public void received(Push push) {
    if (push instanceof Push.Question frame) {
      take(new AskedQuestion(frame, System.nanoTime()));
    } else if (push instanceof Push.QuestionPages frame) {
      take(new AskedQuestion(frame, System.nanoTime()));
    } else if (push instanceof Push.QuestionCredit credit) {
      AskedQuestion question = open.get(credit.question());
      PageWindow window = question == null ? null : question.window();
      if (window != null) {
        window.add(credit.pages());
      }
    } else if (push instanceof Push.QuestionCancelled cancelled) {
      AskedQuestion question = open.remove(cancelled.question());
      if (question != null) {
        question.cancel();
        checkStopped();
      }
    }
  }

  private void take(AskedQuestion question) {
    open.put(question.number(), question);
    threads.execute(
        () -> {
          handle(question);
          return 1;
        });
  }

  @Override
  public CompletableFuture<Void> stop() {
    if (!stopping) {
      stopping = true;
      if (connection.isUp()) {
        connection.call(new CloseCall());
      } else {
        closedAtBroker = true;
      }
      checkStopped();
    }
    return stopped;
  }

  @Override
  public void abandoned() {
    open.values().forEach(AskedQuestion::cancel);
    open.clear();
    threads.shutdownNow();
    connection.removeResponder(this);
    if (connection.isUp() && !closedAtBroker) {
      connection.call(new CloseCall());
    }
    registered.completeExceptionally(Connection.closedException());
    stopped.complete(null);
  }

  private void checkStopped() {
    if (stopping && closedAtBroker && open.isEmpty()) {
      connection.removeResponder(this);
      threads.shutdown();
      stopped.complete(null);
    }
  }

  private final class RegisterCall extends Call {
    @Override
    Request frame() {
      return new Request.Respond(
          correlation(), number, List.copyOf(handlings.keySet()), concurrency);
    }

    @Override
    void answered(Response response) {
      Response.Ok unused = (Response.Ok) response;
      registered.complete(null);
    }

    @Override
    void failed(ParleyException reason) {
      if (!registered.completeExceptionally(reason) && !connection.isClosed()) {
        connection.tell(
            listener -> listener.registrationRefused(List.copyOf(handlings.keySet()), reason));
      }
    }

    @Override
    boolean outlivesConnection() {
      return false;
    }
  }

  private final class CloseCall extends Call {
    @Override
    Request frame() {
      return new Request.CloseResponder(correlation(), number);
    }

    @Override
    void answered(Response response) {
      Response.Ok unused = (Response.Ok) response;
      closedAtBroker = true;
      checkStopped();
    }

    @Override
    void failed(ParleyException reason) {
      closedAtBroker = true;
      checkStopped();
    }

    @Override
    boolean outlivesConnection() {
      return false;
    }
  }
}
