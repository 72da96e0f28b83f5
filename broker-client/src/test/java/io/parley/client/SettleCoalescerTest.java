package io.parley.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.Settlement;
import io.parley.protocol.model.Settlement.Complete;
import io.parley.protocol.model.Settlement.CompleteWith;
import io.parley.protocol.model.Settlement.Fail;
import io.parley.protocol.model.Settlement.Reject;
import io.parley.protocol.model.Settlement.Release;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SettleCoalescerTest {
  private static final int ANY = Integer.MAX_VALUE;

  private final SettleCoalescer coalescer = new SettleCoalescer();

  @Test
  void shouldJoinNeighboursIntoOneRange() {
    for (int sequence = 10; sequence < 20; sequence++) {
      coalescer.complete(1, sequence);
    }

    assertThat(coalescer.take(ANY, ANY)).containsExactly(new Complete(1, 10, 10));
    assertThat(coalescer.isEmpty()).isTrue();
  }

  @Test
  void shouldJoinNeighboursThatCameInAnyOrder() {
    List<Integer> sequences = new ArrayList<>();
    for (int sequence = 0; sequence < 100; sequence++) {
      sequences.add(sequence);
    }
    Collections.shuffle(sequences, new Random(7));
    sequences.forEach(sequence -> coalescer.complete(1, sequence));

    assertThat(coalescer.take(ANY, ANY)).containsExactly(new Complete(1, 0, 100));
  }

  @Test
  void shouldKeepEpochsAndGapsApart() {
    coalescer.complete(1, 1);
    coalescer.complete(1, 3);
    coalescer.complete(2, 4);
    coalescer.complete(1, 2);
    coalescer.release(2, 5, 3);

    assertThat(coalescer.take(ANY, ANY))
        .containsExactly(new Complete(1, 1, 3), new Complete(2, 4, 1), new Release(2, 5, 3));
  }

  @Test
  void shouldKeepTheOrderOfWhatSaysMore() {
    Settlement first = new CompleteWith(1, 9, null, MessageBatch.EMPTY);
    Settlement second = new Reject(1, 2, "FORBIDDEN", "no customer");
    Settlement third = new Fail(1, 7, false, "java.io.IOException", "reset", -1);
    coalescer.add(first);
    coalescer.add(second);
    coalescer.add(third);

    assertThat(coalescer.take(ANY, ANY)).containsExactly(first, second, third);
  }

  @Test
  void shouldDivideARangeThatIsOverTheFramesMessages() {
    for (int sequence = 0; sequence < 25; sequence++) {
      coalescer.complete(1, sequence);
    }

    assertThat(coalescer.take(10, ANY)).containsExactly(new Complete(1, 0, 10));
    assertThat(coalescer.take(10, ANY)).containsExactly(new Complete(1, 10, 10));
    assertThat(coalescer.take(10, ANY)).containsExactly(new Complete(1, 20, 5));
    assertThat(coalescer.isEmpty()).isTrue();
  }

  @Test
  void shouldDivideByBytesButAlwaysTakeOne() {
    MessageBatch large = MessageBatch.of(new byte[1_000], 1);
    coalescer.add(new CompleteWith(1, 1, null, large));
    coalescer.add(new CompleteWith(1, 2, null, large));
    coalescer.add(new CompleteWith(1, 3, null, large));

    assertThat(coalescer.take(ANY, 500)).hasSize(1);
    assertThat(coalescer.take(ANY, 2_500)).hasSize(2);
    assertThat(coalescer.isEmpty()).isTrue();
  }

  @Test
  void shouldSayEverythingExactlyOnceWhateverTheLimits() {
    Random random = new Random(42);
    List<Long> expected = new ArrayList<>();
    for (long sequence = 0; sequence < 2_000; sequence++) {
      if (random.nextInt(4) > 0) {
        expected.add(sequence);
      }
    }
    List<Long> shuffled = new ArrayList<>(expected);
    Collections.shuffle(shuffled, random);
    List<Long> said = new ArrayList<>();
    for (long sequence : shuffled) {
      coalescer.complete(1, sequence);
      if (random.nextInt(50) == 0) {
        addTo(said, coalescer.take(1 + random.nextInt(60), 64 + random.nextInt(1_000)));
      }
    }
    while (!coalescer.isEmpty()) {
      addTo(said, coalescer.take(37, 640));
    }

    assertThat(said).containsExactlyInAnyOrderElementsOf(expected);
  }

  private static void addTo(List<Long> said, List<Settlement> settlements) {
    for (Settlement settlement : settlements) {
      Complete complete = (Complete) settlement;
      for (int i = 0; i < complete.count(); i++) {
        said.add(complete.sequence() + i);
      }
    }
  }
}
