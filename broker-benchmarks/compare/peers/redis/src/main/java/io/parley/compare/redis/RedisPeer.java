package io.parley.compare.redis;

import io.parley.compare.Peer;
import io.parley.compare.Variants;
import io.parley.load.broker.Target;

/** Redis, as a service. */
public final class RedisPeer implements Peer {
  @Override
  public Target open(String variant) throws Exception {
    Variants.require(variant, "always", "everysec");
    return new RedisTarget(variant);
  }
}
