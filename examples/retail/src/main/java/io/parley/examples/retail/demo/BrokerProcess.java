package io.parley.examples.retail.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A broker in a process and a temporary directory of its own, on ports that were free. It can be
 * killed, and started again on the same directory and ports. However this JVM ends, short of being
 * killed itself, the process ends with it and the directory goes.
 *
 * <p>For one thread; the hook that cleans up at the JVM's end runs on another.
 */
final class BrokerProcess implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Duration DRAINED_WITHIN = Duration.ofSeconds(30);
  private static final long ASK_AGAIN_MS = 10;
  private static final int LOG_LINES_SHOWN = 15;

  /**
   * Below the ports that systems give to outgoing connections. Among those, a client that tries to
   * reach a dead broker may be given the very port it tries, connect to itself, and keep the broker
   * from coming back.
   */
  private static final int PORT_MIN = 20_000;

  private static final int PORT_MAX = 32_000;

  private final List<String> commandLine;
  private final Path directory;
  private final int port;
  private final int httpPort;
  private final BrokerAdmin admin;
  private final Thread cleanUp = new Thread(this::destroy, "broker-clean-up");
  private volatile @Nullable Process process;

  private BrokerProcess(List<String> commandLine, Path directory) throws IOException {
    this.commandLine = List.copyOf(commandLine);
    this.directory = directory;
    this.port = freePort();
    this.httpPort = freePort();
    this.admin = new BrokerAdmin(httpPort);
  }

  /**
   * Starts a broker; returns when it accepts durable writes.
   *
   * @param commandLine a broker that takes its settings from the environment
   * @throws BrokerFailedException if it doesn't start, with the end of its log
   * @throws IOException if there is no such program, no room for a directory, or no free port
   */
  static BrokerProcess start(List<String> commandLine) throws IOException, InterruptedException {
    BrokerProcess broker =
        new BrokerProcess(commandLine, Files.createTempDirectory("parley-demo-"));
    Runtime.getRuntime().addShutdownHook(broker.cleanUp);
    try {
      broker.launch();
      return broker;
    } catch (IOException | InterruptedException | RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  private void launch() throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(commandLine)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("PARLEY_"));
    builder.environment().put("PARLEY_NETWORK_PORT", String.valueOf(port));
    builder.environment().put("PARLEY_HTTP_PORT", String.valueOf(httpPort));
    builder.environment().put("PARLEY_DATA_DIRECTORY", directory.resolve("data").toString());
    Process started = builder.start();
    process = started;
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (!admin.isReady()) {
      requireAlive();
      if (System.nanoTime() - deadline > 0) {
        throw new BrokerFailedException(
            "not ready after " + READY_WITHIN.toSeconds() + " s" + logged());
      }
      TimeUnit.MILLISECONDS.sleep(ASK_AGAIN_MS);
    }
  }

  /**
   * Checks that it hasn't ended by itself.
   *
   * @throws BrokerFailedException with the end of its log if it has
   */
  void requireAlive() {
    Process current = current();
    if (!current.isAlive()) {
      throw new BrokerFailedException(
          "ended by itself with exit code " + current.exitValue() + logged());
    }
  }

  /** Ends it with SIGKILL: no warning, no last word to anybody. Returns when it's gone. */
  void kill() throws InterruptedException {
    current().destroyForcibly().waitFor();
  }

  /** Starts it again on what it had; returns when it accepts durable writes. */
  void startAgain() throws IOException, InterruptedException {
    launch();
  }

  /**
   * Asks it to drain and end, with SIGTERM.
   *
   * @return its exit code
   * @throws BrokerFailedException if it hasn't ended in time
   */
  int stop() throws InterruptedException {
    Process current = current();
    current.destroy();
    if (!current.waitFor(DRAINED_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new BrokerFailedException(
          "not stopped " + DRAINED_WITHIN.toSeconds() + " s after SIGTERM" + logged());
    }
    return current.exitValue();
  }

  /** Where its clients connect. */
  String adminAddress() {
    return "http://127.0.0.1:" + httpPort;
  }

  /** Where clients reach it. */
  String uri() {
    return "parley://127.0.0.1:" + port;
  }

  /** Where its data and its log are, until it's closed. */
  Path directory() {
    return directory;
  }

  /** Its HTTP side. */
  BrokerAdmin admin() {
    return admin;
  }

  /** Ends it if it still runs, and removes its directory. */
  @Override
  public void close() {
    destroy();
    try {
      Runtime.getRuntime().removeShutdownHook(cleanUp);
    } catch (IllegalStateException e) {
      // the JVM is ending: the hook runs, and finds nothing left to do
    }
  }

  private synchronized void destroy() {
    Process current = process;
    if (current != null) {
      current.destroyForcibly().onExit().join();
    }
    try (Stream<Path> files = Files.exists(directory) ? Files.walk(directory) : Stream.empty()) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // a temporary directory, and nobody left to tell
    }
  }

  private Process current() {
    Process current = process;
    if (current == null) {
      throw new IllegalStateException("the broker was never started");
    }
    return current;
  }

  private Path log() {
    return directory.resolve("broker.log");
  }

  private String logged() {
    try {
      List<String> lines = Files.readAllLines(log(), StandardCharsets.UTF_8);
      List<String> last = lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size());
      return last.isEmpty() ? "; it logged nothing" : "; it logged:\n" + String.join("\n", last);
    } catch (IOException e) {
      return "; its log can't be read: " + e;
    }
  }

  private static int freePort() throws IOException {
    for (int attempt = 1; ; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        if (attempt == 100) {
          throw e;
        }
      }
    }
  }
}
