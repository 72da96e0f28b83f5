package io.parley.compare.artemis;

import io.parley.compare.Peer;
import io.parley.compare.Variants;
import io.parley.load.broker.Target;

/** Artemis, as a service. */
public final class ArtemisPeer implements Peer {
  @Override
  public Target open(String variant) throws Exception {
    String journal = variant.isEmpty() ? "aio" : variant;
    return new ArtemisTarget(Variants.require(journal, "aio", "nio"));
  }
}
