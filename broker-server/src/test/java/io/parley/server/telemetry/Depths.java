package io.parley.server.telemetry;

import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.server.admin.AdminApi;
import io.parley.server.admin.CatalogInfo;
import io.parley.server.admin.DeadLetterInfo;
import io.parley.server.admin.DestinationDepth;
import io.parley.server.admin.DestinationExplanation;
import io.parley.server.admin.DestinationKind;
import io.parley.server.admin.ExplanationInfo;
import io.parley.server.admin.MessageInfo;
import io.parley.server.admin.MessageState;
import io.parley.server.admin.OutcomeInfo;
import io.parley.server.admin.QueueInfo;
import io.parley.server.admin.RoutePreview;
import io.parley.server.admin.SubscriptionInfo;
import io.parley.server.admin.TransferInfo;
import io.parley.server.admin.TypeDeclaration;
import io.parley.server.admin.TypeInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Knows queues and subscriptions and how full they are, and nothing else. */
final class Depths implements AdminApi {
  private final List<DestinationDepth> depths = new ArrayList<>();

  /** When set, the answer to everything. */
  CompletableFuture<?> failure;

  void addQueue(String name, int ready) {
    depths.add(depth(DestinationKind.QUEUE, name, ready));
  }

  void addFirst(String name, int ready) {
    depths.add(0, depth(DestinationKind.QUEUE, name, ready));
  }

  void removeFirst() {
    depths.remove(0);
  }

  void addSubscription(String name, int ready) {
    depths.add(depth(DestinationKind.INBOX, name, ready));
  }

  private static DestinationDepth depth(DestinationKind kind, String name, int ready) {
    return new DestinationDepth(kind, name, ready, 1, 2, 3, 4);
  }

  @Override
  public CompletionStage<List<DestinationDepth>> depths(String namespace, int atLeast) {
    return answer(List.copyOf(depths));
  }

  @Override
  public CompletionStage<List<QueueInfo>> queues(String namespace) {
    return unknown();
  }

  @Override
  public CompletionStage<List<SubscriptionInfo>> subscriptions(String namespace) {
    return unknown();
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

  @Override
  public CompletionStage<ExplanationInfo> explanation(String namespace, MessageId message) {
    return unknown();
  }

  @Override
  public CompletionStage<DestinationExplanation> queueExplanation(
      String namespace, String queue, int limit) {
    return unknown();
  }

  @Override
  public CompletionStage<DestinationExplanation> subscriptionExplanation(
      String namespace, String subscription, int limit) {
    return unknown();
  }

  @Override
  public CompletionStage<RoutePreview> route(String namespace, String type, MessageKind kind) {
    return unknown();
  }

  @Override
  public CompletionStage<TransferInfo> transferType(
      String namespace, String type, String service, String queue) {
    return unknown();
  }

  @Override
  public CompletionStage<CatalogInfo> catalog(String namespace) {
    return unknown();
  }
}
