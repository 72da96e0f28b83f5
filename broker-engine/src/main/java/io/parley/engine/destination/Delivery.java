package io.parley.engine.destination;

import java.util.List;

/**
 * Messages leased to a consumer, on their way to it once all they depend on is durable.
 *
 * @param epoch the lease epoch of all of them
 * @param bytes of their records
 */
public record Delivery(Consumer consumer, long epoch, List<LeasedSegment> segments, int bytes) {

  /**
   * Hands them to the consumer's sink.
   *
   * @return whether the consumer got nothing more because this was on its way
   */
  public boolean send() {
    consumer.sink().deliver(epoch, segments);
    return consumer.sent(bytes);
  }
}
