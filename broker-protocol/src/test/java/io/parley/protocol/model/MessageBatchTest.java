package io.parley.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageBatchTest {
  @ParameterizedTest
  @CsvSource({"-1, 1, 1", "0, -1, 1", "0, 11, 1", "5, 6, 1", "11, 0, 1", "0, 10, -1"})
  void shouldRefuseToReachOutsideItsArray(int offset, int length, int count) {
    assertThatThrownBy(() -> new MessageBatch(new byte[10], offset, length, count))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "batch: %d messages in %d bytes from %d".formatted(count, length, offset)
                + " (expected: 0 or more inside an array of 10 bytes)");
  }

  @Test
  void shouldTakeAPartOfItsArrayUpToTheEnd() {
    MessageBatch batch = new MessageBatch(new byte[10], 4, 6, 1);
    assertThat(batch.offset() + batch.length()).isEqualTo(10);
    assertThat(MessageBatch.of(new byte[10], 1).length()).isEqualTo(10);
  }
}
