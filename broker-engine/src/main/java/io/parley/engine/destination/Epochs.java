package io.parley.engine.destination;

/**
 * Lease epochs: they grow with every delivery, also across restarts.
 *
 * <pre>
 *   24 bits  boot      grows with each start of the broker
 *   40 bits  counter   grows with each delivery
 * </pre>
 */
public final class Epochs {
  private static final int COUNTER_BITS = 40;

  private long last;

  /** Epochs of one run of the broker. */
  public Epochs(long boot) {
    last = boot << COUNTER_BITS;
  }

  /** Which start of the broker an epoch is from. */
  public static long bootOf(long epoch) {
    return epoch >>> COUNTER_BITS;
  }

  long next() {
    return ++last;
  }
}
