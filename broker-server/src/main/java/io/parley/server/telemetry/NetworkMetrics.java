package io.parley.server.telemetry;

import java.util.function.LongSupplier;

/** What the network and the queries count, shown. Each method is called at most once. */
public final class NetworkMetrics {
  private final Meters meters;

  NetworkMetrics(Meters meters) {
    this.meters = meters;
  }

  /**
   * Shows connections.
   *
   * @param open gauge: open ones
   * @param accepted all that ever were, the refused among them
   * @param refused those refused
   */
  public NetworkMetrics connections(
      LongSupplier open, LongSupplier accepted, LongSupplier refused) {
    meters.gauge(MeterName.CONNECTIONS, open);
    meters.counter(MeterName.CONNECTIONS_ACCEPTED, accepted);
    meters.counter(MeterName.CONNECTIONS_REFUSED, refused);
    return this;
  }

  /**
   * Shows what clients make the broker hold.
   *
   * @param inbound gauge: bytes of frames they have begun to send, and of large requests until
   *     answered
   * @param outbound gauge: bytes they are to read
   * @param shed connections closed because there was too much of it and they were stuck
   */
  public NetworkMetrics memory(LongSupplier inbound, LongSupplier outbound, LongSupplier shed) {
    meters.gauge(MeterName.NETWORK_INBOUND, inbound);
    meters.gauge(MeterName.NETWORK_OUTBOUND, outbound);
    meters.counter(MeterName.CONNECTIONS_SHED, shed);
    return this;
  }

  /** Shows bytes read from and written to clients. */
  public NetworkMetrics bytes(LongSupplier received, LongSupplier sent) {
    meters.counter(MeterName.NETWORK_RECEIVED, received);
    meters.counter(MeterName.NETWORK_SENT, sent);
    return this;
  }

  /** Shows frames read and written, and connections closed over a malformed one. */
  public NetworkMetrics frames(LongSupplier received, LongSupplier sent, LongSupplier malformed) {
    meters.counter(MeterName.FRAMES_RECEIVED, received);
    meters.counter(MeterName.FRAMES_SENT, sent);
    meters.counter(MeterName.FRAMES_MALFORMED, malformed);
    return this;
  }
}
