package io.parley.server.security;

import java.net.InetAddress;

/** Decides who a client is. Called by event loops, several at once: never blocks. */
@FunctionalInterface
public interface Authenticator {
  /**
   * The principal behind these credentials.
   *
   * @param user as the client gave it; may be empty
   * @param secret as the client gave it; may be empty; never logged
   * @param from the client's address
   * @throws io.parley.protocol.ParleyException with {@code UNAUTHENTICATED} if it is nobody
   */
  Principal authenticate(String user, String secret, InetAddress from);
}
