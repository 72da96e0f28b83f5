package io.parley.server.http;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.server.admin.AdminApi;
import io.parley.server.admin.Readiness;
import io.parley.server.telemetry.ServerMetrics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Every path there is. */
final class Routes {
  private final List<Route> routes = new ArrayList<>();

  Routes(AdminApi admin, Readiness readiness, ServerMetrics metrics) {
    routes.add(new Route("GET", "/health/live", call -> answered(live())));
    routes.add(new Route("GET", "/health/ready", call -> answered(ready(readiness))));
    routes.add(new Route("GET", "/metrics", call -> scrape(metrics)));
    routes.addAll(new AdminRoutes(admin).routes());
  }

  /**
   * Answers a request.
   *
   * @param uri path and query, as they came
   * @throws ParleyException if there is something wrong with the request itself
   */
  CompletionStage<Answer> answer(String method, String uri, byte[] body) {
    int query = uri.indexOf('?');
    String path = query < 0 ? uri : uri.substring(0, query);
    List<String> segments = segments(path);
    List<String> otherMethods = new ArrayList<>();
    for (Route route : routes) {
      Map<String, String> parts = route.match(segments);
      if (parts != null && route.method().equals(method.equals("HEAD") ? "GET" : method)) {
        return route.handler().answer(new Call(parts, parameters(route, uri), body));
      } else if (parts != null) {
        otherMethods.add(route.method());
      }
    }
    return answered(
        otherMethods.isEmpty() ? unknownPath(path) : wrongMethod(method, path, otherMethods));
  }

  private static Answer live() {
    return Answer.json(200, Json.object(json -> json.writeBooleanField("live", true)));
  }

  private static Answer ready(Readiness readiness) {
    String reason = readiness.notReadyReason();
    return Answer.json(
        reason == null ? 200 : 503,
        Json.object(
            json -> {
              json.writeBooleanField("ready", reason == null);
              if (reason != null) {
                json.writeStringField("reason", reason);
              }
            }));
  }

  private static CompletionStage<Answer> scrape(ServerMetrics metrics) {
    return metrics
        .refresh()
        .thenApply(refreshed -> Answer.of(200, ServerMetrics.CONTENT_TYPE, metrics::scrape));
  }

  private Answer unknownPath(String path) {
    return HttpErrors.of(
        404,
        ErrorCode.NOT_FOUND,
        "path: '"
            + path
            + "' (expected: one of "
            + routes.stream().map(Route::template).distinct().collect(Collectors.joining(", "))
            + ")");
  }

  private static Answer wrongMethod(String method, String path, List<String> allowed) {
    String expected = String.join(", ", allowed);
    return HttpErrors.of(
            405,
            ErrorCode.INVALID_ARGUMENT,
            "method: '" + method + "' of " + path + " (expected: " + expected + ")")
        .with(Map.of("Allow", expected));
  }

  /** Decoded after splitting, so that an escaped slash belongs to its segment. */
  private static List<String> segments(String path) {
    List<String> segments = new ArrayList<>();
    for (String segment : path.substring(path.startsWith("/") ? 1 : 0).split("/", -1)) {
      try {
        // In a path, unlike in a query, a plus sign is itself.
        segments.add(QueryStringDecoder.decodeComponent(segment.replace("+", "%2B")));
      } catch (IllegalArgumentException e) {
        throw Call.invalid("path", path, "percent signs only before two hexadecimal digits", e);
      }
    }
    return segments;
  }

  private static Map<String, String> parameters(Route route, String uri) {
    Map<String, List<String>> given;
    try {
      given = new QueryStringDecoder(uri).parameters();
    } catch (IllegalArgumentException e) {
      throw Call.invalid("query", uri, "percent signs only before two hexadecimal digits", e);
    }
    Map<String, String> parameters = new HashMap<>();
    given.forEach(
        (name, values) -> {
          if (!route.parameters().contains(name)) {
            String known = String.join(", ", new TreeSet<>(route.parameters()));
            throw Call.invalid("parameter", name, known.isEmpty() ? "none" : known, null);
          }
          if (values.size() > 1) {
            throw Call.invalid(name, String.join(", ", values), "one value", null);
          }
          parameters.put(name, values.get(0));
        });
    return parameters;
  }

  private static CompletionStage<Answer> answered(Answer answer) {
    return CompletableFuture.completedFuture(answer);
  }
}
