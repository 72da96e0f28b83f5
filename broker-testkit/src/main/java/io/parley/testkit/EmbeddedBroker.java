package io.parley.testkit;

import io.parley.server.Broker;
import io.parley.server.config.BrokerConfig;
import io.parley.server.config.ConfigLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A real broker inside the test's process: a real socket on a free port of loopback, a real data
 * directory in a temporary folder, which is deleted at the end.
 *
 * <pre>
 *   try (EmbeddedBroker broker = EmbeddedBroker.start();
 *       ParleyClient client = ParleyClient.connect(broker.uri(), "cart")) {
 *     …
 *   }
 * </pre>
 *
 * <p>Safe for use by any thread.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";

  private final Path directory;
  private final boolean temporary;
  private final UnaryOperator<BrokerConfig> configure;
  private Broker broker;
  private int port;

  private EmbeddedBroker(Path directory, boolean temporary, UnaryOperator<BrokerConfig> configure) {
    this.directory = directory;
    this.temporary = temporary;
    this.configure = configure;
    this.broker = Broker.start(config(0));
    this.port = broker.port();
  }

  /** Starts one with the defaults, and returns when it is ready. */
  public static EmbeddedBroker start() {
    return start(config -> config);
  }

  /**
   * Starts one.
   *
   * @param configure changes the defaults; ports and data directory are set already
   */
  public static EmbeddedBroker start(UnaryOperator<BrokerConfig> configure) {
    try {
      return new EmbeddedBroker(Files.createTempDirectory("parley-test"), true, configure);
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary folder for the data directory", e);
    }
  }

  /** Starts one on a data directory, which is kept. */
  public static EmbeddedBroker startOn(Path dataDirectory) {
    return startOn(dataDirectory, config -> config);
  }

  /**
   * Starts one on a data directory, which is kept.
   *
   * @param configure changes the defaults; ports and data directory are set already
   */
  public static EmbeddedBroker startOn(Path dataDirectory, UnaryOperator<BrokerConfig> configure) {
    return new EmbeddedBroker(dataDirectory, false, configure);
  }

  private BrokerConfig config(int fixedPort) {
    return configure.apply(
        ConfigLoader.of(
            Map.of(
                "network.port", Integer.toString(fixedPort),
                "http.port", "0",
                "data.directory", directory.toString())));
  }

  /** Where clients connect: {@code parley://127.0.0.1:PORT/default}. */
  public String uri() {
    return "parley://" + LOOPBACK + ":" + port + "/" + Broker.DEFAULT_NAMESPACE;
  }

  /** Where operators connect: {@code http://127.0.0.1:PORT}. */
  public String adminUri() {
    return "http://" + LOOPBACK + ":" + broker.httpPort();
  }

  /** Port that clients connect to. */
  public int port() {
    return port;
  }

  /** Stops the broker in good order and starts it again, on the same data and port. */
  public void restart() {
    broker.close();
    broker = Broker.start(config(port));
  }

  /** Stops the broker; a temporary data directory is deleted. */
  @Override
  public void close() {
    broker.close();
    if (temporary) {
      deleteAll(directory);
    }
  }

  private static void deleteAll(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + directory, e);
    }
  }
}
