package io.parley.compare.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.compare.result.RunResult;
import java.time.Instant;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class RowTest {
  private static final ToDoubleFunction<RunResult> RATE =
      run -> run.traffic().get(0).throughPerSecond();

  @Test
  void shouldLeaveDisturbedRunsOutWhereThereAreOthers() {
    Row row =
        Row.of(
            "a",
            List.of(Runs.of("a", 1, 500), Runs.of("a", 2, 90, 0.8, "yes"), Runs.of("a", 3, 300)));

    assertThat(row.spread(RATE)).isEqualTo(new Spread(300, 400, 500));
    assertThat(row.leftOut()).isEqualTo(1);
    assertThat(row.disturbed()).isFalse();
  }

  @Test
  void shouldCountDisturbedRunsWhereThereAreNoOthersAndSaySo() {
    Row row = Row.of("a", List.of(Runs.of("a", 1, 90, 0.8, "yes")));

    assertThat(row.spread(RATE)).isEqualTo(new Spread(90, 90, 90));
    assertThat(row.disturbed()).isTrue();
  }

  @Test
  void shouldGiveRatiosOfMediansWithTheSpreadOfRunsMadeTogether() {
    Row mine = Row.of("a", List.of(Runs.of("a", 1, 300), Runs.of("a", 2, 200)));
    Row theirs = Row.of("b", List.of(Runs.of("b", 1, 100), Runs.of("b", 2, 100)));

    assertThat(mine.ratioTo(theirs, RATE)).isEqualTo(new Spread(2, 2.5, 3));
  }

  @Test
  void shouldTellEachProblemOnce() {
    RunResult failed = RunResult.failed("a", "w", 1, Instant.EPOCH, "did not start");
    Row row = Row.of("a", List.of(failed, failed));

    assertThat(row.runs()).isEmpty();
    assertThat(row.problems()).containsExactly("did not start");
    assertThat(row.spread(RATE)).isNull();
  }
}
