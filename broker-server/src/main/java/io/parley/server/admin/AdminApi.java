package io.parley.server.admin;

import io.parley.protocol.model.MessageId;
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

  /** All types by name. */
  CompletionStage<List<TypeInfo>> types(String namespace);

  /** Declares a type; declaring the same again changes nothing. */
  CompletionStage<TypeInfo> declareType(String namespace, TypeDeclaration declaration);

  /**
   * The oldest dead letters.
   *
   * @param destination queue or subscription; null for all
   * @param limit 1 to {@link #PEEK_MAX_MESSAGES}
   */
  CompletionStage<List<DeadLetterInfo>> deadLetters(
      String namespace, @Nullable String destination, int limit);

  /**
   * Makes dead letters ready again, with their attempts counted from zero.
   *
   * @param destination queue or subscription
   * @param id only the letter of this message; null for all of the destination
   * @return how many
   */
  CompletionStage<Long> redriveDeadLetters(
      String namespace, String destination, @Nullable MessageId id);

  /** Deletes dead letters for good; parameters as in {@link #redriveDeadLetters}. */
  CompletionStage<Long> dropDeadLetters(
      String namespace, String destination, @Nullable MessageId id);

  /** What became of a command; {@code NOT_FOUND} if nothing is known of it. */
  CompletionStage<OutcomeInfo> outcome(String namespace, MessageId command);
}
