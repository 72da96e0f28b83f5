package io.parley.cli.bench;

import java.nio.ByteBuffer;

/**
 * What a benchmark's message says of itself, at the start of its body.
 *
 * <pre>
 *   0  i64 run        so that leftovers of an earlier run aren't counted
 *   8  i32 producer   from 0
 *   12 i64 number     of the producer's messages, from 0
 *   20 i64 sent at    System.nanoTime of this process
 *   28 u8  measured   0 during warm-up
 * </pre>
 *
 * @param sentAtNanos comparable only within the process that made it
 */
record Stamp(long run, int producer, long number, long sentAtNanos, boolean measured) {
  static final int BYTES = 29;

  /** Writes the stamp to the start of a body. */
  void writeTo(byte[] body) {
    ByteBuffer.wrap(body)
        .putLong(run)
        .putInt(producer)
        .putLong(number)
        .putLong(sentAtNanos)
        .put((byte) (measured ? 1 : 0));
  }

  /** Reads the stamp of a body; a body too short for one has run 0, which is none. */
  static Stamp of(byte[] body) {
    if (body.length < BYTES) {
      return new Stamp(0, 0, 0, 0, false);
    }
    ByteBuffer bytes = ByteBuffer.wrap(body);
    return new Stamp(
        bytes.getLong(), bytes.getInt(), bytes.getLong(), bytes.getLong(), bytes.get() != 0);
  }
}
