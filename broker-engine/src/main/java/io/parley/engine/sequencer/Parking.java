package io.parley.engine.sequencer;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Where the owner thread is while there is nothing to do. Who makes something to do wakes it, which
 * costs next to nothing while it is awake.
 */
final class Parking {
  private final BooleanSupplier mayPark;
  private final Runnable unpark;
  private volatile boolean parked;

  /**
   * A parking.
   *
   * @param mayPark whether there is nothing to do at once
   * @param unpark makes the owner's parking end, also the next one
   */
  Parking(BooleanSupplier mayPark, Runnable unpark) {
    this.mayPark = mayPark;
    this.unpark = unpark;
  }

  /** Parks, for a while at most. The owner. */
  void park(long ms) {
    if (enter()) {
      LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(ms));
    }
    leave();
  }

  /** Whether the owner may park now. */
  boolean enter() {
    // Set before the look: either that one sees what there is to do, or who made it sees this.
    parked = true;
    return mayPark.getAsBoolean();
  }

  void leave() {
    parked = false;
  }

  /** There is something to do. Any thread. */
  void wake() {
    if (parked) {
      unpark.run();
    }
  }
}
