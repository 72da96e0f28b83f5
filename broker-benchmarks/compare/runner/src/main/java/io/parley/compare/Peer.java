package io.parley.compare;

import io.parley.load.broker.Target;

/**
 * A broker of the comparison, found as a service: the one on the class path that was put together
 * for it. Has a public constructor without parameters.
 */
public interface Peer {
  /**
   * Connects to the broker that the peer's script started.
   *
   * @param variant which of its settings; empty for the usual one
   * @throws IllegalArgumentException if there is no such variant
   * @throws Exception if there is no broker
   */
  Target open(String variant) throws Exception;
}
