package io.parley.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.server.config.ConfigLoader;
import io.parley.server.namespace.Namespaces;
import io.parley.server.storage.DataDirectory;
import io.parley.server.storage.RocksDbStore;
import io.parley.server.storage.StorageSettings;
import io.parley.server.telemetry.MeterName;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The parts together, as an operator sees them. */
@Timeout(60)
class BrokerTest {
  private final HttpClient client = HttpClient.newHttpClient();
  private Broker broker;

  @TempDir Path folder;

  @BeforeEach
  void start() {
    broker = startBroker();
  }

  private Broker startBroker() {
    return Broker.start(
        ConfigLoader.of(
            Map.of(
                "network.port", "0",
                "http.port", "0",
                "data.directory", folder.resolve("data").toString())));
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  @Test
  void shouldSayWhereItListens() {
    assertThat(broker.uri()).isEqualTo("parley://127.0.0.1:" + broker.port() + "/default");
    assertThat(broker.httpUri()).isEqualTo("http://127.0.0.1:" + broker.httpPort());
  }

  @Test
  void shouldBeReadyOnceItIsStarted() throws Exception {
    assertThat(get("/health/ready").statusCode()).isEqualTo(200);
    assertThat(get("/admin/v1/namespaces/default/queues").body()).isEqualTo("{\"queues\":[]}\n");
    assertThat(get("/admin/v1/namespaces/other/queues").statusCode()).isEqualTo(404);
  }

  @Test
  void shouldRefuseToStartOnARowThatCantBeAndLeaveNothingOpen() {
    broker.close();
    try (DataDirectory directory = DataDirectory.open(folder.resolve("data"));
        RocksDbStore store =
            RocksDbStore.open(directory, Namespaces.DEFAULT, StorageSettings.DEFAULTS)) {
      Transaction transaction = store.begin();
      transaction.put(Table.TYPES, "shop.AddItem".getBytes(UTF_8), new byte[] {1});
      store.commit(transaction);
    }
    for (int i = 0; i < 2; i++) {
      assertThatExceptionOfType(ParleyException.class)
          .isThrownBy(this::startBroker)
          .withMessageContaining("namespace 'default': table TYPES")
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_CORRUPT));
    }
  }

  @Test
  void shouldShowEveryMetricThatDoesNotNeedADestination() throws Exception {
    String text = get("/metrics").body();

    assertThat(text).contains("parley_ready 1.0\n");
    assertThat(
            Stream.of(MeterName.values())
                .filter(name -> !name.labels().contains("destination"))
                .map(name -> "# TYPE " + name.scraped() + " ")
                .filter(line -> !text.contains(line)))
        .isEmpty();
  }

  @Test
  void shouldNotBeReadyWhileItWaitsForClientsToLeave() throws Exception {
    CompletableFuture<Void> closed;
    try (Socket client = connect()) {
      while (!get("/metrics").body().contains("parley_connections 1.0\n")) {
        assertThat(client.isConnected()).isTrue(); // and soon accepted
      }
      closed = CompletableFuture.runAsync(broker::close);
      HttpResponse<String> ready = get("/health/ready");
      while (ready.statusCode() == 200) {
        ready = get("/health/ready");
      }

      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(ready.body()).contains("the broker is stopping");
      assertThat(get("/health/live").statusCode()).isEqualTo(200);
      assertThat(client.isClosed()).isFalse();
    }
    closed.get(20, TimeUnit.SECONDS);
  }

  private Socket connect() throws IOException {
    return new Socket("127.0.0.1", broker.port());
  }

  private HttpResponse<String> get(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + broker.httpPort() + path);
    return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }
}
