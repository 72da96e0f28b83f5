package io.parley.engine.catalog;

import io.parley.engine.store.StoreException;
import io.parley.protocol.model.MessageKind;
import io.parley.systemtests.fuzz.FuzzTarget;
import java.util.Arrays;
import java.util.List;

/** A row of the table of types. */
public final class TypeRowTarget implements FuzzTarget {
  @Override
  public List<byte[]> seeds() {
    return List.of(
        new TypeEntry("t", MessageKind.COMMAND, 1, 2, 3, true).encode(),
        new TypeEntry("t", MessageKind.EVENT, 0, 0, 0, false).encode());
  }

  @Override
  public void run(byte[] input) {
    try {
      byte[] again = TypeEntry.decode("t", input).encode();
      if (again.length > input.length) {
        throw new AssertionError("more than was read: " + Arrays.toString(again));
      }
    } catch (StoreException e) {
      if (!e.getMessage().contains("table TYPES")) {
        throw new AssertionError("refused without naming the table", e);
      }
    }
  }
}
