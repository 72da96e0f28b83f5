package io.parley.load.html;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScaleTest {
  @Test
  void shouldRoundTheEndOfALinearAxisUp() {
    Scale scale = Scale.linear(433_000, Figures::brief);

    assertThat(scale.ticks().stream().map(Scale.Tick::label))
        .containsExactly("0", "100k", "200k", "300k", "400k", "500k");
    assertThat(scale.position(250_000)).isEqualTo(0.5);
    assertThat(Scale.linear(0, Figures::brief).position(0)).isZero();
  }

  @Test
  void shouldGiveEachDecadeTheSameRoom() {
    Scale scale = Scale.log(300_000, 20_000_000, Figures::briefNanos);

    assertThat(scale.ticks().stream().map(Scale.Tick::label))
        .containsExactly("100 µs", "1 ms", "10 ms", "100 ms");
    assertThat(scale.position(1_000_000)).isCloseTo(1 / 3.0, within(1e-9));
    assertThat(scale.position(100_000)).isZero();
  }

  @Test
  void shouldGiveEachNineTheSameRoom() {
    Scale scale = Scale.percentiles(4);

    assertThat(scale.ticks().stream().map(Scale.Tick::label))
        .containsExactly("0 %", "50 %", "90 %", "99 %", "99.9 %", "99.99 %");
    assertThat(scale.position(99)).isCloseTo(0.5, within(1e-9));
    assertThat(scale.position(100)).isCloseTo(1, within(1e-9));
  }
}
