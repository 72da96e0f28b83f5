package io.parley.engine.sequencer;

import io.parley.systemtests.MapStore;
import io.parley.systemtests.concurrency.Interleavings;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Validate;
import org.junit.jupiter.api.Test;

/** The owner doesn't park while there is something to do, whoever made it. */
public class SequencerInterleavingsTest {
  @Test
  void shouldNeverParkWithSomethingToDo() {
    Interleavings.check(
        Piece.class, List.of(List.of("own", "own", "own"), List.of("sync"), List.of("submit")));
  }

  /** An owner that has all that was submitted synced, and goes on when that is done. */
  public static class Piece {
    private final MapStore store = new MapStore();
    private final AtomicInteger waiting = new AtomicInteger(1);

    /** As {@link java.util.concurrent.locks.LockSupport} keeps it. */
    private final AtomicInteger permit = new AtomicInteger();

    private final Parking parking = new Parking(() -> !hasWork(), () -> permit.set(1));
    private final SyncThread syncThread = new SyncThread("never begun", parking::wake);
    private volatile boolean isSyncing; // written by the owner

    // the owner's
    private boolean isParked;

    @Operation
    public void submit() {
      waiting.incrementAndGet();
      parking.wake();
    }

    @Operation
    public void own() {
      turn();
    }

    @Operation
    public void sync() {
      syncThread.syncIfTold();
    }

    private boolean hasWork() {
      return isSyncing ? syncThread.isDone() : waiting.get() > 0;
    }

    /** As {@link SequencerThread} goes on; false while it is parked. */
    private boolean turn() {
      if (isParked && permit.getAndSet(0) == 0) {
        return false;
      }
      if (isParked) {
        isParked = false;
        parking.leave();
      }
      if (hasWork()) {
        goOn();
      } else if (parking.enter() && permit.getAndSet(0) == 0) {
        isParked = true;
      } else {
        parking.leave();
      }
      return true;
    }

    private void goOn() {
      if (isSyncing) {
        isSyncing = false;
        syncThread.await();
      } else {
        waiting.decrementAndGet();
        isSyncing = true;
        syncThread.start(store);
      }
    }

    @Validate
    public void allIsDone() {
      for (boolean any = true; any; ) {
        any = turn() | syncThread.syncIfTold();
      }
      if (waiting.get() > 0 || isSyncing) {
        throw new IllegalStateException(
            waiting + " wait, syncing: " + isSyncing + ", and the owner is parked");
      }
    }
  }
}
