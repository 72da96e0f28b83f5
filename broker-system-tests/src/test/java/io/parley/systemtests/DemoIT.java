package io.parley.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.parley.cli.ParleyCli;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo as people run it: a process that starts, kills and restarts another one. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class DemoIT {
  private static final Path DATA =
      Path.of(System.getProperty("basedir", "."))
          .resolve("../examples/retail/src/test/resources/io/parley/examples/retail");

  @TempDir Path folder;
  private Path temporary;
  private Path errors;

  @BeforeEach
  void makeFolders() throws IOException {
    temporary = Files.createDirectory(folder.resolve("tmp"));
    errors = folder.resolve("errors");
  }

  @Test
  void shouldLoseNothingOfASecondDayThoughTheBrokerIsKilled() throws Exception {
    JsonNode report = run("--data", DATA.resolve("2010-12-02.csv").toString());

    assertThat(report.at("/file/rows").asLong()).isEqualTo(2_109);
    assertThat(Files.readString(errors))
        .containsPattern("\\$ parley trace [0-9a-f-]{36}\n  .*shop\\.cart\\.\\S+")
        .contains("shop.gifts.WrapGift", "NoPaper", "Redriven 1 dead letter.")
        .containsPattern("\\$ parley outcome get .*\n.*\n.*COMPLETED");
    assertThat(report.at("/commands/sent").asLong()).isEqualTo(2_109 + 167);
    assertThat(report.at("/commands/completed").asLong()).isEqualTo(2_204);
    assertThat(report.at("/commands/rejected/FORBIDDEN").asLong()).isEqualTo(70);
    assertThat(report.at("/commands/rejected/INVALID").asLong()).isEqualTo(2);
    assertThat(report.at("/commands/unsettled").isEmpty()).isTrue();
    assertThat(report.at("/commands/redelivered").asLong())
        .as("at least the command that crashed its instance came again")
        .isPositive();
    assertThat(report.at("/broker/kills").asInt()).isEqualTo(1);
    assertThat(report.at("/broker/downMs").asLong()).isPositive();
    assertThat(report.at("/broker/cartInstancesCrashed").asInt()).isEqualTo(1);
    assertThat(report.at("/inboxes").findValues("events"))
        .extracting(JsonNode::asLong)
        .containsExactly(160L, 2_204L - 160, 2_204L);
    assertThat(report.at("/queries/200").asLong()).isPositive();
    assertThat(report.at("/queries/404").asLong()).isPositive();
    assertThat(report.at("/revenue").findValues("agrees")).hasSize(3).allMatch(JsonNode::asBoolean);
  }

  @Test
  void shouldReconcileOddRowsWithASingleInstanceAndABrokerThatLives() throws Exception {
    JsonNode report =
        run("--data", DATA.resolve("odd.csv").toString(), "--instances", "1", "--no-kill");

    assertThat(report.at("/commands/rejected").size()).isEqualTo(3);
    assertThat(report.at("/broker/kills").asInt()).isZero();
    assertThat(report.at("/broker/cartInstancesCrashed").asInt()).isEqualTo(1);
  }

  @Test
  void shouldTakeItsBrokerAndDirectoryAlongWhenItIsTerminated() throws Exception {
    Process demo = start(ProcessBuilder.Redirect.PIPE);
    try (BufferedReader said = demo.errorReader(UTF_8)) {
      String line = said.readLine();
      while (line != null && !line.contains("compete")) {
        line = said.readLine();
      }
      assertThat(line).as("the demo has begun").isNotNull();
      List<ProcessHandle> brokers = demo.descendants().toList();
      assertThat(brokers).hasSize(1);

      demo.destroy();
      demo.waitFor();

      brokers.get(0).onExit().get(1, TimeUnit.MINUTES);
      assertThat(demo.exitValue()).isEqualTo(128 + 15);
      assertNothingIsLeft();
    } finally {
      demo.descendants().forEach(ProcessHandle::destroyForcibly);
      demo.destroyForcibly();
    }
  }

  /** The report of a demo where everything reconciled. */
  private JsonNode run(String... arguments) throws IOException, InterruptedException {
    Process demo = start(ProcessBuilder.Redirect.to(errors.toFile()), arguments);
    try {
      String report = new String(demo.getInputStream().readAllBytes(), UTF_8);
      int exitCode = demo.waitFor();
      assertThat(exitCode).as("%s%n%s", Files.readString(errors), report).isZero();
      assertNothingIsLeft();
      JsonNode json = new ObjectMapper().readTree(report);
      assertThat(json.at("/reconciled").asBoolean()).as(report).isTrue();
      return json;
    } finally {
      demo.descendants().forEach(ProcessHandle::destroyForcibly);
      demo.destroyForcibly();
    }
  }

  private Process start(ProcessBuilder.Redirect errorsTo, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.add("-Djava.io.tmpdir=" + temporary);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(ParleyCli.class.getName());
    command.addAll(List.of("demo", "-o", "json"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(errorsTo).start();
  }

  private void assertNothingIsLeft() throws IOException {
    try (Stream<Path> files = Files.list(temporary)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("parley-demo-"));
    }
  }
}
