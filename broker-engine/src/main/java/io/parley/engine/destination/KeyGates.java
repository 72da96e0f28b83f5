package io.parley.engine.destination;

import java.util.HashMap;
import java.util.Map;

/**
 * Ordering keys in use: at most one message of a key passes at a time, and in order. The others
 * wait behind it, known by sequence only.
 *
 * <p>Keys are told apart by a 64-bit hash. Bounded: {@link #MAX_WAITING} messages wait; at the
 * bound the destination hands out no fresh messages until one moves on.
 */
final class KeyGates {
  /** Most messages that wait behind their key in one destination. */
  static final int MAX_WAITING = 65_536;

  private final Map<Long, Gate> gates = new HashMap<>();
  private int waiting;

  /** The message that may pass, or is passing; 0 if the key is free. */
  long holder(long keyHash) {
    Gate gate = gates.get(keyHash);
    return gate == null ? 0 : gate.holder;
  }

  /** Lets a message pass. */
  void take(long keyHash, long sequence) {
    gates.computeIfAbsent(keyHash, k -> new Gate()).holder = sequence;
  }

  /** Puts a message behind its key. */
  void await(long keyHash, long sequence) {
    gates.computeIfAbsent(keyHash, k -> new Gate()).behind.add(sequence);
    waiting++;
  }

  /** Whether no more may wait. */
  boolean isFull() {
    return waiting >= MAX_WAITING;
  }

  /** Messages that wait. */
  int waiting() {
    return waiting;
  }

  /**
   * The message that held the key is gone.
   *
   * @return the next one, which holds it now; 0 if none waits
   */
  long release(long keyHash, long sequence) {
    Gate gate = gates.get(keyHash);
    if (gate == null || gate.holder != sequence) {
      return 0;
    }
    if (gate.behind.isEmpty()) {
      gates.remove(keyHash);
      return 0;
    }
    waiting--;
    gate.holder = gate.behind.poll();
    return gate.holder;
  }

  /** Forgets a key that nothing waits behind; its block is on disk. */
  void forgetIfAlone(long keyHash) {
    Gate gate = gates.get(keyHash);
    if (gate != null && gate.behind.isEmpty()) {
      gates.remove(keyHash);
    }
  }

  private static final class Gate {
    private long holder;
    private final LongHeap behind = new LongHeap();
  }
}
