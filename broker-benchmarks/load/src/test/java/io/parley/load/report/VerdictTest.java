package io.parley.load.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VerdictTest {
  @Test
  void shouldNameEverythingThatIsWrong() {
    assertThat(Verdict.of(Reports.full()))
        .isEqualTo(
            new Verdict(
                false,
                "Wrong: 1 confirmed message never arrived (first: producer 1's number 77);"
                    + " 1 message out of order."));
  }

  @Test
  void shouldSayWhatWasChecked() {
    assertThat(Verdict.of(Reports.correct()))
        .isEqualTo(
            new Verdict(
                true,
                "Correct: all that was confirmed arrived, each key's messages in order,"
                    + " every answer was its question's."));
  }
}
