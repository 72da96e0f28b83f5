package io.parley.server.network;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the network counts, for whoever wants to show it. All but the gauges only grow. Safe for use
 * by any thread.
 */
public final class NetworkCounters {
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger greetings = new AtomicInteger();
  private final LongAdder accepted = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder shed = new LongAdder();
  private final LongAdder bytesIn = new LongAdder();
  private final LongAdder bytesOut = new LongAdder();
  private final LongAdder framesIn = new LongAdder();
  private final LongAdder framesOut = new LongAdder();
  private final LongAdder malformedFrames = new LongAdder();

  NetworkCounters() {}

  /** Gauge: open connections, welcomed or not. */
  public int connections() {
    return connections.get();
  }

  /** Gauge: open connections that have not been welcomed. */
  public int greetings() {
    return greetings.get();
  }

  /** Connections accepted, the refused ones among them. */
  public long accepted() {
    return accepted.sum();
  }

  /** Connections refused: over a limit, not authenticated, a wrong version or name, too late. */
  public long refused() {
    return refused.sum();
  }

  /** Connections closed because memory was scarce and they were stuck. */
  public long shed() {
    return shed.sum();
  }

  /** Bytes read from sockets. */
  public long bytesIn() {
    return bytesIn.sum();
  }

  /** Bytes written to sockets. */
  public long bytesOut() {
    return bytesOut.sum();
  }

  /** Frames read. */
  public long framesIn() {
    return framesIn.sum();
  }

  /** Frames written. */
  public long framesOut() {
    return framesOut.sum();
  }

  /** Connections closed because the client broke the protocol. */
  public long malformedFrames() {
    return malformedFrames.sum();
  }

  int connectionOpened() {
    accepted.increment();
    return connections.incrementAndGet();
  }

  void connectionClosed() {
    connections.decrementAndGet();
  }

  int greetingStarted() {
    return greetings.incrementAndGet();
  }

  void greetingEnded() {
    greetings.decrementAndGet();
  }

  void connectionShed() {
    shed.increment();
  }

  void connectionRefused() {
    refused.increment();
  }

  void read(int bytes) {
    bytesIn.add(bytes);
  }

  void frameRead() {
    framesIn.increment();
  }

  void wrote(int frames, int bytes) {
    framesOut.add(frames);
    bytesOut.add(bytes);
  }

  void malformedFrame() {
    malformedFrames.increment();
  }
}
