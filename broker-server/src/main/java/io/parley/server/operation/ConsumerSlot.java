package io.parley.server.operation;

import io.parley.engine.Engine;
import io.parley.engine.destination.Consumer;
import io.parley.protocol.MalformedFrameException;
import io.parley.protocol.frame.Request;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A consumer as its client numbers it. What arrives for it while it is being opened is held until
 * it is.
 *
 * <p>The event loop adds, the owner thread opens: guarded by itself.
 */
final class ConsumerSlot {
  /** Most requests held while a consumer is being opened. */
  static final int HELD_MAX = 10_000;

  private final Queue<Request> held = new ArrayDeque<>(0);
  private int destination;
  private @Nullable Consumer consumer;
  private @Nullable Engine engine;

  /** Holds a request if the consumer isn't open yet. */
  synchronized boolean hold(Request request) {
    if (destination != 0) {
      return false;
    }
    if (held.size() == HELD_MAX) {
      throw new MalformedFrameException(
          "requests for a consumer that isn't open yet: more than "
              + HELD_MAX
              + " (expected: wait for OK)");
    }
    held.add(request);
    return true;
  }

  /** The consumer is open; returns what was held, in order. */
  synchronized Queue<Request> opened(int newDestination, Consumer opened, Engine with) {
    destination = newDestination;
    consumer = opened;
    engine = with;
    return held;
  }

  /** Number of the destination it consumes from. */
  synchronized int destination() {
    return destination;
  }

  /** The consumer, if this engine is the one it was opened with; null otherwise. Owner thread. */
  synchronized @Nullable Consumer consumer(Engine current) {
    return engine == current ? consumer : null;
  }
}
