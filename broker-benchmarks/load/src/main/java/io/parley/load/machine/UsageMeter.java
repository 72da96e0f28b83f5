package io.parley.load.machine;

import io.parley.load.machine.ProcFiles.ProcessUse;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Tells what a span of time costs. The broker's process is looked for once, before. One thread. */
public final class UsageMeter {
  private static final double NANOS = 1e9;

  private final ProcFiles files;
  private final long client = ProcessHandle.current().pid();
  private final OptionalLong broker;
  private final String disk;
  private Readings start;

  private record Readings(
      long nanos,
      double busyCpu,
      @Nullable ProcessUse client,
      @Nullable ProcessUse broker,
      long flushes) {}

  /** Finds the process, and starts. */
  public UsageMeter(BrokerProcess process) {
    this(process, new ProcFiles());
  }

  UsageMeter(BrokerProcess process, ProcFiles files) {
    this.files = files;
    this.broker = process.find();
    this.disk = broker.isPresent() ? files.diskOf(broker.getAsLong()) : "";
    this.start = read();
  }

  /** Starts anew. */
  public void start() {
    start = read();
  }

  private Readings read() {
    return new Readings(
        System.nanoTime(),
        files.busyCpuSeconds(),
        files.use(client),
        broker.isPresent() ? files.useOfTree(broker.getAsLong()) : null,
        files.flushes(disk));
  }

  /** What it cost so far; null where the kernel tells nothing. */
  public @Nullable Usage soFar() {
    Readings end = read();
    if (start.client == null || end.client == null) {
      return null;
    }
    Usage.BrokerUsage used = brokerUsage(end);
    double clientCpu = end.client.cpuSeconds() - start.client.cpuSeconds();
    double others =
        end.busyCpu - start.busyCpu - clientCpu - (used == null ? 0 : used.cpuSeconds());
    return new Usage((end.nanos - start.nanos) / NANOS, clientCpu, Math.max(0, others), used);
  }

  /** Null also where it ended in the meantime. */
  private Usage.@Nullable BrokerUsage brokerUsage(Readings end) {
    if (start.broker == null || end.broker == null) {
      return null;
    }
    return new Usage.BrokerUsage(
        broker.orElseThrow(),
        end.broker.cpuSeconds() - start.broker.cpuSeconds(),
        end.broker.writtenBytes() - start.broker.writtenBytes(),
        end.broker.rssBytes(),
        end.broker.peakRssBytes(),
        files.diskName(disk),
        start.flushes < 0 ? -1 : end.flushes - start.flushes);
  }
}
