package io.parley.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Payload;
import io.parley.server.admin.AdminApi;
import io.parley.server.admin.CatalogInfo;
import io.parley.server.admin.ConsumerInfo;
import io.parley.server.admin.DeadLetterFilter;
import io.parley.server.admin.DeadLetterGroup;
import io.parley.server.admin.DeadLetterInfo;
import io.parley.server.admin.DeletionInfo;
import io.parley.server.admin.DestinationCondition;
import io.parley.server.admin.DestinationDepth;
import io.parley.server.admin.DestinationExplanation;
import io.parley.server.admin.DestinationKind;
import io.parley.server.admin.ExplanationInfo;
import io.parley.server.admin.MessageInfo;
import io.parley.server.admin.MessageState;
import io.parley.server.admin.NamespaceInfo;
import io.parley.server.admin.OperatorSettings;
import io.parley.server.admin.OutcomeInfo;
import io.parley.server.admin.PurgeRequest;
import io.parley.server.admin.QueueDeclaration;
import io.parley.server.admin.QueueInfo;
import io.parley.server.admin.ResetInfo;
import io.parley.server.admin.ResetRequest;
import io.parley.server.admin.RoutePreview;
import io.parley.server.admin.StandingInfo;
import io.parley.server.admin.SubscriptionDeclaration;
import io.parley.server.admin.SubscriptionInfo;
import io.parley.server.admin.TopicInfo;
import io.parley.server.admin.TopicSettings;
import io.parley.server.admin.TraceInfo;
import io.parley.server.admin.TransferInfo;
import io.parley.server.admin.TypeDeclaration;
import io.parley.server.admin.TypeInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Answers with what it was given, and remembers what it was asked. */
final class FakeAdminApi implements AdminApi {
  static final MessageId ID = MessageId.parse("0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b");
  static final Instant STORED_AT = Instant.parse("2025-01-02T03:04:05.678Z");

  final List<String> asked = new CopyOnWriteArrayList<>();

  /** Done once {@link #types} was asked for. */
  final CompletableFuture<Void> typesAsked = new CompletableFuture<>();

  /** Done once {@link #queueMessages} was asked for. */
  final CompletableFuture<Void> messagesAsked = new CompletableFuture<>();

  byte[] body = "hello".getBytes(UTF_8);

  /** When set, {@link #types} waits for it. */
  CompletionStage<List<TypeInfo>> types =
      CompletableFuture.completedFuture(
          List.of(new TypeInfo("shop.Added", MessageKind.EVENT, null, null)));

  @Override
  public void drain(boolean on) {
    asked.add("drain " + on);
  }

  @Override
  public List<String> namespaces() {
    return List.of("default", "tests");
  }

  @Override
  public CompletionStage<Void> createNamespace(String name) {
    return answer("create namespace " + name, null);
  }

  @Override
  public CompletionStage<Void> deleteNamespace(String name) {
    return answer("delete namespace " + name, null);
  }

  @Override
  public CompletionStage<List<QueueInfo>> queues(String namespace) {
    return answer(
        "queues of " + namespace,
        List.of(
            queueNamed("cart"),
            new QueueInfo(
                "shop.Lost",
                null,
                List.of("shop.Lost"),
                1,
                0,
                0,
                0,
                9,
                0,
                2,
                true,
                DestinationCondition.USUAL)));
  }

  @Override
  public CompletionStage<List<DestinationDepth>> depths(String namespace, int atLeast) {
    return answer("depths of " + namespace, List.of());
  }

  @Override
  public CompletionStage<QueueInfo> queue(String namespace, String queue) {
    if (queue.equals("missing")) {
      return CompletableFuture.failedFuture(
          new ParleyException(ErrorCode.NOT_FOUND, "queue: 'missing' (expected: one that exists)"));
    } else if (queue.equals("broken")) {
      throw new IllegalStateException("secret detail");
    }
    return answer("queue " + queue, queueNamed(queue));
  }

  @Override
  public CompletionStage<List<MessageInfo>> queueMessages(
      String namespace, String queue, MessageState state, int limit) {
    messagesAsked.complete(null);
    return answer("messages of queue " + queue + ", " + state + ", " + limit, List.of(message()));
  }

  @Override
  public CompletionStage<List<SubscriptionInfo>> subscriptions(String namespace) {
    return answer("subscriptions of " + namespace, List.of(subscriptionNamed("billing")));
  }

  @Override
  public CompletionStage<SubscriptionInfo> subscription(String namespace, String subscription) {
    return answer("subscription " + subscription, subscriptionNamed(subscription));
  }

