package io.parley.server.session;

import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;

/** The broker's side of one connection. Called by the connection's event loop only. */
public interface Session {
  /** The answer to the client's HELLO. */
  Response.HelloOk welcome();

  /**
   * A request arrived. Never blocks; answers go to the {@link ClientChannel}.
   *
   * @throws io.parley.protocol.MalformedFrameException if the request breaks the protocol: the
   *     connection is closed with that error
   */
  void received(Request request);

  /**
   * Whether the network may read on. When false it stops until {@link ClientChannel#resumeReading}.
   */
  boolean acceptsMore();

  /** The channel became writable again. */
  void writable();

  /** The connection ended. Called once. */
  void disconnected();
}
