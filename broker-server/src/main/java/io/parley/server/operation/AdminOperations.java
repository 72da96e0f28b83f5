package io.parley.server.operation;

import io.parley.engine.Engine;
import io.parley.engine.catalog.Route;
import io.parley.engine.catalog.TypeEntry;
import io.parley.engine.destination.CatchUps;
import io.parley.engine.destination.Destination;
import io.parley.engine.destination.DestinationKind;
import io.parley.engine.destination.SingleMessage;
import io.parley.engine.intake.NamespaceQuota;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Names;
import io.parley.protocol.model.TypePattern;
import io.parley.server.admin.AdminApi;
import io.parley.server.admin.CatalogInfo;
import io.parley.server.admin.DeadLetterFilter;
import io.parley.server.admin.DeadLetterGroup;
import io.parley.server.admin.DeadLetterInfo;
import io.parley.server.admin.DeletionInfo;
import io.parley.server.admin.DestinationCondition;
import io.parley.server.admin.DestinationDepth;
import io.parley.server.admin.DestinationExplanation;
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
import io.parley.server.admin.SubscriptionDeclaration;
import io.parley.server.admin.SubscriptionInfo;
import io.parley.server.admin.TopicInfo;
import io.parley.server.admin.TopicSettings;
import io.parley.server.admin.TraceInfo;
import io.parley.server.admin.TransferInfo;
import io.parley.server.admin.TypeDeclaration;
import io.parley.server.admin.TypeInfo;
import io.parley.server.namespace.Namespaces;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What operators can see and do. Reads on the owner thread, between groups. Any thread may call.
 */
public final class AdminOperations implements AdminApi {
  private final Namespaces namespaces;
  private final Draining drained;
  private final OwnerThread owner;
  private final Searches searches;
  private final Traces traces;
  private final CatalogViews catalogs;
  private final DestinationControl control;
  private final DeadLetters deadLetters;
  private final Topics topics;

  /** Administers some namespaces. */
  public AdminOperations(Namespaces namespaces, Draining drained) {
    this.namespaces = namespaces;
    this.drained = drained;
    owner = new OwnerThread(namespaces);
    searches = new Searches(owner);
    traces = new Traces(owner, searches);
    catalogs = new CatalogViews(owner);
    control = new DestinationControl(owner);
    deadLetters = new DeadLetters(owner);
    topics = new Topics(owner);
  }

  // ---------------------------------------------------------------- the broker

  @Override
  public void drain(boolean on) {
    drained.set(on);
  }

  // ---------------------------------------------------------------- namespaces

  @Override
  public List<String> namespaces() {
    return namespaces.names();
  }

  @Override
  public CompletionStage<Void> createNamespace(String name) {
    return beside(() -> namespaces.create(name));
  }

  @Override
  public CompletionStage<Void> deleteNamespace(String name) {
    return beside(() -> namespaces.delete(name));
  }

