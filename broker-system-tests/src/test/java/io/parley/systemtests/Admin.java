package io.parley.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.parley.protocol.model.MessageId;
import io.parley.testkit.EmbeddedBroker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** What an operator sees. */
final class Admin {
  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();
  private final String base;

  private Admin(String base) {
    this.base = base;
  }

  /** Of a broker in this process. */
  static Admin of(EmbeddedBroker broker) {
    return new Admin(broker.adminUri());
  }

  /** Of a broker somewhere. */
  static Admin at(String uri) {
    return new Admin(uri);
  }

  /** Where it is. */
  String uri() {
    return base;
  }

  /** A queue's numbers. */
  JsonNode queue(String name) throws IOException, InterruptedException {
    return get("/admin/v1/namespaces/default/queues/" + name);
  }

  /** A subscription's numbers. */
  JsonNode subscription(String name) throws IOException, InterruptedException {
    return get("/admin/v1/namespaces/default/subscriptions/" + name);
  }

  /** The dead letters of a queue or inbox. */
  JsonNode deadLetters(String destination) throws IOException, InterruptedException {
    return get("/admin/v1/namespaces/default/dead-letters?destination=" + destination)
        .get("deadLetters");
  }

  /** Something of the namespace, by its path below it. */
  JsonNode look(String path) throws IOException, InterruptedException {
    return get("/admin/v1/namespaces/default" + path);
  }

  /** Why a message is where it is, once the search for it is over. */
  JsonNode explain(MessageId id) throws IOException, InterruptedException {
    JsonNode found = look("/messages/" + id + "/explanation");
    while (found.get("status").asText().equals("SEARCHING")) {
      found = look("/messages/" + id + "/explanation");
    }
    return found;
  }

  /** Changes something of the namespace; what the broker answers. */
  JsonNode change(String path, String body) throws IOException, InterruptedException {
    return post("/admin/v1/namespaces/default" + path, body);
  }

  private JsonNode post(String path, String body) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create(base + path))
                .timeout(Await.PATIENCE)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(path + ": " + response.statusCode() + " " + response.body());
    }
    return json.readTree(response.body());
  }

  /** Changes something of the broker as a whole; what it answers. */
  JsonNode changeBroker(String path, String body) throws IOException, InterruptedException {
    return post("/admin/v1" + path, body);
  }

  /** Status of a path, such as that of {@code /health/ready}. */
  int status(String path) throws IOException, InterruptedException {
    return response(path).statusCode();
  }

  /** What a path says, whatever its status. */
  String text(String path) throws IOException, InterruptedException {
    return response(path).body();
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    HttpResponse<String> response = response(path);
    if (response.statusCode() != 200) {
      throw new IOException(path + ": " + response.statusCode() + " " + response.body());
    }
    return json.readTree(response.body());
  }

  private HttpResponse<String> response(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(base + path)).timeout(Await.PATIENCE).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
