package io.parley.compare.kafka;

import io.parley.compare.Peer;
import io.parley.compare.Variants;
import io.parley.load.broker.Target;

/** Kafka, as a service. */
public final class KafkaPeer implements Peer {
  @Override
  public Target open(String variant) throws Exception {
    Variants.require(variant, "group", "group-fsync", "share", "share-fsync");
    return new KafkaTarget(variant.startsWith("share"), variant.endsWith("fsync"));
  }
}
