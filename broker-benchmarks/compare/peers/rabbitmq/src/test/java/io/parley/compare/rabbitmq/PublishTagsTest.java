package io.parley.compare.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.load.broker.Confirms;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PublishTagsTest {
  private final List<String> told = new ArrayList<>();
  private final PublishTags tags =
      new PublishTags(
          new Confirms() {
            @Override
            public void confirmed(long number) {
              told.add("confirmed " + number);
            }

            @Override
            public void answered(long number, byte[] answer) {
              throw new AssertionError("no queries here");
            }

            @Override
            public void failed(long number, String code) {
              told.add(code + " " + number);
            }
          });

  @Test
  void shouldTellOfEachMessageUpToATagOnce() {
    tags.acknowledged(2, false);
    tags.acknowledged(3, true);
    tags.acknowledged(5, false);
    tags.acknowledged(5, true);

    assertThat(told)
        .containsExactly("confirmed 1", "confirmed 0", "confirmed 2", "confirmed 4", "confirmed 3");
  }

  @Test
  void shouldTellOfRefusedMessages() {
    tags.acknowledged(1, false);
    tags.refused(2, true);

    assertThat(told).containsExactly("confirmed 0", "nack 1");
  }

  @Test
  void shouldKeepTheNumbersOverManyMessages() {
    for (long tag = 10; tag <= 1_000; tag += 10) {
      tags.acknowledged(tag, true);
    }

    assertThat(told).hasSize(1_000).endsWith("confirmed 999").doesNotHaveDuplicates();
  }
}
