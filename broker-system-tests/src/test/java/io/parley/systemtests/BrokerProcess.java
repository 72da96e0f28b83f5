package io.parley.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.parley.cli.ParleyCli;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A broker in a process of its own, as {@code bin/parley server} starts it, to be killed and
 * started again on the same port and data. Ended with the test, whatever becomes of it.
 */
final class BrokerProcess implements RunningBroker {
  /** Below what the system gives to outgoing connections, so that it is free again later. */
  private static final int PORT_MIN = 20_000;

  private static final int PORT_MAX = 30_000;

  /** The compiler's second stage would compete with the test for two processors. */
  private static final List<String> SMALL =
      List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final Path data;
  private final List<String> jvmOptions;
  private final List<String> serverOptions;
  private final Map<String, String> environment;
  private final int port = freePort();
  private final Path log;
  private Process process;
  private Admin admin = Admin.at("");
  private Duration startTook = Duration.ZERO;
  private Duration startCpu = Duration.ZERO;

  private BrokerProcess(
      Path data,
      List<String> jvmOptions,
      List<String> serverOptions,
      Map<String, String> environment)
      throws IOException {
    this.data = data;
    this.jvmOptions = jvmOptions;
    this.serverOptions = serverOptions;
    this.environment = environment;
    this.log = Files.createTempFile("parley-broker", ".log");
    start();
  }

  /** Starts one with little memory and a quick start, and waits until it is ready. */
  static BrokerProcess start(Path data, String... serverOptions) throws IOException {
    return startIn(Map.of(), data, serverOptions);
  }

  /** Starts one of these with more in its environment. */
  static BrokerProcess startIn(Map<String, String> environment, Path data, String... serverOptions)
      throws IOException {
    return new BrokerProcess(data, SMALL, List.of(serverOptions), environment);
  }

  /** Starts one with JVM options of the caller's choice. */
  static BrokerProcess startWith(List<String> jvmOptions, Path data, String... serverOptions)
      throws IOException {
    return new BrokerProcess(data, jvmOptions, List.of(serverOptions), Map.of());
  }

  /** What would start one, for tests of those that don't start. */
  static ProcessBuilder command(List<String> jvmOptions, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(ParleyCli.class.getName());
    command.addAll(arguments);
    return new ProcessBuilder(command);
  }

  /** Starts it again on the same port and data, and waits until it is ready. */
  void start() throws IOException {
    long begin = System.nanoTime();
    launch();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String ready = output.readLine();
    if (ready == null) {
      throw new IOException("the broker did not start:\n" + Files.readString(log));
    }
    JsonNode told = new ObjectMapper().readTree(ready);
    admin = Admin.at(told.get("admin").asText()); // one: each has connections of its own
    startTook = Duration.ofNanos(System.nanoTime() - begin);
    startCpu = process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Starts it again, and kills it after a time, ready or not. */
  void startAndKill(Duration after) throws IOException, InterruptedException {
    launch();
    if (process.waitFor(after.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new IOException("the broker ended by itself:\n" + Files.readString(log));
    }
    kill();
  }

  private void launch() throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("server", "--data", data.toString(), "--port", "" + port));
    arguments.addAll(List.of("--http-port", "0", "-o", "json"));
    arguments.addAll(serverOptions);
    ProcessBuilder starting = command(jvmOptions, arguments);
    starting.environment().putAll(environment);
    process = starting.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
  }

  /** Where its data is. */
  Path data() {
    return data;
  }

  @Override
  public String uri() {
    return "parley://127.0.0.1:" + port + "/default";
  }

  /** Port that clients connect to. */
  int port() {
    return port;
  }

  @Override
  public Admin admin() {
    return admin;
  }

  /** From the start of the process to its readiness, the last time. */
  Duration startTook() {
    return startTook;
  }

  /** Processor time of that, the virtual machine's own included; zero where nobody knows. */
  Duration startCpu() {
    return startCpu;
  }

  /** Its number in the system. */
  long pid() {
    return process.pid();
  }

  /** Whether it hasn't ended by itself. */
  boolean isAlive() {
    return process.isAlive();
  }

  /** What it logged since its first start. */
  @Override
  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it without a chance to do anything. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    awaitExit();
  }

  /** Asks it to end. */
  void terminate() {
    process.destroy();
  }

  /** Its exit code, once it has ended. */
  int awaitExit() throws InterruptedException {
    if (!process.waitFor(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("process " + process.pid() + " did not end");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      awaitExit();
      Files.deleteIfExists(log);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() {
    Random random = new Random();
    while (true) {
      int candidate = random.nextInt(PORT_MIN, PORT_MAX);
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), candidate));
        return candidate;
      } catch (IOException e) {
        // In use: another one.
      }
    }
  }
}
