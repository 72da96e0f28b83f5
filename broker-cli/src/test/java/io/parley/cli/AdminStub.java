package io.parley.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A broker's HTTP port with answers given beforehand; keeps what it was asked. */
final class AdminStub implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, Reply> replies = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  private volatile String credentials = "";

  private record Reply(int status, String body) {}

  AdminStub() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Answers a request such as {@code GET /queues}, below the namespace {@code default}. */
  AdminStub on(String request, String body) {
    return on(request, 200, body);
  }

  AdminStub on(String request, int status, String body) {
    replies.put(
        request.replaceFirst(" ", " /admin/v1/namespaces/default"), new Reply(status, body));
    return this;
  }

  /** Answers a request by its whole path. */
  AdminStub onPath(String request, int status, String body) {
    replies.put(request, new Reply(status, body));
    return this;
  }

  /** Answers nobody else from now on. */
  void requireUser(String user, String password) {
    credentials =
        "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
  }

  /** Requests so far: method, path and query, body. */
  List<String> requests() {
    return requests;
  }

  /** Runs the command against this. */
  CliRun run(String... args) {
    return setup().run(args);
  }

  CliRun.Setup setup() {
    return new CliRun.Setup().with("PARLEY_ADMIN", url());
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
      String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      requests.add(body.isEmpty() ? request : request + " " + body);
      Reply reply = replies.getOrDefault(request, new Reply(404, "nothing here"));
      if (!credentials.isEmpty()
          && !credentials.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"Parley\"");
        reply = new Reply(401, "{\"error\":{\"code\":\"UNAUTHENTICATED\",\"message\":\"no\"}}");
      }
      byte[] bytes = reply.body.getBytes(UTF_8);
      exchange.sendResponseHeaders(reply.status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
