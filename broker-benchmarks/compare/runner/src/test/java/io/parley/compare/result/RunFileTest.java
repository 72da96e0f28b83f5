package io.parley.compare.result;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.compare.result.TrafficResult.Times;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFileTest {
  private static final Times TIMES = new Times(0.25, 1, 2, 3, 4);

  @TempDir Path folder;

  @Test
  void shouldReadWhatWasAdded() throws Exception {
    Path file = folder.resolve("runs.jsonl");
    RunResult run =
        new RunResult(
            "redis-always",
            "backlog",
            2,
            "2025-01-01T00:00:00Z",
            null,
            Map.of("product", "Redis"),
            List.of(
                new TrafficResult(
                    "events", 1024, 1, 1000, 0, 1, 10, false, 5, 50, 50, TIMES, TIMES, 9, 9, 90, 1,
                    2, 3, 4, 5, 6)),
            new BacklogResult(1_000, 10, 20, 0.5),
            new UseResult(1, 0.5, 0.1, 0.01, 0.02, 2, -1, 64),
            new DiskResult(100, TIMES, TIMES));
    RunResult failed = RunResult.failed("b", "backlog", 1, Instant.EPOCH, "did not start");

    RunFile.append(file, run);
    RunFile.append(file, failed);

    assertThat(RunFile.read(file)).containsExactly(run, failed);
  }

  @Test
  void shouldTakeTheLastOfARunThatWasMadeAgain() throws Exception {
    Path file = folder.resolve("runs.jsonl");
    RunResult failed = RunResult.failed("a", "w", 1, Instant.EPOCH, "did not start");
    RunResult other = RunResult.failed("a", "w", 2, Instant.EPOCH, "did not start");
    RunResult again = RunResult.failed("a", "w", 1, Instant.EPOCH, "no end");

    RunFile.append(file, failed);
    RunFile.append(file, other);
    RunFile.append(file, again);

    assertThat(RunFile.read(file)).containsExactly(again, other);
  }

  /** As the script around it writes it. */
  @Test
  void shouldReadAProblemThatHasNothingElse() throws Exception {
    Path file = folder.resolve("runs.jsonl");
    Files.writeString(
        file,
        "{\"peer\":\"a\",\"workload\":\"w\",\"run\":1,\"startedAt\":\"2025-01-01T00:00:00Z\","
            + "\"problem\":\"no end within 600 s\",\"target\":{},\"traffic\":[]}\n",
        StandardOpenOption.CREATE);

    assertThat(RunFile.read(file).get(0).problem()).isEqualTo("no end within 600 s");
  }
}