  @Override
  public CompletionStage<List<MessageInfo>> subscriptionMessages(
      String namespace, String subscription, MessageState state, int limit) {
    return answer(
        "messages of subscription " + subscription + ", " + state + ", " + limit, List.of());
  }

  @Override
  public CompletionStage<List<TypeInfo>> types(String namespace) {
    asked.add("types");
    typesAsked.complete(null);
    return types;
  }

  @Override
  public CompletionStage<TypeInfo> declareType(String namespace, TypeDeclaration declaration) {
    return answer(
        "declare " + declaration,
        new TypeInfo(declaration.name(), declaration.kind(), declaration.owner(), "cart"));
  }

  @Override
  public CompletionStage<ExplanationInfo> explanation(String namespace, MessageId message) {
    return answer(
        "explain " + message,
        new ExplanationInfo(
            message,
            ExplanationInfo.Status.HERE,
            1,
            4711,
            message().message(),
            STORED_AT,
            null,
            List.of(standing()),
            2));
  }

  private static StandingInfo standing() {
    return new StandingInfo(
        "cart",
        DestinationKind.QUEUE,
        "cart",
        "LEASED",
        42,
        STORED_AT,
        2,
        10,
        null,
        STORED_AT,
        "cart at 127.0.0.1:5000",
        true,
        null,
        STORED_AT,
        "Timeout",
        "took too long");
  }

  @Override
  public CompletionStage<TraceInfo> trace(String namespace, MessageId message) {
    return answer(
        "trace " + message,
        new TraceInfo(
            message,
            List.of(
                new TraceInfo.Traced(
                    message, null, MessageKind.COMMAND, "shop.Add", STORED_AT, null, null),
                new TraceInfo.Traced(
                    message,
                    message,
                    MessageKind.QUERY,
                    "shop.GetPrice",
                    STORED_AT,
                    null,
                    new TraceInfo.Answered("200", 1_234))),
            false,
            0));
  }

  @Override
  public CompletionStage<DestinationExplanation> queueExplanation(
      String namespace, String queue, int limit) {
    return answer("explain queue " + queue + ", " + limit, explained(queue, DestinationKind.QUEUE));
  }

  @Override
  public CompletionStage<DestinationExplanation> subscriptionExplanation(
      String namespace, String subscription, int limit) {
    return answer(
        "explain subscription " + subscription + ", " + limit,
        explained(subscription, DestinationKind.INBOX));
  }

  private static DestinationExplanation explained(String name, DestinationKind kind) {
    return new DestinationExplanation(
        new DestinationDepth(kind, name, 1, 2, 3, 4, 5, false, false, false, Duration.ZERO),
        "cart",
        null,
        List.of(new ConsumerInfo("cart at 127.0.0.1:5000", 6, 7, true, STORED_AT)),
        List.of(new DestinationExplanation.Explained(ID, "shop.Add", standing())));
  }

  @Override
  public CompletionStage<RoutePreview> route(String namespace, String type, MessageKind kind) {
    return answer(
        "route " + type + " " + kind,
        new RoutePreview(
            type,
            kind,
            true,
            List.of(
                new RoutePreview.Receiver(
                    "billing", DestinationKind.INBOX, "money", List.of("shop.>"), 1))));
  }

  @Override
  public CompletionStage<TransferInfo> transferType(
      String namespace, String type, String service, String queue) {
    return answer(
        "transfer " + type + " to " + service + ", " + queue,
        new TransferInfo(type, service, "fast", 3, true));
  }

  @Override
  public CompletionStage<CatalogInfo> catalog(String namespace) {
    return answer(
        "catalog",
        new CatalogInfo(
            STORED_AT,
            0,
            List.of(
                new CatalogInfo.Type(
                    "shop.Added",
                    MessageKind.EVENT,
                    false,
                    null,
                    null,
                    0,
                    0,
                    List.of("billing"),
                    List.of(
                        new CatalogInfo.Use(
                            "cart", CatalogInfo.Role.PUBLISHES, STORED_AT, STORED_AT)))),
            List.of()));
  }

  @Override
  public CompletionStage<List<DeadLetterInfo>> deadLetters(
      String namespace, String destination, DeadLetterFilter which, int limit) {
    return answer(
        "dead letters of " + destination + ", " + limit,
        List.of(
            new DeadLetterInfo(
                message(), "cart", DestinationKind.QUEUE, "Timeout", "took too long", STORED_AT)));
  }

  @Override
  public CompletionStage<Long> redriveDeadLetters(
      String namespace, String destination, DeadLetterFilter which, long max) {
    return answer("redrive " + destination + " " + which.id(), 3L);
  }

