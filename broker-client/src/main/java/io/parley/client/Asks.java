package io.parley.client;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.Payload;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** What is asked of the broker one by one: queries, outcomes, subscriptions to make. Any thread. */
final class Asks {
  /** Most that may wait for an answer at once. */
  static final int OPEN_MAX = 65_536;

  /** How much longer than its deadline to wait for the broker to say that it passed. */
  private static final int GRACE_MS = 200;

  private final Connection connection;
  private final MessageIdSource ids;
  private final AtomicInteger open = new AtomicInteger();

  Asks(Connection connection, MessageIdSource ids) {
    this.connection = connection;
    this.ids = ids;
  }

  CompletableFuture<Response.Answered> ask(Query<?> query, Duration deadline) {
    return begin(new Ask(query, checkedRecord(query), deadline));
  }

  private MessageBatch checkedRecord(Query<?> query) {
    MessageBatch record = record(query);
    int max = connection.welcome().maxMessageBytes();
    if (record.length() > max) {
      throw BrokerErrors.tooLarge(query.type(), record.length(), max);
    }
    return record;
  }

  private MessageBatch record(Query<?> query) {
    Payload payload = connection.settings().codec().encode(query.body());
    Cause cause = Cause.ofThisThread();
    return MessageBatch.single(
        new Message(
            ids.next(),
            MessageKind.QUERY,
            query.type(),
            null,
            cause == null ? null : cause.conversationId(),
            cause == null ? null : cause.id(),
            0,
            0,
            0,
            false,
            false,
            payload.contentType(),
            query.filters(),
            payload.bytes()));
  }

  CompletableFuture<Outcome> outcome(MessageId command, Duration timeout) {
    return begin(new OutcomeWait(command, timeout.toMillis()));
  }

  CompletableFuture<Void> cancel(MessageId command) {
    return begin(new Cancellation(command));
  }

  CompletableFuture<Void> declareSubscription(String subscription, List<String> patterns) {
    return begin(new Declaration(subscription, patterns));
  }

  /** A call for pages, not started yet. */
  PagesCall pages(Query<?> query, Duration deadline, int credit, PagesCall.Sink sink) {
    return new PagesCall(connection, query, checkedRecord(query), deadline, credit, sink);
  }

  /**
   * Counts one more that is open.
   *
   * @return to be run once when it is over
   */
  Runnable openOne() {
    requireOpen();
    if (open.incrementAndGet() > OPEN_MAX) {
      open.decrementAndGet();
      throw tooManyOpen();
    }
    return open::decrementAndGet;
  }

  private void requireOpen() {
    if (connection.isClosed()) {
      throw new IllegalStateException("the client is closed");
    }
  }

  private static ParleyException tooManyOpen() {
    return new ParleyException(
        ErrorCode.OVERLOADED, "open queries: more than " + OPEN_MAX + " (expected: fewer)");
  }

  private <T> CompletableFuture<T> begin(TimedCall<T> call) {
    requireOpen();
    if (open.incrementAndGet() > OPEN_MAX) {
      open.decrementAndGet();
      return CompletableFuture.failedFuture(tooManyOpen());
    }
    CompletableFuture<T> future = call.start();
    var unused = future.whenComplete((result, failure) -> open.decrementAndGet());
    return future;
  }

  private final class Ask extends TimedCall<Response.Answered> {
    private final Query<?> query;
    private final MessageBatch record;
    private final Duration deadline;

    Ask(Query<?> query, MessageBatch record, Duration deadline) {
      super(connection, deadline.toMillis(), GRACE_MS);
      this.query = query;
      this.record = record;
      this.deadline = deadline;
    }

    @Override
    Request frame() {
      return new Request.Ask(
          correlation(), Math.max(1, timeLeftMs()), query.page(), query.pageSize(), record);
    }

    @Override
    void answered(Response response) {
      Response.Answered answered = (Response.Answered) response;
      if (answered.status() == 200) {
        complete(answered);
      } else {
        failed(QueryException.of(answered.status(), answered.reason()));
      }
    }

    @Override
    void cancelled() {
      connection.write(new Request.CancelAsk(0, correlation()));
    }

    @Override
    ParleyException timedOut(boolean connected) {
      return new QueryException.DeadlineExceeded(
          query.type()
              + ": no answer in "
              + deadline
              + (connected ? "" : ", and no connection to " + connection.settings().uri()));
    }
  }

  private final class OutcomeWait extends TimedCall<Outcome> {
    private final MessageId command;

    OutcomeWait(MessageId command, long waitMs) {
      super(connection, waitMs, connection.settings().sendTimeout().toMillis());
      this.command = command;
    }

    @Override
    Request frame() {
      return new Request.GetOutcome(correlation(), command, timeLeftMs());
    }

    @Override
    void answered(Response response) {
      complete(((Response.OutcomeIs) response).outcome());
    }

    @Override
    ParleyException timedOut(boolean connected) {
      return noAnswer("outcome of " + command, connected);
    }
  }

  private final class Cancellation extends TimedCall<Void> {
    private final MessageId command;

    Cancellation(MessageId command) {
      super(connection, connection.settings().sendTimeout().toMillis(), 0);
      this.command = command;
    }

    @Override
    Request frame() {
      return new Request.CancelCommand(correlation(), command);
    }

    @Override
    void answered(Response response) {
      Response.Ok unused = (Response.Ok) response;
      complete(null);
    }

    @Override
    ParleyException timedOut(boolean connected) {
      return noAnswer("cancelling command " + command, connected);
    }
  }

  private final class Declaration extends TimedCall<Void> {
    private final String subscription;
    private final List<String> patterns;

    Declaration(String subscription, List<String> patterns) {
      super(connection, connection.settings().sendTimeout().toMillis(), 0);
      this.subscription = subscription;
      this.patterns = patterns;
    }

    @Override
    Request frame() {
      return new Request.Subscribe(
          correlation(), 0, subscription, patterns, 0, 0, Request.Subscribe.FROM_NOW);
    }

    @Override
    void answered(Response response) {
      Response.Ok unused = (Response.Ok) response;
      complete(null);
    }

    @Override
    ParleyException timedOut(boolean connected) {
      return noAnswer("subscription '" + subscription + "'", connected);
    }
  }

  private ParleyException noAnswer(String what, boolean connected) {
    return connected
        ? new ParleyException(ErrorCode.DEADLINE_EXCEEDED, what + ": no answer from the broker")
        : new NotConnectedException(what + ": no connection to " + connection.settings().uri());
  }
}
