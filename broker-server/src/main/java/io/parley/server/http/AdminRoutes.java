package io.parley.server.http;

import io.parley.protocol.model.MessageKind;
import io.parley.server.admin.AdminApi;
import io.parley.server.admin.DeadLetterFilter;
import io.parley.server.admin.DestinationKind;
import io.parley.server.admin.MessageInfo;
import io.parley.server.admin.MessageState;
import io.parley.server.admin.OperatorSettings;
import io.parley.server.admin.PurgeRequest;
import io.parley.server.admin.QueueDeclaration;
import io.parley.server.admin.ResetRequest;
import io.parley.server.admin.SubscriptionDeclaration;
import io.parley.server.admin.TopicSettings;
import io.parley.server.admin.TypeDeclaration;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The paths below {@code /admin/v1}: HTTP on one side, {@link AdminApi} on the other. */
final class AdminRoutes {
  static final String PREFIX = "/admin/";

  private static final String NAMESPACES = PREFIX + "v1/namespaces";
  private static final String NAMESPACE = NAMESPACES + "/{namespace}";
  private static final Instant TIME_END = Instant.parse("9999-12-31T00:00:00Z");
  private static final int PEEK_DEFAULT = 20;
  private static final int DEAD_LETTERS_DEFAULT = 100;
  private static final int EXPLAINED_DEFAULT = 10;

  private static final DestinationKind QUEUE = DestinationKind.QUEUE;
  private static final DestinationKind INBOX = DestinationKind.INBOX;

  private final AdminApi api;

  AdminRoutes(AdminApi api) {
    this.api = api;
  }

  List<Route> routes() {
    Set<String> peek = Set.of("limit", "state");
    return List.of(
        new Route("POST", PREFIX + "v1/drain/start", call -> drain(true)),
        new Route("POST", PREFIX + "v1/drain/stop", call -> drain(false)),
        new Route("GET", NAMESPACES, this::namespaces),
        new Route("POST", NAMESPACES, this::createNamespace),
        get("", Set.of(), this::showNamespace),
        post("/delete", this::deleteNamespace),
        post("/settings", this::limitNamespace),
        get("/queues", Set.of(), this::queues),
        post("/queues", this::createQueue),
        get("/queues/{queue}", Set.of(), this::queue),
        get("/queues/{queue}/messages", peek, this::queueMessages),
        get("/subscriptions", Set.of(), this::subscriptions),
        post("/subscriptions", this::createSubscription),
        post("/subscriptions/{subscription}/delete", this::deleteSubscription),
        get("/subscriptions/{subscription}", Set.of(), this::subscription),
        get("/subscriptions/{subscription}/messages", peek, this::subscriptionMessages),
        get("/messages/{id}/explanation", Set.of(), this::explanation),
        get("/messages/{id}/trace", Set.of(), this::trace),
        get("/queues/{queue}/explanation", Set.of("limit"), this::queueExplanation),
        get(
            "/subscriptions/{subscription}/explanation",
            Set.of("limit"),
            this::subscriptionExplanation),
        get("/routes/{type}", Set.of("kind"), this::route),
        get("/types", Set.of(), this::types),
        post("/types", this::declareType),
        post("/types/transfer", this::transferType),
        get("/topics", Set.of(), this::topics),
        get("/topics/{topic}", Set.of(), this::topic),
        post("/topics/{topic}/settings", this::setTopic),
        get("/catalog", Set.of(), this::catalog),
        post("/queues/{queue}/pause", call -> pause(call, QUEUE, true)),
        post("/queues/{queue}/resume", call -> pause(call, QUEUE, false)),
        post("/queues/{queue}/settings", call -> set(call, QUEUE)),
        post("/queues/{queue}/purge", call -> purge(call, QUEUE)),
        post("/subscriptions/{subscription}/pause", call -> pause(call, INBOX, true)),
        post("/subscriptions/{subscription}/resume", call -> pause(call, INBOX, false)),
        post("/subscriptions/{subscription}/settings", call -> set(call, INBOX)),
        post("/subscriptions/{subscription}/purge", call -> purge(call, INBOX)),
        post("/subscriptions/{subscription}/reset", this::reset),
        get(
            "/dead-letters",
            Set.of("destination", "limit", "id", "errorClass", "type"),
            this::deadLetters),
        get("/dead-letters/groups", Set.of("destination"), this::deadLetterGroups),
        post("/dead-letters/redrive", this::redrive),
        post("/dead-letters/drop", this::drop),
        get("/outcomes/{id}", Set.of(), this::outcome));
  }