  /** On a thread of its own: it takes as long as the disk does. */
  private static CompletionStage<Void> beside(Runnable change) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                change.run();
                done.complete(null);
              } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
              }
            },
            "parley-namespaces");
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  @Override
  public CompletionStage<NamespaceInfo> namespace(String namespace) {
    return view(
        namespace,
        engine ->
            new NamespaceInfo(
                namespace,
                engine.quota().used(),
                engine.quota().bytes(),
                engine.quota().own() != NamespaceQuota.NOT_SET));
  }

  @Override
  public CompletionStage<NamespaceInfo> limitNamespace(String namespace, @Nullable Long maxBytes) {
    if (maxBytes != null
        && (maxBytes < NamespaceQuota.BYTES_MIN || maxBytes > NamespaceQuota.BYTES_MAX)) {
      return CompletableFuture.failedFuture(
          new ParleyException(
              ErrorCode.INVALID_ARGUMENT,
              "max bytes: "
                  + maxBytes
                  + " (expected: "
                  + NamespaceQuota.BYTES_MIN
                  + " to "
                  + NamespaceQuota.BYTES_MAX
                  + ")"));
    }
    long bytes = maxBytes == null ? NamespaceQuota.NOT_SET : maxBytes;
    return owner
        .change(namespace, engine -> new Operation.LimitNamespace(bytes))
        .thenCompose(done -> namespace(namespace));
  }

  // ---------------------------------------------------------------- queues

  @Override
  public CompletionStage<List<QueueInfo>> queues(String namespace) {
    return view(
        namespace,
        engine ->
            engine.destinations().all().stream()
                .filter(destination -> destination.definition().kind() != DestinationKind.INBOX)
                .sorted(
                    Comparator.comparing(
                            (Destination d) -> d.definition().kind() == DestinationKind.UNOWNED)
                        .thenComparing(d -> d.definition().name()))
                .map(destination -> info(engine, destination))
                .toList());
  }

  @Override
  public CompletionStage<QueueInfo> queue(String namespace, String queue) {
    return view(namespace, engine -> info(engine, findQueue(engine, queue)));
  }

  @Override
  public CompletionStage<QueueInfo> createQueue(String namespace, QueueDeclaration declaration) {
    String name = declaration.name();
    String service = declaration.service() == null ? name : declaration.service();
    try {
      Names.require("queue", name);
      Names.require("service", service);
      declaration.types().forEach(type -> Names.require("type", type));
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(
          new ParleyException(ErrorCode.INVALID_NAME, String.valueOf(e.getMessage())));
    }
    return change(namespace, engine -> new Operation.ClaimTypes(service, name, declaration.types()))
        .thenCompose(done -> queue(namespace, name));
  }

  @Override
  public CompletionStage<List<DestinationDepth>> depths(String namespace, int atLeast) {
    return view(
        namespace,
        engine -> {
          Set<Destination> shown = new LinkedHashSet<>(engine.destinations().occupied());
          Iterator<Destination> others = engine.destinations().all().iterator();
          while (shown.size() < atLeast && others.hasNext()) {
            shown.add(others.next());
          }
          return shown.stream().map(each -> depth(each, engine.timeMs())).toList();
        });
  }

  static DestinationDepth depth(Destination destination, long nowMs) {
    return new DestinationDepth(
        adminKind(destination),
        destination.definition().name(),
        destination.ready(),
        destination.leased(),
        destination.delayed(),
        destination.dead(),
        destination.consumers().size(),
        destination.definition().settings().paused(),
        destination.isOutage(),
        destination.overQuotaSinceMs() != 0,
        unattended(destination, nowMs));
  }

  private static Duration unattended(Destination destination, long nowMs) {
    if (!destination.consumers().isEmpty()) {
      return Duration.ZERO;
    }
    long sinceMs = Math.max(destination.lastSeenMs(), destination.definition().createdAtMs());
    return Duration.ofMillis(Math.max(0, nowMs - sinceMs));
  }

  static io.parley.server.admin.DestinationKind adminKind(Destination destination) {
    return destination.definition().kind() == DestinationKind.INBOX
        ? io.parley.server.admin.DestinationKind.INBOX
        : io.parley.server.admin.DestinationKind.QUEUE;
  }

  private static QueueInfo info(Engine engine, Destination queue) {
    boolean unowned = queue.definition().kind() == DestinationKind.UNOWNED;
    return new QueueInfo(
        queue.definition().name(),
        unowned ? null : queue.definition().service(),
        unowned ? List.of(queue.definition().name()) : engine.catalog().typesOf(queue),
        queue.ready(),
        queue.leased(),
        queue.delayed(),
        queue.dead(),
        queue.bytes(),
        queue.consumers().size(),
        queue.nextSequence(),
        unowned,
        DestinationControl.condition(queue));
  }

  static Destination findQueue(Engine engine, String name) {
    Destination queue = engine.destinations().find(DestinationKind.QUEUE, name);
    if (queue == null) {
      queue = engine.destinations().find(DestinationKind.UNOWNED, name);
    }
    return found(queue, "queue", name);
  }

  static Destination findInbox(Engine engine, String name) {
    return found(engine.destinations().find(DestinationKind.INBOX, name), "subscription", name);
  }

  private static Destination found(@Nullable Destination destination, String what, String name) {
    if (destination == null) {
      throw new ParleyException(
          ErrorCode.NOT_FOUND,
          what
              + ": '"
              + name
              + "' (expected: one that exists; list them with 'parley "
              + what
              + " list')");
    }
    return destination;
  }

  // ---------------------------------------------------------------- subscriptions

  @Override
  public CompletionStage<List<SubscriptionInfo>> subscriptions(String namespace) {
    return view(
        namespace,
        engine ->
            engine.destinations().all().stream()
                .filter(destination -> destination.definition().kind() == DestinationKind.INBOX)
                .sorted(Comparator.comparing(d -> d.definition().name()))
                .map(AdminOperations::info)
                .toList());
  }

  @Override
  public CompletionStage<SubscriptionInfo> subscription(String namespace, String subscription) {
    return view(namespace, engine -> info(findInbox(engine, subscription)));
  }

  private static SubscriptionInfo info(Destination inbox) {
    return new SubscriptionInfo(
        inbox.definition().name(),
        inbox.definition().service(),
        inbox.definition().patterns().stream().map(TypePattern::text).toList(),
        inbox.ready(),
        inbox.leased(),
        inbox.delayed(),
        inbox.dead(),
        inbox.bytes(),
        inbox.consumers().size(),
        Instant.ofEpochMilli(inbox.definition().createdAtMs()),
        inbox.lastSeenMs() == 0 ? null : Instant.ofEpochMilli(inbox.lastSeenMs()),
        inbox.isBehind(),
        DestinationControl.condition(inbox));
  }

  @Override
  public CompletionStage<SubscriptionInfo> createSubscription(
      String namespace, SubscriptionDeclaration declaration) {
    String name = declaration.name();
    String service = declaration.service() == null ? name : declaration.service();
    List<TypePattern> patterns;
    try {
      Names.require("subscription", name);
      Names.require("service", service);
      patterns = declaration.patterns().stream().map(TypePattern::new).toList();
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(
          new ParleyException(ErrorCode.INVALID_NAME, String.valueOf(e.getMessage())));
    }
    if (patterns.isEmpty()) {
      return CompletableFuture.failedFuture(
          new ParleyException(
              ErrorCode.INVALID_ARGUMENT, "patterns: none (expected: one event type or more)"));
    }
    long fromMs =
        declaration.from() == null ? CatchUps.FROM_NOW : declaration.from().toEpochMilli();
    return change(namespace, engine -> new Operation.Subscribe(service, name, patterns, fromMs))
        .thenCompose(done -> subscription(namespace, name));
  }

  @Override
  public CompletionStage<DeletionInfo> deleteSubscription(
      String namespace, String subscription, boolean dryRun) {
    return control.delete(namespace, subscription, dryRun);
  }

  @Override
  public CompletionStage<ResetInfo> reset(
      String namespace, String subscription, ResetRequest request) {
    return topics.reset(namespace, subscription, request);
  }

  // ---------------------------------------------------------------- topics

  @Override
  public CompletionStage<List<TopicInfo>> topics(String namespace) {
    return topics.all(namespace);
  }

  @Override
  public CompletionStage<TopicInfo> topic(String namespace, String type) {
    return topics.one(namespace, type);
  }

  @Override
  public CompletionStage<TopicInfo> setTopic(
      String namespace, String type, TopicSettings settings) {
    return topics.set(namespace, type, settings);
  }

  // ---------------------------------------------------------------- messages

  @Override
  public CompletionStage<List<MessageInfo>> queueMessages(
      String namespace, String queue, @Nullable MessageState state, int limit) {
    return view(namespace, engine -> messages(findQueue(engine, queue), state, limit));
  }

  @Override
  public CompletionStage<List<MessageInfo>> subscriptionMessages(
      String namespace, String subscription, @Nullable MessageState state, int limit) {
    return view(namespace, engine -> messages(findInbox(engine, subscription), state, limit));
  }

  private static List<MessageInfo> messages(
      Destination from, @Nullable MessageState state, int limit) {
    Peek peek = new Peek(limit);
    if (state == null || state == MessageState.READY || state == MessageState.LEASED) {
      from.messages(
          (sequence, storedAtMs, record) -> {
            MessageState is = from.isLeased(sequence) ? MessageState.LEASED : MessageState.READY;
            return state != null && state != is || peek.add(sequence, is, 0, storedAtMs, record);
          });
    }
    if (state == null || state != MessageState.DEAD) {
      from.delayedMessages(
          0,
          message -> {
            MessageState is = stateOf(from, message);
            return state != null && state != is || peek.add(is, message, from.record(message));
          });
    }
    if (state == MessageState.DEAD) {
      from.deadLetters(0, letter -> peek.add(MessageState.DEAD, letter, from.record(letter)));
    }
    return peek.messages;
  }

  private static MessageState stateOf(Destination from, SingleMessage message) {
    if (from.isLeased(message.sequence())) {
      return MessageState.LEASED;
    }
    return from.isDue(message.sequence()) ? MessageState.READY : MessageState.DELAYED;
  }

  /** Collects messages up to a number, and up to a number of bytes once there is one. */
  private static final class Peek {
    private final int limit;
    private final List<MessageInfo> messages = new ArrayList<>();
    private long bytes;

    Peek(int limit) {
      this.limit = limit;
    }

    boolean add(MessageState state, SingleMessage message, MessageRecord record) {
      return add(message.sequence(), state, message.attempts(), message.storedAtMs(), record);
    }

    boolean add(
        long sequence, MessageState state, int attempts, long storedAtMs, MessageRecord record) {
      if (messages.size() >= limit || (bytes > 0 && bytes + record.size() > PEEK_MAX_BYTES)) {
        return false;
      }
      Message message = record.toMessage();
      messages.add(
          new MessageInfo(sequence, state, attempts, Instant.ofEpochMilli(storedAtMs), message));
      bytes += record.size();
      return messages.size() < limit;
    }
  }

  // ---------------------------------------------------------------- why and where to

  @Override
  public CompletionStage<ExplanationInfo> explanation(String namespace, MessageId message) {
    return searches.explain(namespace, message);
  }

  @Override
  public CompletionStage<TraceInfo> trace(String namespace, MessageId message) {
    return traces.of(namespace, message);
  }

  @Override
  public CompletionStage<DestinationExplanation> queueExplanation(
      String namespace, String queue, int limit) {
    return view(namespace, engine -> Explanations.of(engine, findQueue(engine, queue), limit));
  }

  @Override
  public CompletionStage<DestinationExplanation> subscriptionExplanation(
      String namespace, String subscription, int limit) {
    return view(
        namespace, engine -> Explanations.of(engine, findInbox(engine, subscription), limit));
  }

  @Override
  public CompletionStage<RoutePreview> route(String namespace, String type, MessageKind kind) {
    try {
      Names.require("type", type);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(
          new ParleyException(ErrorCode.INVALID_NAME, String.valueOf(e.getMessage())));
    }
    return view(namespace, engine -> preview(engine, type, kind));
  }

  private static RoutePreview preview(Engine engine, String type, MessageKind kind) {
    Route route = engine.catalog().preview(type, kind);
    if (route.refusal() != null) {
      throw new ParleyException(route.refusal(), route.reason());
    }
    return new RoutePreview(
        type,
        kind,
        engine.catalog().type(type) != null,
        route.destinations().stream().map(to -> receiver(to, type)).toList());
  }

  private static RoutePreview.Receiver receiver(Destination to, String type) {
    return new RoutePreview.Receiver(
        to.definition().name(),
        adminKind(to),
        to.definition().service(),
        to.definition().patterns().stream()
            .filter(pattern -> pattern.matches(type))
            .map(TypePattern::text)
            .toList(),
        to.consumers().size());
  }

  // ---------------------------------------------------------------- types

  @Override
  public CompletionStage<List<TypeInfo>> types(String namespace) {
    return view(
        namespace,
        engine -> engine.catalog().types().stream().map(type -> info(engine, type)).toList());
  }

  private static TypeInfo info(Engine engine, TypeEntry type) {
    Destination queue = type.queue() == 0 ? null : engine.destinations().find(type.queue());
    return new TypeInfo(
        type.name(),
        type.kind(),
        queue == null ? null : queue.definition().service(),
        queue == null ? null : queue.definition().name());
  }

  @Override
  public CompletionStage<TypeInfo> declareType(String namespace, TypeDeclaration declaration) {
    try {
      Names.require("type", declaration.name());
      if (declaration.owner() != null) {
        Names.require("service", declaration.owner());
      }
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(
          new ParleyException(ErrorCode.INVALID_NAME, String.valueOf(e.getMessage())));
    }
    return change(
            namespace,
            engine ->
                new Operation.DeclareType(
                    declaration.name(), declaration.kind(), declaration.owner()))
        .thenApply(
            done ->
                new TypeInfo(
                    declaration.name(),
                    declaration.kind(),
                    declaration.owner(),
                    declaration.owner()));
  }

  @Override
  public CompletionStage<TransferInfo> transferType(
      String namespace, String type, String service, @Nullable String queueOrNull) {
    String queue = queueOrNull == null ? service : queueOrNull;
    try {
      Names.require("type", type);
      Names.require("service", service);
      Names.require("queue", queue);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(
          new ParleyException(ErrorCode.INVALID_NAME, String.valueOf(e.getMessage())));
    }
    return change(namespace, engine -> new Operation.TransferType(type, service, queue))
        .thenCompose(
            result ->
                view(
                    namespace,
                    engine ->
                        new TransferInfo(
                            type,
                            service,
                            queue,
                            ((Result.Count) result).value(),
                            engine.catalog().isMoving(type))));
  }

  @Override
  public CompletionStage<CatalogInfo> catalog(String namespace) {
    return subscriptions(namespace).thenCompose(found -> catalogs.show(namespace, found));
  }

  // ---------------------------------------------------------------- dead letters

  @Override
  public CompletionStage<List<DeadLetterInfo>> deadLetters(
      String namespace, @Nullable String destination, DeadLetterFilter which, int limit) {
    return deadLetters.list(namespace, destination, which, limit);
  }

  @Override
  public CompletionStage<List<DeadLetterGroup>> deadLetterGroups(
      String namespace, @Nullable String destination) {
    return deadLetters.groups(namespace, destination);
  }

  @Override
  public CompletionStage<Long> redriveDeadLetters(
      String namespace, String destination, DeadLetterFilter which, long max) {
    return deadLetters.redrive(namespace, destination, which, max);
  }

  @Override
  public CompletionStage<Long> dropDeadLetters(
      String namespace, String destination, DeadLetterFilter which) {
    return deadLetters.drop(namespace, destination, which);
  }

  static int anyId(Engine engine, String name) {
    Destination destination = engine.destinations().find(DestinationKind.QUEUE, name);
    if (destination == null) {
      destination = engine.destinations().find(DestinationKind.INBOX, name);
    }
    return found(destination, "queue or subscription", name).id();
  }

  // ---------------------------------------------------------------- control

  @Override
  public CompletionStage<DestinationCondition> pause(
      String namespace, io.parley.server.admin.DestinationKind kind, String name, boolean paused) {
    return control.pause(namespace, kind, name, paused);
  }

  @Override
  public CompletionStage<DestinationCondition> set(
      String namespace,
      io.parley.server.admin.DestinationKind kind,
      String name,
      OperatorSettings settings,
      boolean unsetOthers) {
    return control.set(namespace, kind, name, settings, unsetOthers);
  }

  @Override
  public CompletionStage<Long> purge(
      String namespace,
      io.parley.server.admin.DestinationKind kind,
      String name,
      PurgeRequest which) {
    return control.purge(namespace, kind, name, which);
  }

  // ---------------------------------------------------------------- outcomes

  @Override
  public CompletionStage<OutcomeInfo> outcome(String namespace, MessageId command) {
    return view(namespace, engine -> new OutcomeInfo(command, engine.outcomes().find(command)));
  }

  // ---------------------------------------------------------------- the owner thread

  private <T> CompletableFuture<T> view(String namespace, Function<Engine, T> look) {
    return owner.view(namespace, look);
  }

  private CompletableFuture<Result> change(
      String namespace, Function<Engine, Operation> operation) {
    return owner.change(namespace, operation);
  }
}
