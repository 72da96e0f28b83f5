package io.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {
  /** Only ever grows: a number that was released is never given another meaning. */
  private static final String[] PINNED = {
    "101 MALFORMED_FRAME",
    "102 FRAME_TOO_LARGE",
    "103 UNSUPPORTED_VERSION",
    "104 UNAUTHENTICATED",
    "105 NAMESPACE_NOT_FOUND",
    "106 OUT_OF_SEQUENCE",
    "107 GOING_AWAY",
    "108 NOT_LEADER",
    "109 SESSION_TAKEN_OVER",
    "110 NOT_CONNECTED",
    "111 UNCONFIRMED",
    "201 INVALID_ARGUMENT",
    "202 INVALID_NAME",
    "203 MESSAGE_TOO_LARGE",
    "204 CORRUPT_MESSAGE",
    "205 WRONG_KIND",
    "206 NOT_FOUND",
    "207 TOO_MANY",
    "301 OWNED_BY",
    "302 TYPE_NOT_DECLARED",
    "303 QUOTA_EXCEEDED",
    "401 LEASE_LOST",
    "402 ALREADY_SETTLED",
    "403 NOT_REJECTABLE",
    "404 NOT_CANCELLABLE",
    "501 STORE_UNAVAILABLE",
    "502 DATA_FORMAT_TOO_NEW",
    "503 DATA_DIRECTORY_LOCKED",
    "504 DATA_CORRUPT",
    "505 OVERLOADED",
    "506 DRAINING",
    "599 INTERNAL",
    "601 NO_RESPONDER",
    "602 DEADLINE_EXCEEDED",
    "603 CANCELLED",
    "604 BAD_QUERY",
    "605 NOT_IDENTIFIED",
    "606 NOT_PERMITTED",
    "607 ANSWER_BROKEN_OFF",
  };

  @Test
  void shouldKeepEveryNumberAndName() {
    assertThat(Arrays.stream(ErrorCode.values()).map(code -> code.number() + " " + code))
        .containsExactly(PINNED);
  }

  @Test
  void shouldFindEveryCodeByItsNumber() {
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(ErrorCode.ofNumber(code.number())).isSameAs(code);
    }
  }

  @Test
  void shouldKnowNothingOfOtherNumbers() {
    assertThat(ErrorCode.ofNumber(0)).isNull();
    assertThat(ErrorCode.ofNumber(777)).isNull();
  }

  @Test
  void shouldHelpInOneLineWithEveryCode() {
    assertThat(ErrorCode.values())
        .allSatisfy(code -> assertThat(code.help()).isNotBlank().doesNotContain("\n"));
  }
}