  private static Route get(String path, Set<String> parameters, Route.Handler handler) {
    return new Route("GET", NAMESPACE + path, parameters, handler);
  }

  private static Route post(String path, Route.Handler handler) {
    return new Route("POST", NAMESPACE + path, handler);
  }

  private CompletionStage<Answer> drain(boolean on) {
    api.drain(on);
    return CompletableFuture.completedFuture(
        Answer.json(200, Json.object(json -> json.writeBooleanField("drained", on))));
  }

  private CompletionStage<Answer> namespaces(Call call) {
    return CompletableFuture.completedFuture(
        Answer.json(
            200, Json.object(json -> AdminJson.strings(json, "namespaces", api.namespaces()))));
  }

  private CompletionStage<Answer> createNamespace(Call call) {
    String name = required(Json.readStrings(call.body(), Set.of("name")), "name");
    return api.createNamespace(name).thenApply(done -> named(name));
  }

  private CompletionStage<Answer> deleteNamespace(Call call) {
    return api.deleteNamespace(namespace(call)).thenApply(done -> named(namespace(call)));
  }

  private CompletionStage<Answer> showNamespace(Call call) {
    return api.namespace(namespace(call))
        .thenApply(namespace -> AdminJson.one(namespace, AdminJson::namespace));
  }

  private CompletionStage<Answer> limitNamespace(Call call) {
    Map<String, String> body = Json.readStrings(call.body(), Set.of("maxBytes"));
    return api.limitNamespace(namespace(call), longNumber(body, "maxBytes"))
        .thenApply(namespace -> AdminJson.one(namespace, AdminJson::namespace));
  }

  private static Answer named(String namespace) {
    return Answer.json(200, Json.object(json -> json.writeStringField("name", namespace)));
  }

  private CompletionStage<Answer> queues(Call call) {
    return api.queues(namespace(call))
        .thenApply(queues -> AdminJson.list("queues", queues, AdminJson::queue));
  }

  private CompletionStage<Answer> queue(Call call) {
    return api.queue(namespace(call), call.part("queue"))
        .thenApply(queue -> AdminJson.one(queue, AdminJson::queue));
  }

  private CompletionStage<Answer> createQueue(Call call) {
    Json.Read body = Json.read(call.body(), Set.of("name", "service"), Set.of("types"));
    QueueDeclaration declaration =
        new QueueDeclaration(
            required(body.strings(), "name"),
            body.strings().get("service"),
            body.lists().getOrDefault("types", List.of()));
    return api.createQueue(namespace(call), declaration)
        .thenApply(queue -> AdminJson.one(queue, AdminJson::queue));
  }

  private CompletionStage<Answer> queueMessages(Call call) {
    return api.queueMessages(namespace(call), call.part("queue"), state(call), peekLimit(call))
        .thenApply(AdminRoutes::messages);
  }

  private CompletionStage<Answer> subscriptions(Call call) {
    return api.subscriptions(namespace(call))
        .thenApply(
            subscriptions ->
                AdminJson.list("subscriptions", subscriptions, AdminJson::subscription));
  }

  private CompletionStage<Answer> subscription(Call call) {
    return api.subscription(namespace(call), call.part("subscription"))
        .thenApply(subscription -> AdminJson.one(subscription, AdminJson::subscription));
  }

