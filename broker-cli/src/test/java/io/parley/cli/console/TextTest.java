package io.parley.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"0|0", "999|999", "1000|1,000", "1234567|1,234,567", "-1000|-1,000", "-999|-999"})
  void shouldSetThousandsApart(long number, String expected) {
    assertThat(Text.count(number)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0 B",
    "1023,1023 B",
    "1024,1.0 KiB",
    "1536,1.5 KiB",
    "1048575,1.0 MiB",
    "1048524,1023.9 KiB",
    "9223372036854775807,8.0 EiB"
  })
  void shouldGiveSizesOneDecimal(long bytes, String expected) {
    assertThat(Text.bytes(bytes)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"999999,999 µs", "1000000,1.0 ms", "12340000,12.3 ms", "1500000000,1.50 s"})
  void shouldGiveTimesAFittingUnit(long nanos, String expected) {
    assertThat(Text.nanos(nanos)).isEqualTo(expected);
  }

  @Test
  void shouldShowTimesToTheSecondAndOthersAsTheyAre() {
    assertThat(Text.time("2026-03-01T10:03:11.123456Z")).isEqualTo("2026-03-01 10:03:11");
    assertThat(Text.time("soon")).isEqualTo("soon");
  }

  @Test
  void shouldCutByCharacters() {
    assertThat(Text.cut("abcdef", 6)).isEqualTo("abcdef");
    assertThat(Text.cut("abcdefg", 6)).isEqualTo("abcde…");
    assertThat(Text.cut("😀😀😀", 2)).isEqualTo("😀…");
    assertThat(Text.cut("abc", 0)).isEmpty();
  }
}
