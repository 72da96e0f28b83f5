package io.parley.server.network;

import java.time.Duration;

/**
 * How the broker listens for clients.
 *
 * @param address host name or address to listen on
 * @param port 0 to 65,535; 0 takes a free one
 * @param eventLoopThreads 1 to 64
 * @param connectionsMax most connections at once, 1 or more; the next gets {@code TOO_MANY}
 * @param greetingsMax most connections at once that have not been welcomed, 1 or more; the next
 *     gets {@code OVERLOADED}
 * @param helloTimeout how long a connection may take to say hello, 1 ms or more
 * @param outboundHighWaterBytes what may wait to be written to one connection before deliveries to
 *     it pause, 64 KiB to 256 MiB. Reading from it pauses at four times, it is closed at 64 times
 *     as much.
 */
public record NetworkSettings(
    String address,
    int port,
    int eventLoopThreads,
    int connectionsMax,
    int greetingsMax,
    Duration helloTimeout,
    int outboundHighWaterBytes) {
  /**
   * One event loop serves more than two cores can make of it, and a message whose sender and
   * receiver share it needs one wake-up less each way; with four cores there is room for two.
   */
  private static final int EVENT_LOOPS_DEFAULT =
      Runtime.getRuntime().availableProcessors() < 4 ? 1 : 2;

  private static final int THREADS_MAX = 64;
  private static final int HIGH_WATER_MIN_BYTES = 64 * 1024;
  private static final int HIGH_WATER_MAX_BYTES = 256 * 1024 * 1024;

  /** Checks the numbers. */
  public NetworkSettings {
    if (address.isEmpty()) {
      throw new IllegalArgumentException("address: empty (expected: a host name or address)");
    }
    check("port", port, 0, 65_535);
    check("event loop threads", eventLoopThreads, 1, THREADS_MAX);
    check("max connections", connectionsMax, 1, Integer.MAX_VALUE);
    check("max greetings", greetingsMax, 1, Integer.MAX_VALUE);
    check("hello timeout in ms", helloTimeout.toMillis(), 1, Integer.MAX_VALUE);
    check(
        "outbound high water in bytes",
        outboundHighWaterBytes,
        HIGH_WATER_MIN_BYTES,
        HIGH_WATER_MAX_BYTES);
  }

  /** Port 7440 on loopback; at most two event loops; 20,000 connections. */
  public static NetworkSettings defaults() {
    return new NetworkSettings(
        "127.0.0.1", 7440, EVENT_LOOPS_DEFAULT, 20_000, 1_000, Duration.ofSeconds(10), 1024 * 1024);
  }

  /** These settings with another address and port. */
  public NetworkSettings listeningOn(String otherAddress, int otherPort) {
    return new NetworkSettings(
        otherAddress,
        otherPort,
        eventLoopThreads,
        connectionsMax,
        greetingsMax,
        helloTimeout,
        outboundHighWaterBytes);
  }

  private static void check(String what, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          what + ": " + value + " (expected: " + min + " to " + max + ")");
    }
  }
}
