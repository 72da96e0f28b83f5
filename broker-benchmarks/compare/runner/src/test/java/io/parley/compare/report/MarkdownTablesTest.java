package io.parley.compare.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.compare.result.RunResult;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class MarkdownTablesTest {
  private static final RunResult FAILED =
      RunResult.failed("d", "commands-throughput", 1, Instant.EPOCH, "did not start: no | disk");

  private final String tables =
      MarkdownTables.of(
          Section.of(
              List.of(
                  Runs.of("parley", 1, 300_000),
                  Runs.of("b", 1, 100_000),
                  Runs.of("c", 1, 600_000, 0.5, "no"),
                  FAILED,
                  Runs.of("parley", 2, 310_000),
                  Runs.of("b", 2, 120_000))),
          "parley");

  @Test
  void shouldGiveMedianSpreadAndRatioOfEachPeer() {
    assertThat(tables)
        .contains("| parley | 2 | 305,000 (300,000–310,000) | 1.00 × |")
        .contains("| b | 2 | 110,000 (100,000–120,000) | 0.36 × (0.33–0.39) |");
  }

  @Test
  void shouldMarkWhatConfirmsEarlierAndWhatWasDisturbed() {
    assertThat(tables).contains("| c † | 1 *noisy* | 600,000 | 1.97 × (1.97–2.00) |");
  }

  @Test
  void shouldHaveARowForWhatDidNotRun() {
    assertThat(tables).contains("| d | 0 | – |").contains("| did not start: no / disk |");
  }

  @Test
  void shouldCompareWithTheBestThatKeepsTheSamePromise() {
    assertThat(tables)
        .contains(
            "messages/s, more is better: parley has 2.77 × (2.58–3.00) that of b, the best of the");
  }

  @Test
  void shouldGiveAllWorkloadsAtAGlance() {
    assertThat(tables)
        .contains("| peer | commands-throughput: messages/s |")
        .contains("| b | 110,000 (0.36 ×) |")
        .contains("| c † | 600,000 (1.97 ×) |")
        .contains("| d | none |");
  }

  @Test
  void shouldCompareConfirmsWithTheDiskAloneInTheSameRun() {
    String latency =
        MarkdownTables.of(
            Section.of(List.of(Runs.sync("parley", 0.5, 0.4), Runs.sync("b", 2, 0.2))), "parley");

    assertThat(latency)
        .contains("| peer | runs | confirm p50 ms | × parley | in syncs |")
        .contains("| parley | 1 | 0.500 | 1.00 × | 1.25 |")
        .contains("| b | 1 | 2.00 | 4.00 × | 10.0 |")
        .contains("disk alone p50 ms");
  }

  @Test
  void shouldCountMissingAndDuplicatesInEveryRow() {
    assertThat(tables).contains("| 0 / 2 / 0 |");
  }
}
