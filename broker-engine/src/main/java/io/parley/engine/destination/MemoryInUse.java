package io.parley.engine.destination;

/**
 * What a destination holds in memory for its messages: bounded, however many there are.
 *
 * @param runs in its window
 * @param delayed delayed messages whose time has come
 * @param keys ordering keys in use
 * @param blocked messages that wait behind their key
 * @param returned sequences that came back and are to be handed out again
 */
public record MemoryInUse(int runs, int delayed, int keys, int blocked, int returned) {
  /** Nothing. */
  public static final MemoryInUse NONE = new MemoryInUse(0, 0, 0, 0, 0);
}
