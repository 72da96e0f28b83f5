package io.parley.server.admin;

/** Where a stored message stands in its queue or inbox. */
public enum MessageState {
  /** Waits for a consumer. */
  READY,
  /** A consumer holds it. */
  LEASED,
  /** Waits for its time: sent for later, or its last attempt failed. */
  DELAYED,
  /** Set aside. */
  DEAD
}