  private CompletionStage<Answer> createSubscription(Call call) {
    Json.Read body = Json.read(call.body(), Set.of("name", "service", "from"), Set.of("patterns"));
    String from = body.strings().get("from");
    SubscriptionDeclaration declaration =
        new SubscriptionDeclaration(
            required(body.strings(), "name"),
            body.strings().get("service"),
            body.lists().getOrDefault("patterns", List.of()),
            from == null ? null : moment("from", from));
    return api.createSubscription(namespace(call), declaration)
        .thenApply(subscription -> AdminJson.one(subscription, AdminJson::subscription));
  }

  private CompletionStage<Answer> deleteSubscription(Call call) {
    Map<String, String> body = Json.readStrings(call.body(), Set.of("dryRun"));
    return api.deleteSubscription(
            namespace(call), call.part("subscription"), Boolean.parseBoolean(body.get("dryRun")))
        .thenApply(deletion -> AdminJson.one(deletion, AdminJson::deletion));
  }

  private CompletionStage<Answer> subscriptionMessages(Call call) {
    return api.subscriptionMessages(
            namespace(call), call.part("subscription"), state(call), peekLimit(call))
        .thenApply(AdminRoutes::messages);
  }

  private CompletionStage<Answer> explanation(Call call) {
    return api.explanation(namespace(call), Call.id("id", call.part("id")))
        .thenApplyAsync(found -> AdminJson.one(found, ExplanationJson::message));
  }

  private CompletionStage<Answer> trace(Call call) {
    return api.trace(namespace(call), Call.id("id", call.part("id")))
        .thenApplyAsync(found -> AdminJson.one(found, ExplanationJson::trace));
  }

  private CompletionStage<Answer> queueExplanation(Call call) {
    return api.queueExplanation(namespace(call), call.part("queue"), explained(call))
        .thenApply(found -> AdminJson.one(found, ExplanationJson::destination));
  }

  private CompletionStage<Answer> subscriptionExplanation(Call call) {
    return api.subscriptionExplanation(namespace(call), call.part("subscription"), explained(call))
        .thenApply(found -> AdminJson.one(found, ExplanationJson::destination));
  }

  private static int explained(Call call) {
    return call.number("limit", EXPLAINED_DEFAULT, 1, AdminApi.EXPLAINED_MESSAGES_MAX);
  }

  private CompletionStage<Answer> route(Call call) {
    String kind = call.parameter("kind");
    return api.route(
            namespace(call),
            call.part("type"),
            constant("kind", kind == null ? "" : kind, MessageKind.values()))
        .thenApplyAsync(route -> AdminJson.one(route, ExplanationJson::route));
  }

  private CompletionStage<Answer> types(Call call) {
    return api.types(namespace(call))
        .thenApply(types -> AdminJson.list("types", types, AdminJson::type));
  }

  private CompletionStage<Answer> declareType(Call call) {
    Map<String, String> body = Json.readStrings(call.body(), Set.of("name", "kind", "owner"));
    TypeDeclaration declaration =
        new TypeDeclaration(
            required(body, "name"),
            constant("kind", required(body, "kind"), MessageKind.values()),
            body.get("owner"));
    return api.declareType(namespace(call), declaration)
        .thenApply(type -> AdminJson.one(type, AdminJson::type));
  }

  private CompletionStage<Answer> transferType(Call call) {
    Map<String, String> body = Json.readStrings(call.body(), Set.of("type", "service", "queue"));
    return api.transferType(
            namespace(call), required(body, "type"), required(body, "service"), body.get("queue"))
        .thenApply(transfer -> AdminJson.one(transfer, CatalogJson::transfer));
  }

  private CompletionStage<Answer> catalog(Call call) {
    return api.catalog(namespace(call))
        .thenApplyAsync(catalog -> AdminJson.one(catalog, CatalogJson::catalog));
  }

