package io.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class StartingPointTest {
  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "earliest,1970-01-01T00:00:00Z",
    "2h,2026-01-31T10:00:00Z",
    "365d,2025-01-31T12:00:00Z",
    "2026-01-31T09:30:00Z,2026-01-31T09:30:00Z"
  })
  void shouldReadWhen(String text, Instant expected) {
    assertThat(StartingPoint.parse(text, NOW).time()).isEqualTo(expected);
  }

  @Test
  void shouldReadNow() {
    assertThat(StartingPoint.parse("now", NOW).time()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "2", "-1h", "2026-01-31", "2026-01-31T25:00:00Z"})
  void shouldRefuseOthers(String text) {
    assertThatThrownBy(() -> StartingPoint.parse(text, NOW))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageStartingWith("'" + text + "' (expected: earliest, now, so long ago as in 2h");
  }

  @ParameterizedTest
  @CsvSource({
    "0,0s",
    "1,1ms",
    "1500,1500ms",
    "90000,90s",
    "120000,2m",
    "3600000,1h",
    "604800000,7d"
  })
  void shouldWriteDurationsAsTheyAreTyped(long ms, String text) {
    assertThat(Durations.text(ms)).isEqualTo(text);
    assertThat(Durations.parse(text)).hasMillis(ms);
  }
}
