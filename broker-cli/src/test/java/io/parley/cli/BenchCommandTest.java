package io.parley.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Json;
import io.parley.cli.console.JsonObject;
import io.parley.load.workload.Workloads;
import io.parley.server.Broker;
import io.parley.server.config.ConfigLoader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code parley bench}, against a real broker. */
class BenchCommandTest {
  @TempDir private static Path folder;

  private static Broker broker;

  @BeforeAll
  static void start() {
    broker =
        Broker.start(
            ConfigLoader.of(
                Map.of(
                    "data.directory", folder.resolve("data").toString(),
                    "network.port", "0",
                    "http.port", "0")));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void shouldListTheWorkloads() {
    assertThat(CliRun.of("bench", "--list").lines())
        .hasSize(1 + Workloads.NAMES.size())
        .anyMatch(line -> line.matches("fan-out +as many 1-KiB events .*"));
    assertThat(CliRun.of("bench", "--list", "-o", "json").out())
        .contains("\"fan-out\" : \"as many");
  }

  @Test
  void shouldShowWhatWasMeasuredAsTables() {
    CliRun run = bench("--duration", "1s", "--warmup", "100ms", "--window", "50");

    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.err()).doesNotContain("parley:").contains("confirmed/s");
    assertThat(run.out())
        .startsWith("commands-throughput: as many 100-byte commands")
        .contains("Commands: 2 producers, window 50, 100 B, 2 consumers, credit 5,000\n")
        .containsPattern("confirmed +[1-9][0-9,]* .* ms")
        .containsPattern("in all +([0-9,]+) sent, \\1 confirmed, \\1 received, 0 missing, ")
        .endsWith("Correct: all that was confirmed arrived.\n");
  }

  @Test
  void shouldWriteAReportForPrograms() throws IOException {
    CliRun run = bench("commands-paced", "--duration", "300ms", "--warmup", "0s", "-o", "json");

    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    JsonObject report = Json.readObject(new ByteArrayInputStream(run.out().getBytes(UTF_8)));
    assertThat(report.objectOrNull("workload").text("name")).isEqualTo("commands-paced");
    assertThat(report.objectOrNull("target").text("product")).isEqualTo("Parley");
    assertThat(run.out()).contains("\"missing\" : 0,", "\"lateness\" : {");
  }

  @Test
  void shouldRunAWorkloadOfOnesOwnAndWriteAPage() throws IOException {
    Path own =
        Files.writeString(
            folder.resolve("own.yaml"),
            """
            description: mine
            warmup: 0s
            duration: 200ms
            events: {subscriptions: 2, size: 64}
            """);
    Path page = folder.resolve("report.html");

    CliRun run = bench(own.toString(), "--subscriptions", "3", "--html", page.toString());

    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.out()).startsWith("own: mine\n").contains("3 subscriptions");
    assertThat(page).content().startsWith("<!doctype html>").contains("verdict good");
  }

  @Test
  void shouldDoSomethingBetweenFillingAndDraining() {
    Path done = folder.resolve("done");

    CliRun run = bench("backlog", "--messages", "500", "--between", "echo x > '" + done + "'");

    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(done).hasContent("x");
    assertThat(run.out()).contains("Filled ", "Between ", "First delivery  after ", "Drained ");
    assertThat(bench("backlog", "--messages", "5", "--between", "exit 3").err())
        .contains("--between: 'exit 3' exited with 3 (expected: 0)");
  }

  @Test
  void shouldLeaveCommandsWhereTheyAreWithoutConsumers() {
    CliRun run = bench("many-queues", "--queues", "2", "--consumers", "0", "--duration", "100ms");

    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.out())
        .endsWith("nobody received what was confirmed, so nothing could be checked.\n");
  }

  @Test
  void shouldSayWhereAFileIsWrong() throws IOException {
    Path wrong = Files.writeString(folder.resolve("wrong.yaml"), "events:\n  subscribtions: 2\n");

    CliRun run = bench(wrong.toString());

    assertThat(run.exitCode()).isEqualTo(ExitCode.DATA);
    assertThat(run.err())
        .contains(
            wrong + " line 2: subscribtions: unknown key (the nearest known key is subscriptions)");
    assertThat(bench("./no-such.yaml").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void shouldSayHowToStartABrokerWhereThereIsNone() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }

    CliRun run = CliRun.of("bench", "--uri", "parley://127.0.0.1:" + port);

    assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(run.err()).contains("NO_BROKER", "Start one with 'parley server'");
  }

  private static CliRun bench(String... args) {
    List<String> line = new ArrayList<>(List.of("bench", "--uri"));
    line.add("parley://127.0.0.1:" + broker.port());
    line.addAll(List.of(args));
    return CliRun.of(line.toArray(String[]::new));
  }
}
