package io.parley.server.network;

import io.parley.systemtests.concurrency.Interleavings;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Param;
import org.jetbrains.kotlinx.lincheck.annotations.Validate;
import org.jetbrains.kotlinx.lincheck.paramgen.IntGen;
import org.junit.jupiter.api.Test;

/** No frame waits for room that is there, or is told of room that isn't. */
public class InboundMemoryInterleavingsTest {
  @Test
  void shouldGiveRoomThatIsThereToWhoeverWantsIt() {
    Interleavings.check(Piece.class, 3, 2);
  }

  /** Frames of one, two and three pieces; there is room for three. */
  public static class Piece {
    private static final int PIECE_BYTES = 100_000;

    private final InboundMemory memory = new InboundMemory(3 * PIECE_BYTES);
    private final AtomicInteger taken = new AtomicInteger(1);

    /** One frame has its room already. */
    public Piece() {
      memory.take(PIECE_BYTES, () -> {});
    }

    @Operation(runOnce = true)
    public void whole() {
      taken.decrementAndGet();
      memory.give(PIECE_BYTES);
    }

    /** As {@link UnfinishedFrame} does. */
    @Operation
    public boolean begin(@Param(gen = IntGen.class, conf = "1:3") int pieces) {
      boolean atOnce = memory.take(pieces * PIECE_BYTES, () -> taken.addAndGet(pieces));
      if (atOnce) {
        taken.addAndGet(pieces);
      }
      return atOnce;
    }

    @Validate
    public void roomIsTakenOnceByThoseWhoHaveIt() {
      if (memory.bytes() != (long) taken.get() * PIECE_BYTES) {
        throw new IllegalStateException(
            memory.bytes() + " taken (expected: " + taken.get() + " pieces)");
      }
      if (memory.bytes() == 0 && memory.isScarce()) {
        throw new IllegalStateException("frames wait, and no room is taken");
      }
    }
  }
}
