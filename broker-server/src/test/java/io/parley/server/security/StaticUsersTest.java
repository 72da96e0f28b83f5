package io.parley.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StaticUsersTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  private final StaticUsers nobody = new StaticUsers(Map.of());
  private final StaticUsers ada = new StaticUsers(Map.of("ada", "lovelace"));

  @Test
  void shouldAcceptAnybodyFromLoopbackWithoutUsers() throws UnknownHostException {
    byte[] ipv6Loopback = new byte[16];
    ipv6Loopback[15] = 1;
    assertThat(nobody.authenticate("whoever", "whatever", HERE)).isEqualTo(Principal.ANONYMOUS);
    assertThat(nobody.authenticate("", "", InetAddress.getByAddress(ipv6Loopback)))
        .isEqualTo(Principal.ANONYMOUS);
  }

  @Test
  void shouldRefuseAnybodyFromElsewhereWithoutUsers() {
    assertThatThrownBy(() -> nobody.authenticate("anonymous", "", elsewhere()))
        .isInstanceOfSatisfying(
            ParleyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAUTHENTICATED))
        .hasMessageContaining("192.0.2.1");
  }

  @Test
  void shouldAcceptUserWithItsPasswordFromAnywhere() throws UnknownHostException {
    assertThat(ada.authenticate("ada", "lovelace", elsewhere())).isEqualTo(new Principal("ada"));
  }

  @Test
  void shouldRefuseWrongPasswordUnknownUserAndNoUserAlike() {
    assertRefused("ada", "Lovelace");
    assertRefused("ada", "");
    assertRefused("bob", "lovelace");
    assertRefused("bob", "");
    assertRefused("", "");
  }

  @Test
  void shouldNeverShowTheSecret() {
    assertThatThrownBy(() -> ada.authenticate("ada", "s3cret", HERE))
        .message()
        .doesNotContain("s3cret", "lovelace");
  }

  @Test
  void shouldRefuseUserWithoutPassword() {
    assertThatThrownBy(() -> new StaticUsers(Map.of("ada", "")))
        .hasMessage("password of user 'ada': empty (expected: 1 or more characters)");
  }

  private static InetAddress elsewhere() throws UnknownHostException {
    return InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
  }

  private void assertRefused(String user, String secret) {
    assertThatThrownBy(() -> ada.authenticate(user, secret, HERE))
        .isInstanceOfSatisfying(
            ParleyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAUTHENTICATED));
  }
}
