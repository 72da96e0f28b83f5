package io.parley.compare.nats;

import io.parley.compare.Peer;
import io.parley.compare.Variants;
import io.parley.load.broker.Target;

/** NATS, as a service. */
public final class NatsPeer implements Peer {
  @Override
  public Target open(String variant) throws Exception {
    Variants.require(variant, "always", "2.10", "2.9");
    return new NatsTarget(variant.equals("always"));
  }
}
