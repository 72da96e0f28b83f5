package io.parley.compare.beanstalkd;

import io.parley.compare.Peer;
import io.parley.compare.Variants;
import io.parley.load.broker.Target;

/** beanstalkd, as a service. */
public final class BeanstalkdPeer implements Peer {
  @Override
  public Target open(String variant) throws Exception {
    Variants.require(variant, "");
    return new BeanstalkdTarget();
  }
}
