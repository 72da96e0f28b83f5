package io.parley.compare.result;

import io.parley.load.report.BacklogReport;

/**
 * How a backlog was stored and received, with the broker killed in between.
 *
 * @param messages how many
 * @param firstDeliverySeconds from the kill to the first message
 */
public record BacklogResult(
    long messages, double fillPerSecond, double drainPerSecond, double firstDeliverySeconds) {
  /** Takes it out of the load generator's report. */
  static BacklogResult of(BacklogReport report) {
    return new BacklogResult(
        report.messages(),
        report.fillPerSecond(),
        report.drainPerSecond(),
        report.firstDeliverySeconds());
  }
}
