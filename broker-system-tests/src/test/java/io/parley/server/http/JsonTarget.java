package io.parley.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.systemtests.fuzz.FuzzTarget;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The body of an admin request. */
public final class JsonTarget implements FuzzTarget {
  private static final Set<String> KNOWN = Set.of("name", "kind", "owner");

  @Override
  public List<byte[]> seeds() {
    return List.of(
        "{\"name\":\"shop.cart.Add\",\"kind\":\"command\",\"owner\":\"cart\"}".getBytes(UTF_8),
        "{\"name\":null,\"kind\":\"\\u20ac\\n\"}".getBytes(UTF_8),
        "{\"owner\":[[[{\"a\":1.5e300}]]]}".getBytes(UTF_8));
  }

  @Override
  public void run(byte[] input) {
    try {
      Map<String, String> read = Json.readStrings(input, KNOWN);
      if (!KNOWN.containsAll(read.keySet())) {
        throw new AssertionError(read.toString());
      }
    } catch (ParleyException e) {
      if (e.code() != ErrorCode.INVALID_ARGUMENT || !e.getMessage().contains("expected")) {
        throw new AssertionError(e);
      }
    }
  }
}
