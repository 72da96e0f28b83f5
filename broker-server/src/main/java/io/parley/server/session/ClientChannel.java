package io.parley.server.session;

import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Response;

/** One client connection as the rest of the server sees it. Safe for use by any thread. */
public interface ClientChannel {
  /**
   * Queues a frame; the event loop writes all that is queued and flushes once. Frames of one
   * calling thread keep their order. Frames for a closed connection are dropped.
   */
  void send(Frame frame);

  /** Sends why, then closes. */
  void close(Response.Failure why);

  /** Whether what waits to be written is below its bound; deliveries wait while it isn't. */
  boolean isWritable();

  /** Reads on, after {@link Session#acceptsMore} was false. */
  void resumeReading();

  /**
   * A large request takes memory until it is answered, of which all clients together get so much:
   * others' are read only once there is room.
   */
  void requestHeld(int bytes);

  /** It is answered. */
  void requestDone(int bytes);

  /** Address and port of the client, for logs and errors. */
  String remoteAddress();
}
