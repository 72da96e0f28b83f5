package io.parley.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerUriTest {
  @Test
  void shouldReadEverythingAUriCanSay() {
    BrokerUri uri = BrokerUri.parse("parley://cart:s%40cr%3At+1@h1,h2:7450,[::1]:7460/shop");

    assertThat(uri.user()).isEqualTo("cart");
    assertThat(uri.password()).isEqualTo("s@cr:t+1");
    assertThat(uri.addresses())
        .containsExactly(
            new BrokerAddress("h1", 7440),
            new BrokerAddress("h2", 7450),
            new BrokerAddress("::1", 7460));
    assertThat(uri.namespace()).isEqualTo("shop");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"parley://localhost", "parley://localhost/", "parley://localhost:7440/default"})
  void shouldFillInTheDefaults(String text) {
    assertThat(BrokerUri.parse(text))
        .isEqualTo(new BrokerUri("", "", List.of(new BrokerAddress("localhost", 7440)), "default"));
  }

  @Test
  void shouldTakeAUserWithoutPassword() {
    BrokerUri uri = BrokerUri.parse("parley://cart@h");

    assertThat(uri.user()).isEqualTo("cart");
    assertThat(uri.password()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "localhost:7440            | doesn't start with parley://",
        "http://localhost          | doesn't start with parley://",
        "parleys://localhost       | asks for TLS, which this version doesn't have",
        "parley://                 | has no host in ''''",
        "parley://h1,,h2           | has no host in ''''",
        "parley://:7440            | has no host in '':7440''",
        "parley://h:70000          | has the port ''70000''",
        "parley://h:               | has the port ''''",
        "parley://h:74x            | has the port ''74x''",
        "parley://[::1             | has no host in",
        "parley://h/a b            | has a bad namespace: namespace name: ''a b'' has '' ''",
        "parley://h/a/b            | has a bad namespace",
        "parley://u:%zz@h          | has a broken percent sequence",
      })
  void shouldNameTheValueAndTheFormExpected(String text, String why) {
    assertThatThrownBy(() -> BrokerUri.parse(text))
        .isInstanceOfSatisfying(
            ParleyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
        .hasMessageContaining(why.replace("''", "'"))
        .hasMessageContaining(
            "(expected: parley://[user:password@]host[:port][,host[:port]…][/namespace])");
  }

  @Test
  void shouldNeverShowThePassword() {
    assertThat(BrokerUri.parse("parley://cart:secret@h1,h2:7450/shop"))
        .hasToString("parley://cart:***@h1:7440,h2:7450/shop");
    assertThatThrownBy(() -> BrokerUri.parse("parley://cart:secret@h:0"))
        .hasMessageContaining("'parley://cart:***@h:0'")
        .hasMessageNotContaining("secret");
  }
}
