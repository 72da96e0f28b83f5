package io.parley.engine.destination;

import java.util.List;

/** Where a consumer's deliveries go. Called by the owner thread. */
public interface DeliverySink {
  /** Whether deliveries may go out now; while not, the consumer gets none. */
  boolean isWritable();

  /**
   * Messages were leased to the consumer.
   *
   * @param epoch the lease epoch of all of them
   */
  void deliver(long epoch, List<LeasedSegment> segments);
}
