package io.parley.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FrameTypeTest {
  /** Only ever grows: a code that was released is never given another meaning. */
  private static final String[] PINNED = {
    "01 HELLO",
    "02 PING",
    "03 PONG",
    "04 GOODBYE",
    "10 SEND",
    "11 PUBLISH",
    "12 CANCEL_COMMAND",
    "20 CONSUME",
    "21 SUBSCRIBE",
    "22 CREDIT",
    "23 CLOSE_CONSUMER",
    "30 SETTLE",
    "40 RESPOND",
    "41 CLOSE_RESPONDER",
    "42 ASK",
    "43 CANCEL_ASK",
    "44 ANSWER",
    "45 ASK_PAGES",
    "46 PAGE_CREDIT",
    "47 ANSWER_PAGE",
    "50 GET_OUTCOME",
    "81 HELLO_OK",
    "82 ERROR",
    "83 OK",
    "90 CONFIRM",
    "a0 DELIVER",
    "b0 SETTLED",
    "c0 QUESTION",
    "c1 QUESTION_CANCELLED",
    "c2 ANSWERED",
    "c3 PAGE",
    "c4 QUESTION_PAGES",
    "c5 QUESTION_CREDIT",
    "d0 OUTCOME",
  };

  @Test
  void shouldKeepEveryCodeAndName() {
    assertThat(Arrays.stream(FrameType.values()).map(t -> String.format("%02x %s", t.code(), t)))
        .containsExactly(PINNED);
  }

  @Test
  void shouldFindEveryTypeByItsCodeAndNoOther() {
    int found = 0;
    for (int code = 0; code < 256; code++) {
      FrameType type = FrameType.ofCode(code);
      if (type != null) {
        assertThat(type.code()).isEqualTo(code);
        found++;
      }
    }
    assertThat(found).isEqualTo(FrameType.values().length);
  }

  @Test
  void shouldKnowWhoSendsWhat() {
    assertThat(Arrays.stream(FrameType.values()).filter(FrameType::isFromBroker))
        .containsExactly(
            FrameType.PONG,
            FrameType.HELLO_OK,
            FrameType.ERROR,
            FrameType.OK,
            FrameType.CONFIRM,
            FrameType.DELIVER,
            FrameType.SETTLED,
            FrameType.QUESTION,
            FrameType.QUESTION_CANCELLED,
            FrameType.ANSWERED,
            FrameType.PAGE,
            FrameType.QUESTION_PAGES,
            FrameType.QUESTION_CREDIT,
            FrameType.OUTCOME);
  }
}
