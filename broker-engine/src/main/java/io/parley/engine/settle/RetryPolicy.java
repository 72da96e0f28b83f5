package io.parley.engine.settle;

import io.parley.engine.destination.DestinationSettings;

/**
 * When a failed message is tried again: exponential back-off with jitter, until its attempts are
 * used up.
 *
 * @param maxAttempts attempts before it is dead-lettered
 * @param backOffMinMs wait after the first failure
 * @param backOffMaxMs longest wait
 * @param outageAfter failures in a row that are taken for an outage; 0 for never
 */
public record RetryPolicy(int maxAttempts, long backOffMinMs, long backOffMaxMs, int outageAfter) {

  /** The policy of a queue or inbox for which something may be set. */
  public RetryPolicy with(DestinationSettings own) {
    if (own == DestinationSettings.NONE) {
      return this;
    }
    long min = own.backOffMinMs() == 0 ? backOffMinMs : own.backOffMinMs();
    long max = own.backOffMaxMs() == 0 ? backOffMaxMs : own.backOffMaxMs();
    return new RetryPolicy(
        own.maxAttempts() == 0 ? maxAttempts : own.maxAttempts(),
        min,
        Math.max(min, max),
        own.outageAfter() == DestinationSettings.NOT_SET ? outageAfter : own.outageAfter());
  }

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
