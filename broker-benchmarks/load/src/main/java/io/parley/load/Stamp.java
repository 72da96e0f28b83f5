package io.parley.load;

import io.parley.load.broker.Handler;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What a message says of itself at the start of its body.
 *
 * <pre>
 *   0  u16 run        so that leftovers of an earlier run aren't counted
 *   2  u8  producer   from 0
 *   3  u40 number     of the producer's messages, from 0
 *   8  i64 intended   when it was meant to be sent, by this process's clock; not in bodies below 16 bytes
 * </pre>
 *
 * The rest is noise that nothing can compress.
 */
final class Stamp {
  /** The smallest body that can be counted. */
  static final int BYTES_MIN = 8;

  /** The smallest body whose time from end to end can be told. */
  static final int TIMED_BYTES_MIN = 16;

  /** Most producers. */
  static final int PRODUCERS_MAX = 256;

  private static final long NUMBER_MASK = (1L << 40) - 1;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final long run;

  static {
    assert BYTES_MIN == Handler.ECHO_BYTES : "what identifies a question is what its answer echoes";
  }

  /** Stamps of a run; only the lowest 16 bits count. */
  Stamp(long run) {
    this.run = run << 48;
  }

  void write(byte[] body, int producer, long number, long intended) {
    LONG.set(body, 0, run | (long) producer << 40 | number);
    if (body.length >= TIMED_BYTES_MIN) {
      LONG.set(body, 8, intended);
    }
  }

  /** Whether the body is one of this run. */
  boolean isOn(byte[] body) {
    return body.length >= BYTES_MIN && ((long) LONG.get(body, 0) ^ run) >>> 48 == 0;
  }

  static int producer(byte[] body) {
    return (int) ((long) LONG.get(body, 0) >>> 40) & 0xFF;
  }

  static long number(byte[] body) {
    return (long) LONG.get(body, 0) & NUMBER_MASK;
  }

  static boolean isTimed(byte[] body) {
    return body.length >= TIMED_BYTES_MIN;
  }

  static long intended(byte[] body) {
    return (long) LONG.get(body, 8);
  }
}
