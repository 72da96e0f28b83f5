package io.parley.compare.parley;

import io.parley.client.ParleyClient;
import io.parley.compare.Jars;
import io.parley.compare.Peer;
import io.parley.compare.Variants;
import io.parley.compare.result.RunResult;
import io.parley.load.broker.Target;
import io.parley.load.parley.ParleyTarget;
import java.util.LinkedHashMap;
import java.util.Map;

/** Parley, as a service. */
public final class ParleyPeer implements Peer {
  private static final String URI = "parley://127.0.0.1:21740/default";

  @Override
  public Target open(String variant) {
    Variants.require(variant, "");
    Map<String, String> description = new LinkedHashMap<>();
    description.put("client", Jars.nameOf(ParleyClient.class));
    description.put("confirmed", "after fsync");
    description.put(RunResult.SYNCED, "yes");
    return new ParleyTarget(() -> ParleyClient.builder().uri(URI), description);
  }
}