  private CompletionStage<Answer> deadLetters(Call call) {
    int limit = call.number("limit", DEAD_LETTERS_DEFAULT, 1, AdminApi.PEEK_MAX_MESSAGES);
    String id = call.parameter("id");
    DeadLetterFilter which =
        new DeadLetterFilter(
            id == null ? null : Call.id("id", id),
            call.parameter("errorClass"),
            call.parameter("type"));
    return api.deadLetters(namespace(call), call.parameter("destination"), which, limit)
        .thenApply(letters -> AdminJson.list("deadLetters", letters, AdminJson::deadLetter));
  }

  private CompletionStage<Answer> deadLetterGroups(Call call) {
    return api.deadLetterGroups(namespace(call), call.parameter("destination"))
        .thenApply(groups -> AdminJson.list("groups", groups, AdminJson::deadLetterGroup));
  }

  private CompletionStage<Answer> redrive(Call call) {
    Target target = Target.of(call);
    return api.redriveDeadLetters(
            namespace(call), target.destination(), target.which(), target.max())
        .thenApply(count -> AdminJson.count("redriven", count));
  }

  private CompletionStage<Answer> drop(Call call) {
    Target target = Target.of(call);
    return api.dropDeadLetters(namespace(call), target.destination(), target.which())
        .thenApply(count -> AdminJson.count("dropped", count));
  }

  private CompletionStage<Answer> pause(Call call, DestinationKind kind, boolean paused) {
    return api.pause(namespace(call), kind, name(call, kind), paused)
        .thenApply(condition -> AdminJson.one(condition, AdminJson::condition));
  }

  private CompletionStage<Answer> set(Call call, DestinationKind kind) {
    Map<String, String> body =
        Json.readStrings(
            call.body(),
            Set.of(
                "maxAttempts",
                "backOffMinMs",
                "backOffMaxMs",
                "leaseMs",
                "outageAfter",
                "maxMessages",
                "maxBytes",
                "unset"));
    OperatorSettings settings =
        new OperatorSettings(
            number(body, "maxAttempts"),
            duration(body, "backOffMinMs"),
            duration(body, "backOffMaxMs"),
            duration(body, "leaseMs"),
            number(body, "outageAfter"),
            longNumber(body, "maxMessages"),
            longNumber(body, "maxBytes"));
    boolean unsetOthers = Boolean.parseBoolean(body.get("unset"));
    return api.set(namespace(call), kind, name(call, kind), settings, unsetOthers)
        .thenApply(condition -> AdminJson.one(condition, AdminJson::condition));
  }

  private CompletionStage<Answer> purge(Call call, DestinationKind kind) {
    Map<String, String> body =
        Json.readStrings(call.body(), Set.of("state", "olderThanMs", "type", "dryRun"));
    boolean dryRun = Boolean.parseBoolean(body.get("dryRun"));
    PurgeRequest which =
        new PurgeRequest(
            constant("state", required(body, "state"), MessageState.values()),
            duration(body, "olderThanMs"),
            body.get("type"),
            dryRun);
    return api.purge(namespace(call), kind, name(call, kind), which)
        .thenApply(count -> AdminJson.count("purged", count));
  }

  private CompletionStage<Answer> topics(Call call) {
    return api.topics(namespace(call))
        .thenApplyAsync(topics -> AdminJson.list("topics", topics, AdminJson::topic));
  }

  private CompletionStage<Answer> topic(Call call) {
    return api.topic(namespace(call), call.part("topic"))
        .thenApply(topic -> AdminJson.one(topic, AdminJson::topic));
  }

  private CompletionStage<Answer> setTopic(Call call) {
    Map<String, String> body =
        Json.readStrings(call.body(), Set.of("retentionMs", "retentionBytes"));
    TopicSettings settings =
        new TopicSettings(duration(body, "retentionMs"), longNumber(body, "retentionBytes"));
    return api.setTopic(namespace(call), call.part("topic"), settings)
        .thenApply(topic -> AdminJson.one(topic, AdminJson::topic));
  }

