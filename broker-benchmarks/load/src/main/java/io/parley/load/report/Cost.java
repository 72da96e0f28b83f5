package io.parley.load.report;

import io.parley.load.machine.Usage;

/**
 * What a span of a run cost.
 *
 * @param phase which
 * @param messages that went through: see {@link TrafficReport#throughPerSecond}; confirmed while
 *     filling, received while draining
 * @param storedBytes payload that the broker took to store
 */
public record Cost(Phase phase, Usage usage, double messages, double storedBytes) {

  /** Of the broker; 0 where its process is unknown. */
  public double brokerCpuSecondsPer1000() {
    return usage.broker() == null ? 0 : per(usage.broker().cpuSeconds(), messages) * 1000;
  }

  /** Of this process. */
  public double clientCpuSecondsPer1000() {
    return per(usage.clientCpuSeconds(), messages) * 1000;
  }

  /** Bytes the broker sent towards disks for each byte of payload; 0 where unknown. */
  public double writtenPerPayloadByte() {
    return usage.broker() == null ? 0 : per(usage.broker().writtenBytes(), storedBytes);
  }

  /** CPU seconds a second. */
  public double brokerCores() {
    return usage.broker() == null ? 0 : per(usage.broker().cpuSeconds(), usage.seconds());
  }

  /** CPU seconds a second. */
  public double clientCores() {
    return per(usage.clientCpuSeconds(), usage.seconds());
  }

  /** CPU seconds a second of anybody else. */
  public double otherCores() {
    return per(usage.otherCpuSeconds(), usage.seconds());
  }

  /** Of the broker's disk, by anyone; -1 where unknown. */
  public double flushesPerSecond() {
    return usage.broker() == null || usage.broker().diskFlushes() < 0
        ? -1
        : per(usage.broker().diskFlushes(), usage.seconds());
  }

  private static double per(double what, double amount) {
    return amount == 0 ? 0 : what / amount;
  }
}
