package io.parley.client;

import java.util.random.RandomGenerator;

/**
 * How long to wait before connecting again: doubles from 50 ms to 5 s, less up to a half by chance,
 * so that the clients of a broker don't come back all at once. Event loop only.
 */
final class Backoff {
  static final int FIRST_MS = 50;
  static final int LAST_MS = 5_000;

  private final RandomGenerator random;
  private int ceilingMs = FIRST_MS;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** The next wait. */
  int nextMs() {
    int ceiling = ceilingMs;
    ceilingMs = Math.min(LAST_MS, ceiling * 2);
    return ceiling - random.nextInt(ceiling / 2 + 1);
  }

  /** All is well: the next wait is a short one. */
  void reset() {
    ceilingMs = FIRST_MS;
  }
}
