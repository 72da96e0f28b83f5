package io.parley.load.report;

import org.jspecify.annotations.Nullable;

/**
 * How a backlog was stored and received.
 *
 * @param messages asked for
 * @param fillSeconds from the first send to the last confirm
 * @param fillPerSecond confirmed messages in that time
 * @param drainSeconds from the first arrival to the last
 * @param drainPerSecond arrivals in that time
 * @param firstDeliverySeconds from the end of filling, or the start of what was done in between, to
 *     the first arrival
 * @param between what was done in between; null for nothing
 */
public record BacklogReport(
    long messages,
    double fillSeconds,
    double fillPerSecond,
    double drainSeconds,
    double drainPerSecond,
    double firstDeliverySeconds,
    @Nullable Between between) {

  /**
   * What was done between filling and draining, such as a restart of the broker.
   *
   * @param command in words
   * @param seconds how long it took
   */
  public record Between(String command, double seconds) {}
}
