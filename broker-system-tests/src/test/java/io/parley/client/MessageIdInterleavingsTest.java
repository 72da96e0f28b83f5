package io.parley.client;

import io.parley.systemtests.concurrency.Interleavings;
import java.security.SecureRandom;
import java.time.Instant;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.junit.jupiter.api.Test;

/** No two ids are the same, and each is greater than those before it. */
public class MessageIdInterleavingsTest {
  @Test
  void shouldGiveEachCallerAnotherAndGreaterId() {
    Interleavings.check(Piece.class, 2, 2);
  }

  /** The source, at a time that doesn't pass. */
  public static class Piece {
    private static final Instant NOW = Instant.ofEpochMilli(1_000);

    private final MessageIdSource source = new MessageIdSource(() -> NOW, new SecureRandom());

    @Operation
    public long next() {
      return source.next().high(); // the other half is random
    }
  }
}
