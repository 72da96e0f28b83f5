package io.parley.engine.destination;

import java.util.List;

/** Where a consumer's deliveries go. Called by the owner thread. */
public interface DeliverySink {
  /** Whether deliveries may go out now; while not, the consumer gets none. */
  boolean isWritable();

  /** Who takes the deliveries, for people; empty if nobody can tell. */
  default String holder() {
    return "";
  }

  /**
   * Messages were leased to the consumer.
   *
   * @param epoch the lease epoch of all of them
   */
  void deliver(long epoch, List<LeasedSegment> segments);
}
