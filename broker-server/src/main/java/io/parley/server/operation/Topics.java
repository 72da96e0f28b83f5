package io.parley.server.operation;

import io.parley.engine.Engine;
import io.parley.engine.catalog.TypeEntry;
import io.parley.engine.destination.CatchUps;
import io.parley.engine.destination.Destination;
import io.parley.engine.destination.EventLog;
import io.parley.engine.destination.Retention;
import io.parley.engine.destination.Topic;
import io.parley.engine.operation.Operation;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageKind;
import io.parley.server.admin.ResetInfo;
import io.parley.server.admin.ResetRequest;
import io.parley.server.admin.TopicInfo;
import io.parley.server.admin.TopicSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What topics retain, and the way back to it for subscriptions. Any thread. */
final class Topics {
  /** Rows of the event log that a dry run of a reset counts. */
  private static final int COUNTED_ROWS = 20_000;

  private final OwnerThread owner;

  Topics(OwnerThread owner) {
    this.owner = owner;
  }

  CompletionStage<List<TopicInfo>> all(String namespace) {
    return owner.view(
        namespace,
        engine ->
            engine.catalog().types().stream()
                .filter(type -> type.kind() == MessageKind.EVENT)
                .map(type -> info(engine.events().topic(type.name()), null))
                .toList());
  }

  CompletionStage<TopicInfo> one(String namespace, String name) {
    return owner.view(namespace, engine -> info(engine, name));
  }

  private static TopicInfo info(Engine engine, String name) {
    TypeEntry type = engine.catalog().type(name);
    if (type == null || type.kind() != MessageKind.EVENT) {
      throw new ParleyException(
          ErrorCode.NOT_FOUND,
          "topic: '"
              + name
              + "' (expected: an event type that exists; list them with 'parley topic list')");
    }
    Topic topic = engine.events().topic(name);
    long oldestMs = engine.events().oldestMs(topic);
    return info(topic, oldestMs == 0 ? null : Instant.ofEpochMilli(oldestMs));
  }

  private static TopicInfo info(Topic topic, @Nullable Instant oldest) {
    return new TopicInfo(
        topic.name(),
        Duration.ofMillis(topic.retention().timeMs()),
        topic.retention().bytes(),
        new TopicSettings(
            topic.ownTimeMs() == Topic.NOT_SET ? null : Duration.ofMillis(topic.ownTimeMs()),
            topic.ownBytes() == Topic.NOT_SET ? null : topic.ownBytes()),
        topic.events(),
        topic.bytes(),
        oldest);
  }

  CompletionStage<TopicInfo> set(String namespace, String name, TopicSettings settings) {
    long timeMs = settings.retention() == null ? Topic.NOT_SET : settings.retention().toMillis();
    long bytes = settings.retentionBytes() == null ? Topic.NOT_SET : settings.retentionBytes();
    try {
      Retention unused = new Retention(Math.max(0, timeMs), Math.max(0, bytes));
      if (timeMs < Topic.NOT_SET || bytes < Topic.NOT_SET) {
        throw new IllegalArgumentException(
            "retention: " + timeMs + " ms, " + bytes + " bytes (expected: none below 0)");
      }
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(
          new ParleyException(ErrorCode.INVALID_ARGUMENT, String.valueOf(e.getMessage())));
    }
    return owner
        .change(namespace, engine -> new Operation.SetRetention(name, timeMs, bytes))
        .thenCompose(done -> one(namespace, name));
  }

  CompletionStage<ResetInfo> reset(String namespace, String subscription, ResetRequest request) {
    long fromMs = request.from() == null ? CatchUps.FROM_NOW : request.from().toEpochMilli();
    CompletableFuture<ResetInfo> preview =
        owner.view(
            namespace,
            engine -> preview(engine, AdminOperations.findInbox(engine, subscription), fromMs));
    return request.dryRun()
        ? preview
        : preview.thenCompose(
            info ->
                owner
                    .change(
                        namespace,
                        engine ->
                            new Operation.Reset(
                                AdminOperations.findInbox(engine, subscription).id(), fromMs))
                    .thenApply(done -> info));
  }

  private static ResetInfo preview(Engine engine, Destination inbox, long fromMs) {
    if (inbox.definition().patterns().isEmpty()) {
      throw new ParleyException(
          ErrorCode.INVALID_ARGUMENT,
          "subscription '"
              + inbox.definition().name()
              + "' gets no events (expected: one with patterns; outcomes aren't retained)");
    }
    EventLog.Count events =
        fromMs == CatchUps.FROM_NOW
            ? EventLog.Count.NONE
            : engine.events().countSince(inbox.definition()::wants, fromMs, COUNTED_ROWS);
    return new ResetInfo(inbox.ready() + inbox.delayed(), events.events(), events.more());
  }
}
