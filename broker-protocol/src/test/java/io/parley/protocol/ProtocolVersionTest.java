package io.parley.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProtocolVersionTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "0, 1", "1, 2", "0, 65535"})
  void shouldAgreeOnVersionOneWithWhoSpeaksIt(int oldest, int newest) {
    assertThat(ProtocolVersion.agree(oldest, newest)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"2, 2", "2, 9", "0, 0", "3, 1"})
  void shouldRefuseWhoSharesNoVersion(int oldest, int newest) {
    assertThatThrownBy(() -> ProtocolVersion.agree(oldest, newest))
        .isInstanceOfSatisfying(
            MalformedFrameException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_VERSION))
        .hasMessage("protocol versions " + oldest + " to " + newest + " (expected: one of 1 to 1)");
  }
}
