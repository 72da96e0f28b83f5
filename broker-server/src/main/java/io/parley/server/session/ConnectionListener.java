package io.parley.server.session;

import io.parley.protocol.frame.Request;

/** Told of each authenticated connection. */
@FunctionalInterface
public interface ConnectionListener {
  /**
   * Makes the broker's side of a connection.
   *
   * @throws io.parley.protocol.ParleyException to refuse it; the client gets that error
   */
  Session opened(Request.Hello hello, ClientChannel channel);
}
