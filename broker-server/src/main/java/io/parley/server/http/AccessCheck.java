package io.parley.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.server.security.Authenticator;
import io.parley.server.security.Principal;
import java.net.InetAddress;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Decides who may administrate: HTTP Basic against the same users as the client port. */
final class AccessCheck {
  private static final String BASIC = "basic ";
  private static final Pattern THIS_MACHINE =
      Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d{1,5})?");

  private final Authenticator authenticator;

  AccessCheck(Authenticator authenticator) {
    this.authenticator = authenticator;
  }

  /**
   * Checks a request.
   *
   * @param authorization the header of that name
   * @param host the header of that name
   * @throws ParleyException UNAUTHENTICATED if it may not
   */
  void check(@Nullable String authorization, @Nullable String host, InetAddress from) {
    String credentials = credentials(authorization);
    int colon = credentials.indexOf(':');
    Principal principal =
        authenticator.authenticate(
            credentials.substring(0, Math.max(colon, 0)), credentials.substring(colon + 1), from);
    // While nobody has to say who they are, a web page in a browser on this machine could ask too,
    // under a name of its own that it makes resolve to 127.0.0.1. The name gives it away.
    if (principal.equals(Principal.ANONYMOUS)
        && host != null
        && !THIS_MACHINE.matcher(host.toLowerCase(Locale.ROOT)).matches()) {
      throw new ParleyException(
          ErrorCode.UNAUTHENTICATED,
          "host: '" + host + "' (expected: localhost or 127.0.0.1 while no users are configured)");
    }
  }

  /** User, colon and password; empty where the header is none of the Basic scheme. */
  private static String credentials(@Nullable String authorization) {
    if (authorization == null || !authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
      return "";
    }
    try {
      byte[] decoded = Base64.getDecoder().decode(authorization.substring(BASIC.length()).strip());
      return new String(decoded, UTF_8);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
