package io.parley.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
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
    assertThat(set.contains(1L << 30)).isFalse();
    assertThat(set.size()).isEqualTo(2);
  }

  @Test
  void shouldNameWhatTheOtherLacks() {
    SequenceSet sent = upTo(150_000, Set.of());
    SequenceSet arrived = upTo(150_000, Set.of(7L, 65_536L, 149_999L));

    assertThat(missing(sent, arrived)).containsExactly(7L, 65_536L, 149_999L);
    assertThat(missing(arrived, sent)).isEmpty();
    assertThat(missing(sent, new SequenceSet())).hasSize(150_000);
  }

  @Test
  void shouldKnowTheSameNumbersWhenFullPagesAreFolded() {
    SequenceSet sent = upTo(200_000, Set.of());
    SequenceSet arrived = upTo(200_000, Set.of(70_000L));

    sent.fold();
    arrived.fold();

    assertThat(sent.size()).isEqualTo(200_000);
    assertThat(sent.add(131_071)).isFalse();
    assertThat(sent.contains(199_999)).isTrue();
    assertThat(missing(sent, arrived)).containsExactly(70_000L);
    assertThat(arrived.add(70_000)).isTrue();
    assertThat(missing(sent, arrived)).isEmpty();
  }

  @Test
  void shouldTakeEachNumberOnceFromSeveralThreads() throws InterruptedException {
    SequenceSet set = new SequenceSet();
    LongAdder taken = new LongAdder();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          new Thread(
              () -> {
                for (long number = 0; number < 300_000; number++) {
                  if (set.add(number)) {
                    taken.increment();
                  }
                  if (number % 50_000 == 0) {
                    set.fold();
                  }
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(taken.sum()).isEqualTo(300_000);
    assertThat(set.size()).isEqualTo(300_000);
  }

  @Test
  void shouldRefuseNumbersBeyondItsBound() {
    assertThatThrownBy(() -> new SequenceSet().add(1L << 38))
        .hasMessage("number: 274877906944 (expected: below 274877906944)");
  }

  private static List<Long> missing(SequenceSet from, SequenceSet in) {
    List<Long> missing = new ArrayList<>();
    from.forEachMissingIn(in, missing::add);
    return missing;
  }

  private static SequenceSet upTo(long end, Set<Long> except) {
    SequenceSet set = new SequenceSet();
    for (long number = 0; number < end; number++) {
      if (!except.contains(number)) {
        set.add(number);
      }
    }
    return set;
  }
}
