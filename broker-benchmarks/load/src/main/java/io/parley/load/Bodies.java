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

  /**
   * Bodies of this size.
   *
   * @param noise see {@link #noise(int)}; producers share it
   * @param part where in it to begin, from 0 to 1
   */
  Bodies(int sizeBytes, byte[] noise, double part) {
    this.noise = noise;
    this.body = new byte[sizeBytes];
    this.from = (int) (part * noise.length);
  }

  /** Enough noise for bodies of this size. */
  static byte[] noise(int sizeBytes) {
    byte[] noise = new byte[Math.max(NOISE_MIN_BYTES, 2 * sizeBytes)];
    new SplittableRandom(sizeBytes).nextBytes(noise);
    return noise;
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
