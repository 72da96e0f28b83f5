package io.parley.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
  @ParameterizedTest
  @CsvSource({
    "'', '', 0",
    "port, port, 0",
    "'', port, 4",
    "prot, port, 1",
    "pot, port, 1",
    "poort, port, 1",
    "part, port, 1",
    "kitten, sitting, 3",
    "trop, port, 3",
  })
  void shouldCountInsertsDeletesReplacementsAndSwaps(String from, String to, int distance) {
    assertThat(NearestName.distance(from, to)).isEqualTo(distance);
    assertThat(NearestName.distance(to, from)).isEqualTo(distance);
  }

  @Test
  void shouldPickTheFirstOfEquallyNearNames() {
    assertThat(NearestName.of("b", List.of("c", "a", "dd"))).isEqualTo("a");
  }

  @Test
  void shouldCopeWithVeryLongNames() {
    assertThat(NearestName.of("x".repeat(1_000_000), List.of("a", "xx"))).isEqualTo("xx");
  }
}
