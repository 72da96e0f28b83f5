package io.parley.examples.retail.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;

/** The few questions the demo has for the broker's HTTP side. Thread-safe. */
final class BrokerAdmin {
  private static final int TIMEOUT_MS = 10_000;

  private final String address;
  private final ObjectMapper json = new ObjectMapper();

  BrokerAdmin(int httpPort) {
    this.address = "http://127.0.0.1:" + httpPort;
  }

  /**
   * What a queue or inbox holds.
   *
   * @param waiting ready, delayed, or leased to somebody
   * @param deadLetters set aside
   */
  record Depth(long waiting, long deadLetters) {
    boolean isEmpty() {
      return waiting == 0 && deadLetters == 0;
    }
  }

  /** Whether the broker accepts durable writes; not if nobody answers. */
  boolean isReady() {
    try {
      HttpURLConnection connection = open("/health/ready");
      boolean ready = connection.getResponseCode() == 200;
      connection.disconnect();
      return ready;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * A queue's depth.
   *
   * @throws IOException if the broker doesn't answer, or knows no such queue
   */
  Depth queue(String name) throws IOException {
    return depth("/admin/v1/namespaces/default/queues/" + name);
  }

  /**
   * The depth of a subscription's inbox.
   *
   * @throws IOException if the broker doesn't answer, or knows no such subscription
   */
  Depth inbox(String subscription) throws IOException {
    return depth("/admin/v1/namespaces/default/subscriptions/" + subscription);
  }

  private Depth depth(String path) throws IOException {
    try (InputStream body = open(path).getInputStream()) {
      JsonNode answer = json.readTree(body);
      return new Depth(
          answer.required("ready").asLong()
              + answer.required("delayed").asLong()
              + answer.required("leased").asLong(),
          answer.required("deadLetters").asLong());
    }
  }

  private HttpURLConnection open(String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(address + path).toURL().openConnection();
    connection.setConnectTimeout(TIMEOUT_MS);
    connection.setReadTimeout(TIMEOUT_MS);
    return connection;
  }
}
