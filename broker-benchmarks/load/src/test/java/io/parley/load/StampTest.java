package io.parley.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StampTest {
  @Test
  void shouldKeepEveryFieldApart() {
    byte[] body = new byte[16];
    long number = (1L << 40) - 1;
    new Stamp(0xABCD).write(body, 255, number, -5);

    assertThat(new Stamp(0xABCD).isOn(body)).isTrue();
    assertThat(new Stamp(0x7_ABCD).isOn(body)).as("16 bits of a run count").isTrue();
    assertThat(new Stamp(0xABCC).isOn(body)).isFalse();
    assertThat(Stamp.producer(body)).isEqualTo(255);
    assertThat(Stamp.number(body)).isEqualTo(number);
    assertThat(Stamp.intended(body)).isEqualTo(-5);
  }

  @Test
  void shouldDoWithoutTheTimeInSmallBodies() {
    byte[] body = new byte[10];
    new Stamp(1).write(body, 2, 3, 4);

    assertThat(new Stamp(1).isOn(body)).isTrue();
    assertThat(Stamp.isTimed(body)).isFalse();
    assertThat(Stamp.number(body)).isEqualTo(3);
    assertThat(new Stamp(1).isOn(new byte[7])).isFalse();
  }
}
