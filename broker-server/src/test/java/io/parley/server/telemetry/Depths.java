package io.parley.server.telemetry;

import io.parley.protocol.model.MessageId;
import io.parley.server.admin.AdminApi;
import io.parley.server.admin.DeadLetterInfo;
import io.parley.server.admin.MessageInfo;
import io.parley.server.admin.MessageState;
import io.parley.server.admin.OutcomeInfo;
import io.parley.server.admin.QueueInfo;
import io.parley.server.admin.SubscriptionInfo;
import io.parley.server.admin.TypeDeclaration;
import io.parley.server.admin.TypeInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Knows queues and subscriptions and how full they are, and nothing else. */
final class Depths implements AdminApi {
  private final List<QueueInfo> queues = new ArrayList<>();
  private final List<SubscriptionInfo> subscriptions = new ArrayList<>();

  /** When set, the answer to everything. */
  CompletableFuture<?> failure;

  void addQueue(String name, int ready) {
    queues.add(queue(name, ready));
  }

  void addFirst(String name, int ready) {
    queues.add(0, queue(name, ready));
  }

  void removeFirst() {
    queues.remove(0);
  }

  void addSubscription(String name, int ready) {
    subscriptions.add(new SubscriptionInfo(name, "s", List.of("a.>"), ready, 1, 2, 3, 0, 4, null));
  }

  private static QueueInfo queue(String name, int ready) {
    return new QueueInfo(name, "s", List.of(), ready, 1, 2, 3, 0, 4, 1, false);
  }

  @Override
  public CompletionStage<List<QueueInfo>> queues(String namespace) {
    return answer(List.copyOf(queues));
  }

  @Override
  public CompletionStage<List<SubscriptionInfo>> subscriptions(String namespace) {
    return answer(List.copyOf(subscriptions));
  }

  @SuppressWarnings("unchecked") // it never has a value
  private <T> CompletionStage<T> answer(T value) {
    return failure == null
        ? CompletableFuture.completedFuture(value)
        : (CompletionStage<T>) failure;
  }

  private static <T> CompletionStage<T> unknown() {
    return CompletableFuture.failedFuture(new UnsupportedOperationException());
  }

  @Override
  public CompletionStage<QueueInfo> queue(String namespace, String queue) {
    return unknown();
  }

  @Override
  public CompletionStage<List<MessageInfo>> queueMessages(
      String namespace, String queue, MessageState state, int limit) {
    return unknown();
  }

  @Override
  public CompletionStage<SubscriptionInfo> subscription(String namespace, String subscription) {
    return unknown();
  }

  @Override
  public CompletionStage<List<MessageInfo>> subscriptionMessages(
      String namespace, String subscription, MessageState state, int limit) {
    return unknown();
  }

  @Override
  public CompletionStage<List<TypeInfo>> types(String namespace) {
    return unknown();
  }

  @Override
  public CompletionStage<TypeInfo> declareType(String namespace, TypeDeclaration declaration) {
    return unknown();
  }

  @Override
  public CompletionStage<List<DeadLetterInfo>> deadLetters(
      String namespace, String destination, int limit) {
    return unknown();
  }

  @Override
  public CompletionStage<Long> redriveDeadLetters(
      String namespace, String destination, MessageId id) {
    return unknown();
  }

  @Override
  public CompletionStage<Long> dropDeadLetters(String namespace, String destination, MessageId id) {
    return unknown();
  }

  @Override
  public CompletionStage<OutcomeInfo> outcome(String namespace, MessageId command) {
    return unknown();
  }
}
