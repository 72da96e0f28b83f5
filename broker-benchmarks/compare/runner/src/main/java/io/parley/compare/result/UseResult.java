package io.parley.compare.result;

import io.parley.load.machine.Usage;
import io.parley.load.report.Cost;

/**
 * What the machine did.
 *
 * @param brokerCores processor time the broker used in a second
 * @param clientCores the same of producers and consumers
 * @param otherCores the same of everybody else: where it is much, the run was disturbed
 * @param brokerCpuSecondsPer1000 the broker's processor time for 1,000 messages that went through
 * @param clientCpuSecondsPer1000 the same of producers and consumers
 * @param writtenPerPayloadByte what the broker sent to the disk for each confirmed payload byte
 * @param flushesPerSecond the disk's cache flushes, for anybody; -1 if unknown
 * @param brokerPeakMib the most memory the broker had
 */
public record UseResult(
    double brokerCores,
    double clientCores,
    double otherCores,
    double brokerCpuSecondsPer1000,
    double clientCpuSecondsPer1000,
    double writtenPerPayloadByte,
    double flushesPerSecond,
    double brokerPeakMib) {
  /** A run with more other cores is marked as disturbed. */
  public static final double OTHER_CORES_MAX = 0.25;

  private static final double MIB = 1 << 20;

  /** Takes it out of the load generator's report. */
  static UseResult of(Cost cost) {
    Usage.BrokerUsage broker = cost.usage().broker();
    return new UseResult(
        cost.brokerCores(),
        cost.clientCores(),
        cost.otherCores(),
        cost.brokerCpuSecondsPer1000(),
        cost.clientCpuSecondsPer1000(),
        cost.writtenPerPayloadByte(),
        cost.flushesPerSecond(),
        broker == null ? 0 : broker.peakRssBytes() / MIB);
  }

  /** Whether somebody else disturbed the run. */
  public boolean noisy() {
    return otherCores > OTHER_CORES_MAX;
  }
}
