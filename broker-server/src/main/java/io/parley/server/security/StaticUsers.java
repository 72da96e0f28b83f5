package io.parley.server.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;

/**
 * Users with passwords from the configuration. Without any, everybody who connects from the
 * broker's own machine is {@link Principal#ANONYMOUS}, and nobody else gets in: there is no default
 * password that works remotely.
 *
 * <p>Compares digests in constant time, and for an unknown user as long as for a known one, so that
 * the time of a refusal tells nothing.
 */
public final class StaticUsers implements Authenticator {
  private static final byte[] OF_NOBODY = digest("");

  private final Map<String, byte[]> digestByUser = new HashMap<>();

  /**
   * Users by name, each with its password.
   *
   * @throws IllegalArgumentException if a name or password is empty
   */
  public StaticUsers(Map<String, String> passwordByUser) {
    passwordByUser.forEach(
        (user, password) -> {
          if (user.isEmpty()) {
            throw new IllegalArgumentException("user name: empty (expected: 1 or more characters)");
          }
          if (password.isEmpty()) {
            throw new IllegalArgumentException(
                "password of user '" + user + "': empty (expected: 1 or more characters)");
          }
          digestByUser.put(user, digest(password));
        });
  }

  @Override
  public Principal authenticate(String user, String secret, InetAddress from) {
    if (digestByUser.isEmpty()) {
      return anonymous(from);
    }
    byte[] expected = digestByUser.get(user);
    boolean matches =
        MessageDigest.isEqual(expected == null ? OF_NOBODY : expected, digest(secret));
    if (expected == null || !matches) {
      throw new ParleyException(
          ErrorCode.UNAUTHENTICATED,
          "user: '" + user + "' (expected: a user the broker knows, with its password)");
    }
    return new Principal(user);
  }

  private static Principal anonymous(InetAddress from) {
    if (!from.isLoopbackAddress()) {
      throw new ParleyException(
          ErrorCode.UNAUTHENTICATED,
          "client address: "
              + from.getHostAddress()
              + " (expected: the broker's own machine, as no users are configured)");
    }
    return Principal.ANONYMOUS;
  }

  private static byte[] digest(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
