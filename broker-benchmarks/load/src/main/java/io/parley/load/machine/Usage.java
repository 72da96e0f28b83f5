package io.parley.load.machine;

import org.jspecify.annotations.Nullable;

/**
 * What a span of time cost.
 *
 * @param seconds how long it was
 * @param clientCpuSeconds of this process
 * @param otherCpuSeconds of anybody else than this process and the broker's: a run with much of it
 *     was disturbed. Where the broker's process is unknown it is in here
 * @param broker null where its process is unknown
 */
public record Usage(
    double seconds, double clientCpuSeconds, double otherCpuSeconds, @Nullable BrokerUsage broker) {

  /**
   * What the broker's process and its descendants used.
   *
   * @param writtenBytes sent towards disks
   * @param rssBytes resident at the end
   * @param peakRssBytes most that was ever resident since their start
   * @param disk where it has most files open for writing; empty where unknown
   * @param diskFlushes cache flushes of that disk, for anyone; -1 where unknown
   */
  public record BrokerUsage(
      long pid,
      double cpuSeconds,
      long writtenBytes,
      long rssBytes,
      long peakRssBytes,
      String disk,
      long diskFlushes) {}
}
