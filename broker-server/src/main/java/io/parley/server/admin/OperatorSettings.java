package io.parley.server.admin;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an operator set for one queue or subscription; null where it goes by the broker's settings.
 *
 * @param maxAttempts started handlings that may fail before a message is set aside
 * @param backOffMin wait after the first failed attempt
 * @param backOffMax longest wait between attempts
 * @param lease how long a delivery is its consumer's who doesn't say
 * @param outageAfter failures in a row that are taken for an outage; 0 for never
 * @param maxMessages most messages it holds
 * @param maxBytes most bytes of messages it holds
 */
public record OperatorSettings(
    @Nullable Integer maxAttempts,
    @Nullable Duration backOffMin,
    @Nullable Duration backOffMax,
    @Nullable Duration lease,
    @Nullable Integer outageAfter,
    @Nullable Long maxMessages,
    @Nullable Long maxBytes) {
  /** Nothing is set. */
  public static final OperatorSettings NONE =
      new OperatorSettings(null, null, null, null, null, null, null);
}
