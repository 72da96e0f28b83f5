package io.parley.engine;

import io.parley.engine.destination.Quota;
import io.parley.engine.destination.Retention;
import io.parley.engine.intake.NamespaceQuota;
import java.time.Duration;

/**
 * The numbers the engine's rules need. Those that decide what becomes of a message are handed to
 * the engine inside operations, so that a replay decides the same.
 *
 * @param lease how long a delivery is its consumer's where the consumer doesn't say; 1 s to 12 h
 * @param maxAttempts started handlings that may fail before a message is dead-lettered; 1 to 1,000
 * @param backOffMin wait after the first failed attempt; 1 ms to 1 day
 * @param backOffMax longest wait between attempts; {@code backOffMin} to 30 days
 * @param outageAfter failures in a row, of several messages of a queue or inbox, that are taken for
 *     an outage, in which they don't count as attempts; 0 for never, up to 100,000
 * @param declaredTypesOnly whether a type must be declared before it is used; otherwise the first
 *     to use it claims it
 * @param outcomeRetention how long the outcome of a command is kept; 1 s to 365 days
 * @param dedupWindow how long the ids of messages that ask for it are remembered; 1 s to 7 days
 * @param quota how much a queue or inbox holds at most for which nothing is set
 * @param namespaceBytes most bytes of messages a namespace holds for which nothing is set; 1 MiB to
 *     1 PiB
 * @param retention how long a topic keeps its events for which nothing is set
 * @param groupBytes records of one commit group after which no more are added, in bytes; 4 KiB to
 *     64 MiB. One message larger than this makes a group of its own.
 */
public record EngineSettings(
    Duration lease,
    int maxAttempts,
    Duration backOffMin,
    Duration backOffMax,
    int outageAfter,
    boolean declaredTypesOnly,
    Duration outcomeRetention,
    Duration dedupWindow,
    Quota quota,
    long namespaceBytes,
    Retention retention,
    int groupBytes) {

  /** Shortest lease. */
  public static final Duration LEASE_MIN = Duration.ofSeconds(1);

  /** Longest lease. */
  public static final Duration LEASE_MAX = Duration.ofHours(12);

  /** Most attempts that can be asked for. */
  public static final int ATTEMPTS_MAX = 1_000;

  /** Shortest wait between attempts. */
  public static final Duration BACK_OFF_SHORTEST = Duration.ofMillis(1);

  /** Longest first wait between attempts. */
  public static final Duration BACK_OFF_MIN_LONGEST = Duration.ofDays(1);

  /** Longest wait between attempts. */
  public static final Duration BACK_OFF_LONGEST = Duration.ofDays(30);

  /** Most failures in a row that an outage can be asked to wait for. */
  public static final int OUTAGE_AFTER_MAX = 100_000;

  /** Shortest time outcomes are kept. */
  public static final Duration OUTCOME_RETENTION_MIN = Duration.ofSeconds(1);

  /** Longest time outcomes are kept. */
  public static final Duration OUTCOME_RETENTION_MAX = Duration.ofDays(365);

  /** Shortest dedup window. */
  public static final Duration DEDUP_WINDOW_MIN = Duration.ofSeconds(1);

  /** Longest dedup window. */
  public static final Duration DEDUP_WINDOW_MAX = Duration.ofDays(7);

  /** Smallest bound of a commit group, in bytes. */
  public static final int GROUP_BYTES_MIN = 4 * 1024;

  /** Largest bound of a commit group, in bytes. */
  public static final int GROUP_BYTES_MAX = 64 * 1024 * 1024;

  /** What holds where nothing is configured. */
  public static final EngineSettings DEFAULTS =
      new EngineSettings(
          Duration.ofSeconds(30),
          10,
          Duration.ofSeconds(1),
          Duration.ofMinutes(10),
          20,
          false,
          Duration.ofDays(7),
          Duration.ofMinutes(10),
          Quota.DEFAULT,
          256L << 30,
          Retention.DEFAULT,
          1024 * 1024);

  /**
   * Checks the bounds above.
   *
   * @throws IllegalArgumentException naming the component, its value and what was expected
   */
  public EngineSettings {
    requireBetween("lease", lease, LEASE_MIN, LEASE_MAX);
    requireBetween("max attempts", maxAttempts, 1, ATTEMPTS_MAX);
    requireBetween("back-off min", backOffMin, BACK_OFF_SHORTEST, BACK_OFF_MIN_LONGEST);
    requireBetween("back-off max", backOffMax, backOffMin, BACK_OFF_LONGEST);
    requireBetween("outage after", outageAfter, 0, OUTAGE_AFTER_MAX);
    requireBetween(
        "outcome retention", outcomeRetention, OUTCOME_RETENTION_MIN, OUTCOME_RETENTION_MAX);
    requireBetween("dedup window", dedupWindow, DEDUP_WINDOW_MIN, DEDUP_WINDOW_MAX);
    requireBetween(
        "namespace bytes", namespaceBytes, NamespaceQuota.BYTES_MIN, NamespaceQuota.BYTES_MAX);
    requireBetween("group bytes", groupBytes, GROUP_BYTES_MIN, GROUP_BYTES_MAX);
  }

  private static void requireBetween(String what, Duration value, Duration min, Duration max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          what + ": " + value + " (expected: " + min + " to " + max + ")");
    }
  }

  private static void requireBetween(String what, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          what + ": " + value + " (expected: " + min + " to " + max + ")");
    }
  }
}
