package io.parley.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SequenceSetTest {
  @Test
  void shouldTellNewNumbersFromKnownOnes() {
    SequenceSet set = new SequenceSet();

    assertThat(set.add(0)).isTrue();
    assertThat(set.add(70_000)).isTrue();
    assertThat(set.add(0)).isFalse();
    assertThat(set.contains(70_000)).isTrue();
    assertThat(set.contains(1)).isFalse();
    assertThat(set.size()).isEqualTo(2);
  }

  @Test
  void shouldKnowNumbersOfAFullStretch() {
    SequenceSet set = upTo(200_000);

    assertThat(set.add(0)).isFalse();
    assertThat(set.add(131_071)).isFalse();
    assertThat(set.contains(199_999)).isTrue();
    assertThat(set.size()).isEqualTo(200_000);
  }

  @Test
  void shouldCountWhatTheOtherLacks() {
    SequenceSet sent = upTo(150_000);
    SequenceSet arrived = upTo(150_000, 7, 65_536, 149_999);

    assertThat(sent.countMissingIn(arrived)).isEqualTo(3);
    assertThat(arrived.countMissingIn(sent)).isZero();
    assertThat(sent.countMissingIn(new SequenceSet())).isEqualTo(150_000);
  }

  private static SequenceSet upTo(long end, long... except) {
    SequenceSet set = new SequenceSet();
    for (long number = 0; number < end; number++) {
      boolean wanted = true;
      for (long left : except) {
        wanted &= number != left;
      }
      if (wanted) {
        set.add(number);
      }
    }
    return set;
  }
}
