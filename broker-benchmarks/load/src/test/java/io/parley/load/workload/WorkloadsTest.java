package io.parley.load.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.load.broker.Kind;
import io.parley.load.broker.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class WorkloadsTest {
  static final List<String> NAMES = Workloads.NAMES;

  private static final int LINES_MAX = 40;

  @TempDir private Path folder;

  @ParameterizedTest
  @FieldSource("NAMES")
  void shouldComeWithWorkloadsOfOneScreen(String name) throws IOException {
    Workload workload = Workloads.named(name, Map.of());

    assertThat(workload.name()).isEqualTo(name);
    assertThat(workload.description()).isNotEmpty();
    assertThat(Files.readAllLines(folderOfWorkloads().resolve(name + ".yaml")))
        .hasSizeLessThan(LINES_MAX);
  }

  @Test
  void shouldListEveryFileThereIs() throws IOException {
    try (Stream<Path> files = Files.list(folderOfWorkloads())) {
      assertThat(files.map(file -> file.getFileName().toString().replace(".yaml", "")))
          .containsExactlyInAnyOrderElementsOf(NAMES);
    }
  }

  @Test
  void shouldReadEverythingThatCanBeSaid() throws IOException {
    Workload workload =
        read(
            """
            description: all of it
            warmup: 500ms
            duration: 2m
            drain: 1h
            commands: {producers: 3, window: 7, rate: 1_000.5, size: 2KiB, consumers: 4,
              connections: 2, credit: 9, queues: 11, keys: 5}
            events: {producers: 2, subscriptions: 4, subscribers: 6, size: 8}
            queries: {askers: 5, responders: 3, concurrency: 2, answer: 1MiB}
            """);

    assertThat(workload)
        .isEqualTo(
            new Workload(
                "own",
                "all of it",
                Duration.ofMillis(500),
                Duration.ofMinutes(2),
                Duration.ofHours(1),
                0,
                List.of(
                    new Traffic(Kind.COMMANDS, 3, 7, 1_000.5, 2_048, 4, 2, 9, 11, 0, 5, 0),
                    new Traffic(Kind.EVENTS, 2, 1_000, 0, 8, 6, 6, 1_000, 1, 4, 0, 0),
                    new Traffic(Kind.QUERIES, 5, 1_000, 0, 100, 3, 3, 2, 1, 0, 0, 1_048_576))));
  }

  @Test
  void shouldGiveEachConsumerAConnectionUnlessTheyShareSome() throws IOException {
    assertThat(read("commands: {consumers: 5}").traffic().get(0).connections()).isEqualTo(5);
    assertThat(read("commands: {consumers: 5, connections: 2}").traffic().get(0).connections())
        .isEqualTo(2);
    assertThat(read("commands: {consumers: 5, connections: 9}").traffic().get(0).connections())
        .isEqualTo(5);
  }

  @Test
  void shouldLeaveTheBrokerAloneToHoldBackWhatComesAtAFixedRate() throws IOException {
    assertThat(read("commands: {rate: 10}").traffic().get(0).window()).isEqualTo(65_536);
    assertThat(read("commands: {rate: 10, window: 5}").traffic().get(0).window()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "commands: {windoww: 3}      | line 1: windoww: unknown key (the nearest known key is window)",
        "command: {window: 3}        | line 1: command: unknown key (the nearest known key is commands)",
        "'a: 1\nduraton: 3s'         | line 2: duraton: unknown key (the nearest known key is duration)",
        "queries: {consumers: 3}     | line 1: consumers: unknown key (the nearest known key is responders)",
        "commands: {window: 0}       | line 1: window: 0 (expected: 1 to 65536)",
        "commands: {window: many}    | line 1: window: many (expected: 1 to 65536)",
        "commands: {rate: -1}        | line 1: rate: '-1' (expected: messages a second, 0 to 10000000)",
        "commands: {size: 7}         | line 1: size: 7 (expected: 8 to 16777216, or as in 1KiB)",
        "commands: {size: 17MiB}     | line 1: size: 17MiB",
        "commands: {window: [1]}     | line 1: window: no value (expected: a value behind it)",
        "commands: 7                 | line 1: commands: no section (expected: keys below it)",
        "commands:                   | line 1: commands: no section (expected: keys below it)",
        "'commands: {size: 9}\nwarmup: 3' | line 2: warmup: 3 (expected: 0s to 48h, as in 500ms, 10s or 2m)",
        "duration: 0s                | line 1: duration: 0s (expected: 1ms to 48h",
        "'warmup: 1s\nwarmup: 2s'    | line 2: warmup: set twice (expected: once)",
        "'commands: {a: b'           | line 1:",
        "7                           | no keys (expected: YAML such as 'commands:' with keys below)",
        "duration: 3s                | no traffic (expected: commands, events or queries)",
        "'backlog: 5\nqueries: {}'   | backlog with queries (expected: commands, or events)",
        "'backlog: 5\ncommands: {rate: 3}' | backlog with a rate (expected: as fast as the window allows)",
        "'backlog: 5\ncommands: {consumers: 0}' | backlog with 0 consumers (expected: somebody who drains it)",
        "'commands: {keys: 100000, producers: 101}' | queues or subscriptions: 10100000 (expected: at most 10000000)",
        "'!!java.lang.Thread {}'     | Global tag is not allowed",
      })
  void shouldSayWhereAWorkloadIsWrongAndWhatWasExpected(String text, String expected) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(WorkloadException.class)
        .hasMessageContaining(folder.resolve("own.yaml").toString())
        .hasMessageContaining(expected);
  }

  @Test
  void shouldFindEverythingThatIsWrongAtOnce() {
    assertThatThrownBy(() -> read("commands: {window: 0, credits: 3}\nwarmup: no"))
        .isInstanceOfSatisfying(WorkloadException.class, e -> assertThat(e.problems()).hasSize(3));
  }

  @Test
  void shouldNameTheNearestWorkload() {
    assertThatThrownBy(() -> Workloads.named("fanout", Map.of()))
        .hasMessageContaining("workload 'fanout': unknown (the nearest known one is fan-out");
  }

  @Test
  void shouldLetOptionsGoBeforeWhatTheFileSays() {
    Map<String, String> options =
        Map.of("producers", "7", "size", "64", "warmup", "0s", "consumers", "3", "credit", "5");

    Workload mixed = Workloads.named("mixed", options);

    assertThat(mixed.warmup()).isZero();
    assertThat(mixed.traffic())
        .allMatch(
            traffic ->
                traffic.producers() == 7
                    && traffic.sizeBytes() == 64
                    && traffic.consumers() == 3
                    && traffic.credit() == 5);
    assertThat(Workloads.named("backlog", Map.of("messages", "42")).backlog()).isEqualTo(42);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fan-out | queues   | 3 | --queues: 3 (expected: another option; 'fan-out' has no queues)",
        "fan-out | messages | 3 | --messages: 3 (expected: a workload with a backlog; 'fan-out' lasts a --duration)",
        "fan-out | size     | 3 | --size: 3 (expected: 8 to 16777216, or as in 1KiB)",
        "backlog | consumers | 0 | backlog with 0 consumers",
      })
  void shouldRefuseOptionsThatMakeNoSense(
      String name, String option, String value, String expected) {
    assertThatThrownBy(() -> Workloads.named(name, Map.of(option, value)))
        .isInstanceOf(WorkloadException.class)
        .hasMessageContaining(expected);
  }

  private Workload read(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("own.yaml"), text);
    return Workloads.ofFile(file, Map.of());
  }

  private static Path folderOfWorkloads() {
    return Path.of("../workloads");
  }
}