  private CompletionStage<Answer> reset(Call call) {
    Map<String, String> body = Json.readStrings(call.body(), Set.of("to", "dryRun"));
    ResetRequest request =
        new ResetRequest(
            moment("to", required(body, "to")), Boolean.parseBoolean(body.get("dryRun")));
    return api.reset(namespace(call), call.part("subscription"), request)
        .thenApply(reset -> AdminJson.one(reset, AdminJson::reset));
  }

  /** Where to begin in what is retained; null for after all of it. */
  private static @Nullable Instant moment(String name, String text) {
    switch (text) {
      case "now":
        return null;
      case "earliest":
        return Instant.EPOCH;
      default:
        try {
          Instant time = Instant.parse(text);
          if (!time.isBefore(Instant.EPOCH) && time.isBefore(TIME_END)) {
            return time;
          }
        } catch (DateTimeParseException e) {
          // told below
        }
        throw Call.invalid(
            name, text, "earliest, now, or a time since 1970 such as 2026-01-31T09:30:00Z", null);
    }
  }

  private static String name(Call call, DestinationKind kind) {
    return call.part(kind == QUEUE ? "queue" : "subscription");
  }

  private static @Nullable Integer number(Map<String, String> body, String name) {
    String text = body.get(name);
    try {
      return text == null ? null : Integer.valueOf(text);
    } catch (NumberFormatException e) {
      throw Call.invalid(name, text, "a whole number", null);
    }
  }

  private static @Nullable Long longNumber(Map<String, String> body, String name) {
    String text = body.get(name);
    try {
      return text == null ? null : Long.valueOf(text);
    } catch (NumberFormatException e) {
      throw Call.invalid(name, text, "a whole number", null);
    }
  }

  private static @Nullable Duration duration(Map<String, String> body, String name) {
    String text = body.get(name);
    try {
      return text == null ? null : Duration.ofMillis(Long.parseLong(text));
    } catch (NumberFormatException e) {
      throw Call.invalid(name, text, "a whole number of milliseconds", null);
    }
  }

  private CompletionStage<Answer> outcome(Call call) {
    return api.outcome(namespace(call), Call.id("id", call.part("id")))
        .thenApply(outcome -> AdminJson.one(outcome, AdminJson::outcome));
  }

  private static String namespace(Call call) {
    return call.part("namespace");
  }

  private static Answer messages(List<MessageInfo> messages) {
    return AdminJson.list("messages", messages, AdminJson::message);
  }

  private static int peekLimit(Call call) {
    return call.number("limit", PEEK_DEFAULT, 1, AdminApi.PEEK_MAX_MESSAGES);
  }

  private static @Nullable MessageState state(Call call) {
    String text = call.parameter("state");
    return text == null ? null : constant("state", text, MessageState.values());
  }

  private static String required(Map<String, String> body, String name) {
    String value = body.get(name);
    if (value == null || value.isEmpty()) {
      throw Call.invalid(name, "", "a string that isn't empty", null);
    }
    return value;
  }

  /** The constant with this name, in whatever case. */
  private static <E extends Enum<E>> E constant(String name, String text, E[] constants) {
    for (E constant : constants) {
      if (constant.name().equalsIgnoreCase(text)) {
        return constant;
      }
    }
    String expected =
        Arrays.stream(constants)
            .map(constant -> constant.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    throw Call.invalid(name, text, "one of " + expected, null);
  }

  /** Which dead letters are meant. */
  private record Target(String destination, DeadLetterFilter which, long max) {
    static Target of(Call call) {
      Map<String, String> body =
          Json.readStrings(call.body(), Set.of("destination", "id", "errorClass", "type", "max"));
      String id = body.get("id");
      Integer max = number(body, "max");
      if (max != null && max < 1) {
        throw Call.invalid("max", max.toString(), "1 or more", null);
      }
      return new Target(
          required(body, "destination"),
          new DeadLetterFilter(
              id == null ? null : Call.id("id", id), body.get("errorClass"), body.get("type")),
          max == null ? Long.MAX_VALUE : max);
    }
  }
}
