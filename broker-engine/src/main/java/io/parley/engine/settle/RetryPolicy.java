package io.parley.engine.settle;

/**
 * When a failed message is tried again: exponential back-off with jitter, until its attempts are
 * used up.
 *
 * @param maxAttempts attempts before it is dead-lettered
 * @param backOffMinMs wait after the first failure
 * @param backOffMaxMs longest wait
 */
public record RetryPolicy(int maxAttempts, long backOffMinMs, long backOffMaxMs) {

  /**
   * The wait after a failure: {@code min * 2^(failures - 1)}, at most {@code max}, then between 80
   * % and 100 % of it. The jitter comes from the message's sequence, so that every replica computes
   * the same.
   */
  long backOffMs(int failures, long sequence) {
    long wait = backOffMinMs;
    for (int i = 1; i < failures && wait < backOffMaxMs; i++) {
      wait *= 2;
    }
    wait = Math.min(wait, backOffMaxMs);
    long mixed =
        (sequence * 31 + failures) * 0x9E3779B97F4A7C15L; // Fibonacci hashing, Knuth vol. 3
    long fifth = wait / 5;
    return fifth == 0 ? wait : wait - (mixed >>> 1) % (fifth + 1);
  }
}
