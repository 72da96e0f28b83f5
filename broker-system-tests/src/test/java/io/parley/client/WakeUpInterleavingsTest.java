package io.parley.client;

import io.parley.systemtests.concurrency.Interleavings;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Validate;
import org.junit.jupiter.api.Test;

/** Whoever puts something is served: now, or by work that is still to run. */
public class WakeUpInterleavingsTest {
  @Test
  void shouldNeverLeaveSomethingWithoutWorkToCome() {
    Interleavings.check(Piece.class, 3, 2);
  }

  /** Putting, and an event loop that runs the work when it comes to it. */
  public static class Piece {
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger scheduled = new AtomicInteger();
    private final WakeUp wakeUp = new WakeUp(work -> scheduled.incrementAndGet(), () -> {});

    @Operation
    public void put() {
      waiting.incrementAndGet();
      wakeUp.ask();
    }

    @Operation(nonParallelGroup = "loop")
    public void loop() {
      if (scheduled.get() > 0) {
        scheduled.decrementAndGet();
        wakeUp.rearm();
        waiting.set(0);
      }
    }

    @Validate
    public void nothingIsForgotten() {
      if (waiting.get() > 0 && scheduled.get() == 0) {
        throw new IllegalStateException(waiting + " wait, and no work will come");
      }
      if (scheduled.get() > 1) {
        throw new IllegalStateException("the work will come " + scheduled + " times");
      }
    }
  }
}
