package io.parley.load;

import java.util.SplittableRandom;

/**
 * Bodies of one producer's messages: noise, different each time, so that no compression anywhere
 * makes a broker look better than it is. One array is written again and again. One thread.
 */
final class Bodies {
  /** More than the window of any compression brokers use by default. */
  private static final int NOISE_MIN_BYTES = 1024 * 1024;

  private final byte[] noise;
  private final byte[] body;
  private int from;

  Bodies(int sizeBytes, long seed) {
    noise = new byte[Math.max(NOISE_MIN_BYTES, 2 * sizeBytes)];
    new SplittableRandom(seed).nextBytes(noise);
    body = new byte[sizeBytes];
  }

  /** The next body; valid until the next call. */
  byte[] next() {
    if (from + body.length > noise.length) {
      from = 0;
    }
    System.arraycopy(noise, from, body, 0, body.length);
    from += body.length;
    return body;
  }
}
