package io.parley.client;

import io.parley.protocol.frame.Push;
import java.util.concurrent.CompletableFuture;

/**
 * What the broker has to be told on every connection: a consumer or a responder. Event loop only.
 */
interface Registration {
  /** Its number, the same on every connection. */
  int number();

  /** The request that registers it on the connection that is up now. */
  Call registering();

  /** The connection is up, and the registration is on its way. */
  void connected();

  /**
   * The connection is going to be left: nothing more that came by it is begun. The broker takes it
   * back uncounted when the connection ends.
   */
  void leaving();

  /** Whether nothing is in hand that would suffer from the end of the connection. */
  boolean isIdle();

  /** The connection ended. */
  void disconnected();

  /** Something for it arrived. */
  void received(Push push);

  /**
   * Takes nothing more and gives back what wasn't begun; completes when all it has begun is settled
   * and the broker knows.
   */
  CompletableFuture<Void> stop();

  /** The client ends without waiting for anything. */
  void abandoned();
}
