package io.parley.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The model's numbers, which stand on the wire and on disk. */
class CodesTest {
  @Test
  void shouldKeepEveryKindsByte() {
    assertThat(Arrays.stream(MessageKind.values()).map(kind -> kind.code() + " " + kind))
        .containsExactly("1 COMMAND", "2 EVENT", "3 QUERY");
    for (MessageKind kind : MessageKind.values()) {
      assertThat(MessageKind.ofCode(kind.code())).isSameAs(kind);
    }
    assertThatThrownBy(() -> MessageKind.ofCode(4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("message kind: 4 (expected: 1, 2 or 3)");
  }

  @Test
  void shouldKeepEveryOutcomeStatusByte() {
    assertThat(Arrays.stream(OutcomeStatus.values()).map(status -> status.code() + " " + status))
        .containsExactly(
            "0 PENDING",
            "1 COMPLETED",
            "2 REJECTED",
            "3 DEAD_LETTERED",
            "4 EXPIRED",
            "5 CANCELLED");
    for (OutcomeStatus status : OutcomeStatus.values()) {
      assertThat(OutcomeStatus.ofCode(status.code())).isSameAs(status);
    }
    assertThatThrownBy(() -> OutcomeStatus.ofCode(6))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("outcome status: 6 (expected: 0 to 5)");
  }

  @Test
  void shouldKeepEveryFlagOfTheRecord() {
    assertThat(
            new int[] {
              MessageRecord.FLAG_KEY,
              MessageRecord.FLAG_CORRELATION,
              MessageRecord.FLAG_CAUSATION,
              MessageRecord.FLAG_NOT_BEFORE,
              MessageRecord.FLAG_EXPIRES,
              MessageRecord.FLAG_PRIORITY,
              MessageRecord.FLAG_CONTENT_TYPE,
              MessageRecord.FLAG_HEADERS,
              MessageRecord.FLAG_DEDUP,
              MessageRecord.FLAG_TRACK_OUTCOME,
            })
        .containsExactly(0x1, 0x2, 0x4, 0x8, 0x10, 0x20, 0x40, 0x80, 0x100, 0x200);
  }
}
