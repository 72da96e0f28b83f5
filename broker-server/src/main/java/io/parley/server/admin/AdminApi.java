package io.parley.server.admin;

import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What an operator may ask of a namespace and change in it. Safe for use by any thread; never
 * blocks. Names arrive as they were typed: checking them is this port's business.
 *
 * <p>A refusal completes the answer with a {@link io.parley.protocol.ParleyException}: {@code
 * NAMESPACE_NOT_FOUND}, {@code NOT_FOUND}, {@code INVALID_NAME}, {@code WRONG_KIND}, {@code
 * OWNED_BY}, {@code STORE_UNAVAILABLE}. Changes are durable when their answer is there.
 */
public interface AdminApi {
  /** Most messages of one peek. */
  int PEEK_MAX_MESSAGES = 1_000;

  /**
   * Body bytes after which a peek stops early. It always holds the first message, however large, so
   * one answer is bounded by this and one largest message.
   */
  int PEEK_MAX_BYTES = 4 * 1024 * 1024;

  /**
   * Refuses new commands and events of clients with DRAINING, or takes them again. A restart ends
   * it.
   */
  void drain(boolean on);

  /** The names of all namespaces, sorted. */
  List<String> namespaces();

  /**
   * Makes a namespace. {@code INVALID_ARGUMENT} if there is one of this name, {@code TOO_MANY} at
   * the bound.
   */
  CompletionStage<Void> createNamespace(String name);

  /** Deletes a namespace with all that is in it; its clients are told. Not the default one. */
  CompletionStage<Void> deleteNamespace(String name);

  /** How much a namespace holds, and may hold. */
  CompletionStage<NamespaceInfo> namespace(String namespace);

  /**
   * Sets how many bytes of messages a namespace may hold: 1 MiB to 1 PiB; null for the broker's.
   * Durable.
   */
  CompletionStage<NamespaceInfo> limitNamespace(String namespace, @Nullable Long maxBytes);

  /**
   * All queues by name, then the command types that wait for an owner, as entries with {@link
   * QueueInfo#unowned}.
   */
  CompletionStage<List<QueueInfo>> queues(String namespace);

  /**
   * How full queues and inboxes are: of all with messages or consumers and, where those are fewer
   * than {@code atLeast}, of the first made of the others, up to that number. Looks at no others.
   */
  CompletionStage<List<DestinationDepth>> depths(String namespace, int atLeast);

  /** One queue, or an unowned type by its name. */
  CompletionStage<QueueInfo> queue(String namespace, String queue);

  /**
   * The first messages of a queue, left where they are.
   *
   * @param state only those in this state; null for ready, leased and delayed ones
   * @param limit 1 to {@link #PEEK_MAX_MESSAGES}
   */
  CompletionStage<List<MessageInfo>> queueMessages(
      String namespace, String queue, @Nullable MessageState state, int limit);

  /** All subscriptions by name. */
  CompletionStage<List<SubscriptionInfo>> subscriptions(String namespace);

  /** One subscription. */
  CompletionStage<SubscriptionInfo> subscription(String namespace, String subscription);

  /** The first messages of a subscription's inbox; as {@link #queueMessages}. */
  CompletionStage<List<MessageInfo>> subscriptionMessages(
      String namespace, String subscription, @Nullable MessageState state, int limit);

  /** Most places that one explanation names. */
  int EXPLAINED_PLACES_MAX = 1_000;

  /** Most consumers that the explanation of a queue or subscription names. */
  int EXPLAINED_CONSUMERS_MAX = 100;

  /** Most messages that the explanation of a queue or subscription begins with. */
  int EXPLAINED_MESSAGES_MAX = 100;

  /**
   * Why a message is where it is, in each queue or inbox that has it. There is no index by id: the
   * search may take long, and then this answers with its progress and goes on; asking again joins
   * it. {@code OVERLOADED} if too many are under way.
   */
  CompletionStage<ExplanationInfo> explanation(String namespace, MessageId message);

  /** Most messages of a trace whose state is told. */
  int TRACED_STATES_MAX = 100;

  /**
   * The conversation that a message belongs to, with where each of its first messages stands.
   * {@code NOT_FOUND} if it is in none, {@code INVALID_ARGUMENT} if conversations aren't written
   * down.
   *
   * @param message any message of it, or its correlation id
   */
  CompletionStage<TraceInfo> trace(String namespace, MessageId message);

  /**
   * Why the messages of a queue, or of an unowned type, are where they are.
   *
   * @param limit how many of the first and of the first delayed ones to explain, 1 to {@link
   *     #EXPLAINED_MESSAGES_MAX}
   */
  CompletionStage<DestinationExplanation> queueExplanation(
      String namespace, String queue, int limit);

  /** As {@link #queueExplanation}, of a subscription. */
  CompletionStage<DestinationExplanation> subscriptionExplanation(
      String namespace, String subscription, int limit);

  /** Who would get a command or event of a type, if it was sent now. Changes nothing. */
  CompletionStage<RoutePreview> route(String namespace, String type, MessageKind kind);

