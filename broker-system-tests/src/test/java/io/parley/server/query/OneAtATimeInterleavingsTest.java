package io.parley.server.query;

import io.parley.systemtests.concurrency.Interleavings;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Validate;
import org.junit.jupiter.api.Test;

/** Tasks of several threads never run at once, and none is left. */
public class OneAtATimeInterleavingsTest {
  @Test
  void shouldRunEachTaskAndNoTwoAtOnce() {
    Interleavings.check(Piece.class, 2, 1);
  }

  /** Tasks that notice each other. */
  public static class Piece {
    private final OneAtATime tasks = new OneAtATime();
    private final AtomicInteger brought = new AtomicInteger();
    private final AtomicInteger inside = new AtomicInteger();
    private volatile boolean met;
    private int run; // no lock and not volatile: one at a time, each seeing what the last wrote

    @Operation
    public void bring() {
      brought.incrementAndGet();
      tasks.run(this::task);
    }

    private void task() {
      if (inside.incrementAndGet() != 1) {
        met = true;
      }
      run++;
      inside.decrementAndGet();
    }

    @Validate
    public void allRanAlone() {
      if (met || run != brought.get()) {
        throw new IllegalStateException(run + " of " + brought + " ran; two met: " + met);
      }
    }
  }
}
