package io.parley.server.network;

import io.parley.systemtests.concurrency.Interleavings;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Validate;
import org.junit.jupiter.api.Test;

/** Nobody stands in line for memory that is there. */
public class OutboundMemoryInterleavingsTest {
  @Test
  void shouldTellWhoeverStandsInLineThatThereIsRoom() {
    Interleavings.check(Piece.class, 3, 2);
  }

  @Test
  void shouldTellWhoComesAsTheLastOfItIsGivenBack() {
    Interleavings.check(
        Piece.class, List.of(List.of("askFirst"), List.of("read", "read"), List.of("askSecond")));
  }

  /** Two connections that have nothing waiting, and others that have all there is. */
  public static class Piece {
    private static final long HALF_BYTES = 5_000;

    private final OutboundMemory memory = new OutboundMemory(2 * HALF_BYTES);
    private final AtomicInteger halves = new AtomicInteger(2);
    private final Idle first = new Idle();
    private final Idle second = new Idle();

    /** All is taken. */
    public Piece() {
      memory.add(2 * HALF_BYTES);
    }

    /** Others were written half of it, if they have it. */
    @Operation
    public void read() {
      if (halves.getAndUpdate(had -> Math.max(0, had - 1)) > 0) {
        memory.add(-HALF_BYTES);
      }
    }

    @Operation
    public void askFirst() {
      first.ask();
    }

    @Operation
    public void askSecond() {
      second.ask();
    }

    @Validate
    public void nobodyWaitsForWhatIsThere() {
      if (memory.bytes() != halves.get() * HALF_BYTES) {
        throw new IllegalStateException(memory.bytes() + " taken, by " + halves + " halves");
      }
      if (halves.get() < 2 && (first.inLine.get() || second.inLine.get())) {
        throw new IllegalStateException("in line, and there is room");
      }
    }

    /** As {@link Connection#isWritable} does. */
    private final class Idle {
      private final AtomicBoolean inLine = new AtomicBoolean();

      void ask() {
        if (!memory.hasRoom() && inLine.compareAndSet(false, true)) {
          memory.refused(() -> inLine.set(false));
        }
      }
    }
  }
}
