package io.parley.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void shouldAlignTextsLeftAndNumbersRight() {
    Table table = Table.of("NAME", ">COUNT").row("a", 1).row("longer", 1_000_000L);

    assertThat(table.lines(100))
        .containsExactly(
            "NAME        COUNT", //
            "a               1",
            "longer  1,000,000");
  }

  @Test
  void shouldCutTheWidestColumnThatMayShrink() {
    Table table = Table.of("~NAME", "~WHAT", ">N").row("abcdefghijkl", "abcdefghijklmnop", 7);

    assertThat(table.lines(30))
        .containsExactly(
            "NAME          WHAT           N", //
            "abcdefghijkl  abcdefghijkl…  7");
    assertThat(table.lines(30).get(1)).hasSize(30);
  }

  @Test
  void shouldRatherBeTooWideThanCutWhatMayNotShrink() {
    Table table = Table.of("ID", "~NAME").row("0123456789012345678901234567890123456789", "n");

    assertThat(table.lines(40).get(1)).isEqualTo("0123456789012345678901234567890123456789  n");
  }

  @Test
  void shouldKeepCellsOnOneLine() {
    assertThat(Table.of("A").row("two\nlines\u001b[31m").lines(100).get(1))
        .isEqualTo("two lines [31m");
  }

  @Test
  void shouldCountCharactersAndNotTheirCodeUnits() {
    assertThat(Table.of("A", "B").row("😀", "x").row("ab", "y").lines(100))
        .containsExactly("A   B", "😀   x", "ab  y");
  }

  @Test
  void shouldRefuseARowOfAnotherWidth() {
    assertThatThrownBy(() -> Table.of("A", "B").row("x")).hasMessage("cells: 1 (expected: 2)");
  }
}
