package io.parley.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "shop.cart.AddProductToCart", "A-Z_0.9", ".", "-"})
  void shouldAcceptWhatIsMadeOfTheAllowedCharacters(String name) {
    assertThat(Names.require("type", name)).isSameAs(name);
  }

  @Test
  void shouldAllowExactlySixtyFiveCharacters() {
    StringBuilder allowed = new StringBuilder();
    for (int c = -128; c < 0x10000; c++) {
      if (Names.isAllowed(c)) {
        allowed.append((char) c);
      }
    }
    assertThat(allowed)
        .hasToString("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");
  }

  @Test
  void shouldAcceptTwoHundredCharactersAndNotOneMore() {
    assertThat(Names.require("type", "n".repeat(200))).hasSize(200);
    assertThatThrownBy(() -> Names.require("type", "n".repeat(201)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("type name: 201 characters ('nnnnnnnnnnnnnnnnnnnn…') (expected: 1 to 200)");
  }

  @Test
  void shouldRefuseTheEmptyName() {
    assertThatThrownBy(() -> Names.require("queue", ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("queue name: 0 characters (expected: 1 to 200)");
  }

  @Test
  void shouldNameTheFirstCharacterThatIsNotAllowed() {
    assertThatThrownBy(() -> Names.require("queue", "my queue/1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "queue name: 'my queue/1' has ' ' at position 3 (expected: only A-Z a-z 0-9 . _ -)");
  }

  @Test
  void shouldShowNothingThatBreaksALogLine() {
    assertThatThrownBy(() -> Names.require("queue", "a\nb\u202E\uD83D\uDE00"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "queue name: 'a?b??' has U+000A at position 2 (expected: only A-Z a-z 0-9 . _ -)");
    assertThatThrownBy(() -> Names.require("queue", "a\uD83D\uDE00"))
        .hasMessageContaining("has U+1F600 at position 2");
  }
}
