package io.parley.compare.rabbitmq;

import io.parley.compare.Peer;
import io.parley.compare.Variants;
import io.parley.load.broker.Target;

/** RabbitMQ, as a service. */
public final class RabbitMqPeer implements Peer {
  @Override
  public Target open(String variant) throws Exception {
    Variants.require(variant, "quorum", "classic");
    return new RabbitMqTarget(variant);
  }
}
