package io.parley.server.operation;

import io.parley.engine.intake.CausedMessage;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.server.admin.AdminApi;
import io.parley.server.admin.ExplanationInfo;
import io.parley.server.admin.TraceInfo;
import io.parley.server.query.CausedQueries;
import io.parley.server.query.CausedQuery;
import io.parley.server.trace.TraceLog;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Finds conversations, and where their messages stand. Any thread may call. */
final class Traces {
  private final OwnerThread owner;
  private final Searches searches;

  Traces(OwnerThread owner, Searches searches) {
    this.owner = owner;
    this.searches = searches;
  }

  CompletionStage<TraceInfo> of(String namespace, MessageId message) {
    TraceLog log;
    CausedQueries queries;
    try {
      log = owner.find(namespace).traces();
      queries = owner.find(namespace).queries().causedQueries();
    } catch (ParleyException e) {
      return CompletableFuture.failedFuture(e);
    }
    if (log == null) {
      return CompletableFuture.failedFuture(
          new ParleyException(
              ErrorCode.INVALID_ARGUMENT, "trace.retention: 0s (expected: 1h to 30d, to trace)"));
    }
    return CompletableFuture.supplyAsync(
            () -> conversation(log, queries, message), Traces::onOwnThread)
        .thenCompose(
            found ->
                withStates(namespace, found.messages, new ArrayList<>())
                    .thenApply(
                        traced -> {
                          found.queries.forEach(query -> traced.add(traced(query)));
                          return new TraceInfo(
                              found.correlationId,
                              traced,
                              found.messages.size() >= TraceLog.MESSAGES_MAX
                                  || found.queries.size() >= TraceLog.MESSAGES_MAX,
                              log.missed());
                        }));
  }

  private static TraceInfo.Traced traced(CausedQuery query) {
    return new TraceInfo.Traced(
        query.id(),
        query.causationId(),
        MessageKind.QUERY,
        query.type(),
        Instant.ofEpochMilli(query.askedAtMs()),
        null,
        new TraceInfo.Answered(query.result(), query.tookMicros()));
  }

  private record Conversation(
      MessageId correlationId, List<CausedMessage> messages, List<CausedQuery> queries) {}

  /** It reads files. */
  private static void onOwnThread(Runnable task) {
    Thread thread = new Thread(task, "parley-trace-search");
    thread.setDaemon(true);
    thread.start();
  }

  private static Conversation conversation(TraceLog log, CausedQueries queries, MessageId message) {
    try {
      MessageId ofQuery = queries.conversationOf(message);
      MessageId asked = ofQuery == null ? message : ofQuery;
      List<CausedMessage> found = log.conversationOf(asked);
      if (found.isEmpty() && ofQuery == null) {
        throw new ParleyException(
            ErrorCode.NOT_FOUND,
            "message "
                + message
                + ": caused by none and caused none (expected: one of a conversation; 'parley"
                + " explain' tells of others)");
      }
      MessageId conversation = found.isEmpty() ? asked : found.get(0).correlationId();
      return new Conversation(conversation, found, queries.of(conversation, TraceLog.MESSAGES_MAX));
    } catch (IOException e) {
      throw new ParleyException(ErrorCode.STORE_UNAVAILABLE, e.toString());
    }
  }

  /** One after the other: each search has the thread for itself. */
  private CompletionStage<List<TraceInfo.Traced>> withStates(
      String namespace, List<CausedMessage> messages, List<TraceInfo.Traced> done) {
    if (done.size() == messages.size()) {
      return CompletableFuture.completedFuture(done);
    }
    CausedMessage next = messages.get(done.size());
    CompletionStage<@Nullable ExplanationInfo> state =
        done.size() < AdminApi.TRACED_STATES_MAX
            ? searches
                .explain(namespace, next.id())
                .thenApply(
                    found -> found.status() == ExplanationInfo.Status.SEARCHING ? null : found)
            : CompletableFuture.completedFuture(null);
    return state.thenCompose(
        known -> {
          done.add(
              new TraceInfo.Traced(
                  next.id(),
                  next.causationId(),
                  next.kind(),
                  next.type(),
                  Instant.ofEpochMilli(next.storedAtMs()),
                  known,
                  null));
          return withStates(namespace, messages, done);
        });
  }
}
