package io.parley.server.http;

import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.server.admin.AdminApi;
import io.parley.server.admin.MessageInfo;
import io.parley.server.admin.MessageState;
import io.parley.server.admin.TypeDeclaration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The paths below {@code /admin/v1}: HTTP on one side, {@link AdminApi} on the other. */
final class AdminRoutes {
  static final String PREFIX = "/admin/";

  private static final String NAMESPACE = PREFIX + "v1/namespaces/{namespace}";
  private static final int PEEK_DEFAULT = 20;
  private static final int DEAD_LETTERS_DEFAULT = 100;
  private static final int EXPLAINED_DEFAULT = 10;

  private final AdminApi api;

  AdminRoutes(AdminApi api) {
    this.api = api;
  }

  List<Route> routes() {
    Set<String> peek = Set.of("limit", "state");
    return List.of(
        get("/queues", Set.of(), this::queues),
        get("/queues/{queue}", Set.of(), this::queue),
        get("/queues/{queue}/messages", peek, this::queueMessages),
        get("/subscriptions", Set.of(), this::subscriptions),
        get("/subscriptions/{subscription}", Set.of(), this::subscription),
        get("/subscriptions/{subscription}/messages", peek, this::subscriptionMessages),
        get("/messages/{id}/explanation", Set.of(), this::explanation),
        get("/queues/{queue}/explanation", Set.of("limit"), this::queueExplanation),
        get(
            "/subscriptions/{subscription}/explanation",
            Set.of("limit"),
            this::subscriptionExplanation),
        get("/routes/{type}", Set.of("kind"), this::route),
        get("/types", Set.of(), this::types),
        post("/types", this::declareType),
        post("/types/transfer", this::transferType),
        get("/catalog", Set.of(), this::catalog),
        get("/dead-letters", Set.of("destination", "limit"), this::deadLetters),
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

  private CompletionStage<Answer> queues(Call call) {
    return api.queues(namespace(call))
        .thenApply(queues -> AdminJson.list("queues", queues, AdminJson::queue));
  }

  private CompletionStage<Answer> queue(Call call) {
    return api.queue(namespace(call), call.part("queue"))
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

  private CompletionStage<Answer> subscriptionMessages(Call call) {
    return api.subscriptionMessages(
            namespace(call), call.part("subscription"), state(call), peekLimit(call))
        .thenApply(AdminRoutes::messages);
  }

  private CompletionStage<Answer> explanation(Call call) {
    return api.explanation(namespace(call), Call.id("id", call.part("id")))
        .thenApplyAsync(found -> AdminJson.one(found, ExplanationJson::message));
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
    return api.deadLetters(namespace(call), call.parameter("destination"), limit)
        .thenApply(letters -> AdminJson.list("deadLetters", letters, AdminJson::deadLetter));
  }

  private CompletionStage<Answer> redrive(Call call) {
    Target target = Target.of(call);
    return api.redriveDeadLetters(namespace(call), target.destination(), target.id())
        .thenApply(count -> AdminJson.count("redriven", count));
  }

  private CompletionStage<Answer> drop(Call call) {
    Target target = Target.of(call);
    return api.dropDeadLetters(namespace(call), target.destination(), target.id())
        .thenApply(count -> AdminJson.count("dropped", count));
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
  private record Target(String destination, @Nullable MessageId id) {
    static Target of(Call call) {
      Map<String, String> body = Json.readStrings(call.body(), Set.of("destination", "id"));
      String id = body.get("id");
      return new Target(required(body, "destination"), id == null ? null : Call.id("id", id));
    }
  }
}