  /** All types by name. */
  CompletionStage<List<TypeInfo>> types(String namespace);

  /** Declares a type; declaring the same again changes nothing. */
  CompletionStage<TypeInfo> declareType(String namespace, TypeDeclaration declaration);

  /**
   * Makes another service's queue the owner of a command type; its waiting, delayed, retried and
   * dead commands move along, in order. Leased ones stay with their holder; if they return, the new
   * owner gets them. {@code OVERLOADED} while an earlier transfer of the type goes on.
   *
   * @param queue null for the queue of the service's name
   */
  CompletionStage<TransferInfo> transferType(
      String namespace, String type, String service, @Nullable String queue);

  /** Most uses of types that are noted. */
  int USES_MAX = 100_000;

  /** Who owns, sends, publishes, subscribes, asks and answers what. */
  CompletionStage<CatalogInfo> catalog(String namespace);

  /**
   * The oldest dead letters.
   *
   * @param destination queue or subscription; null for all
   * @param which only those; without id
   * @param limit 1 to {@link #PEEK_MAX_MESSAGES}
   */
  CompletionStage<List<DeadLetterInfo>> deadLetters(
      String namespace, @Nullable String destination, DeadLetterFilter which, int limit);

  /** Most dead letters of one destination that are looked at to group them; the oldest. */
  int GROUPED_MAX = 1_000_000;

  /**
   * Dead letters by destination, class of failure and type, the most first.
   *
   * @param destination queue or subscription; null for all
   */
  CompletionStage<List<DeadLetterGroup>> deadLetterGroups(
      String namespace, @Nullable String destination);

  /**
   * Makes dead letters ready again, with their attempts counted from zero, the oldest first.
   *
   * @param destination queue or subscription
   * @param max most of them
   * @return how many; {@code NOT_FOUND} if one was meant that isn't there
   */
  CompletionStage<Long> redriveDeadLetters(
      String namespace, String destination, DeadLetterFilter which, long max);

  /** Deletes dead letters for good; otherwise as {@link #redriveDeadLetters}. */
  CompletionStage<Long> dropDeadLetters(
      String namespace, String destination, DeadLetterFilter which);

  /** Hands out nothing more of a queue or subscription, or goes on. Durable. */
  CompletionStage<DestinationCondition> pause(
      String namespace, DestinationKind kind, String name, boolean paused);

  /**
   * Sets what a queue or subscription goes by. Durable. Changes made at the same moment all hold,
   * as each names what it changes.
   *
   * @param settings what isn't null is set
   * @param unsetOthers whether all else goes by the broker's settings again; else it stays as it is
   */
  CompletionStage<DestinationCondition> set(
      String namespace,
      DestinationKind kind,
      String name,
      OperatorSettings settings,
      boolean unsetOthers);

  /**
   * Ends messages that nobody has; commands that waited end as CANCELLED.
   *
   * @return how many
   */
  CompletionStage<Long> purge(
      String namespace, DestinationKind kind, String name, PurgeRequest which);

  /** The topics of all event types, by name. */
  CompletionStage<List<TopicInfo>> topics(String namespace);

  /** One topic, with its oldest event's time. */
  CompletionStage<TopicInfo> topic(String namespace, String type);

  /** Sets how long a topic keeps its events, instead of what was set before. Durable. */
  CompletionStage<TopicInfo> setTopic(String namespace, String type, TopicSettings settings);

  /**
   * What waits in a subscription's inbox ends, but dead letters, and it gets what is retained since
   * a time. What consumers have in hand stays theirs. Durable.
   */
  CompletionStage<ResetInfo> reset(String namespace, String subscription, ResetRequest request);

  /**
   * Makes a queue, or gives one of the same service more types; commands of them that wait for an
   * owner move into it. {@code OWNED_BY}, {@code WRONG_KIND}, {@code TYPE_NOT_DECLARED} or {@code
   * TOO_MANY}, and then nothing changed. Durable.
   */
  CompletionStage<QueueInfo> createQueue(String namespace, QueueDeclaration declaration);

  /**
   * Makes a subscription. One of the same service that exists wants these patterns from now on, and
   * goes on where it is. {@code OWNED_BY} or {@code TOO_MANY}, and then nothing changed. Durable.
   */
  CompletionStage<SubscriptionInfo> createSubscription(
      String namespace, SubscriptionDeclaration declaration);

  /**
   * Deletes a subscription with all that is in its inbox. {@code INVALID_ARGUMENT} while it has
   * consumers. It gets no events from the first moment; if this fails half-way, it is there without
   * patterns, and can be deleted again. Durable.
   *
   * @param dryRun whether it is only said what would happen
   */
  CompletionStage<DeletionInfo> deleteSubscription(
      String namespace, String subscription, boolean dryRun);

  /** What became of a command; {@code NOT_FOUND} if nothing is known of it. */
  CompletionStage<OutcomeInfo> outcome(String namespace, MessageId command);
}