  @Override
  public CompletionStage<Long> dropDeadLetters(
      String namespace, String destination, DeadLetterFilter which) {
    return answer("drop " + destination + " " + which.id(), 1L);
  }

  @Override
  public CompletionStage<List<DeadLetterGroup>> deadLetterGroups(
      String namespace, String destination) {
    return answer("groups of " + destination, List.of());
  }

  @Override
  public CompletionStage<DestinationCondition> pause(
      String namespace, DestinationKind kind, String name, boolean paused) {
    return answer("pause " + kind + " " + name + " " + paused, DestinationCondition.USUAL);
  }

  @Override
  public CompletionStage<DestinationCondition> set(
      String namespace,
      DestinationKind kind,
      String name,
      OperatorSettings settings,
      boolean unsetOthers) {
    return answer(
        "set " + kind + " " + name + (unsetOthers ? " alone " : " ") + settings,
        DestinationCondition.USUAL);
  }

  @Override
  public CompletionStage<Long> purge(
      String namespace, DestinationKind kind, String name, PurgeRequest which) {
    return answer("purge " + kind + " " + name + " " + which, 2L);
  }

  @Override
  public CompletionStage<NamespaceInfo> namespace(String namespace) {
    return answer("namespace " + namespace, new NamespaceInfo(namespace, 5, 10, true));
  }

  @Override
  public CompletionStage<NamespaceInfo> limitNamespace(String namespace, @Nullable Long maxBytes) {
    return answer("limit " + namespace + " " + maxBytes, new NamespaceInfo(namespace, 5, 10, true));
  }

  @Override
  public CompletionStage<List<TopicInfo>> topics(String namespace) {
    return answer("topics of " + namespace, List.of(topicNamed("shop.Placed")));
  }

  @Override
  public CompletionStage<TopicInfo> topic(String namespace, String type) {
    return answer("topic " + type, topicNamed(type));
  }

  @Override
  public CompletionStage<TopicInfo> setTopic(
      String namespace, String type, TopicSettings settings) {
    return answer("set " + type + " " + settings, topicNamed(type));
  }

  private static TopicInfo topicNamed(String type) {
    return new TopicInfo(
        type, Duration.ofDays(1), 1_024, new TopicSettings(Duration.ofDays(1), null), 3, 300, null);
  }

  @Override
  public CompletionStage<ResetInfo> reset(
      String namespace, String subscription, ResetRequest request) {
    return answer("reset " + subscription + " " + request, new ResetInfo(3, 20, true));
  }

  @Override
  public CompletionStage<QueueInfo> createQueue(String namespace, QueueDeclaration declaration) {
    return answer("create " + declaration, queueNamed(declaration.name()));
  }

  @Override
  public CompletionStage<SubscriptionInfo> createSubscription(
      String namespace, SubscriptionDeclaration declaration) {
    return answer("create " + declaration, subscriptionNamed(declaration.name()));
  }

  @Override
  public CompletionStage<DeletionInfo> deleteSubscription(
      String namespace, String subscription, boolean dryRun) {
    return answer("delete " + subscription + " " + dryRun, new DeletionInfo(subscription, 3));
  }

  @Override
  public CompletionStage<OutcomeInfo> outcome(String namespace, MessageId command) {
    return answer(
        "outcome " + command,
        new OutcomeInfo(
            command,
            new Outcome(
                OutcomeStatus.COMPLETED,
                "",
                "",
                new Payload("text/plain", "done".getBytes(UTF_8)),
                STORED_AT.toEpochMilli())));
  }

  private <T> CompletionStage<T> answer(String question, T value) {
    asked.add(question);
    return CompletableFuture.completedFuture(value);
  }

  private static QueueInfo queueNamed(String name) {
    return new QueueInfo(
        name, "cart", List.of("shop.Add"), 1, 2, 3, 4, 5, 6, 7, false, DestinationCondition.USUAL);
  }

  private static SubscriptionInfo subscriptionNamed(String name) {
    return new SubscriptionInfo(
        name,
        "billing",
        List.of("shop.>"),
        1,
        2,
        3,
        4,
        5,
        0,
        STORED_AT.minusSeconds(3_600),
        STORED_AT,
        false,
        DestinationCondition.USUAL);
  }

  private MessageInfo message() {
    return new MessageInfo(
        42,
        MessageState.DELAYED,
        2,
        STORED_AT,
        new Message(
            ID,
            MessageKind.COMMAND,
            "shop.Add",
            "invoice-1",
            ID,
            null,
            0,
            0,
            0,
            false,
            false,
            "text/plain",
            Map.of("tenant", "a"),
            body));
  }
}
