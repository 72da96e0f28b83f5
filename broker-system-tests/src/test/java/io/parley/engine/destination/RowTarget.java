package io.parley.engine.destination;

import io.parley.engine.group.ValueWriter;
import io.parley.engine.store.StoreException;
import io.parley.engine.store.Table;
import io.parley.protocol.model.TypePattern;
import io.parley.systemtests.fuzz.FuzzTarget;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A row of a destination's tables; the first byte says of which. */
public final class RowTarget implements FuzzTarget {
  @Override
  public List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    Run run = new Run(1, 5, 1_000, 70, 3, 9_000, new int[] {13, 60, 5_000, 10});
    seeds.add(of(0, run.encode()));
    run.setDone(3);
    run.setDone(69);
    seeds.add(of(0, run.encode()));
    seeds.add(
        of(
            1,
            new ValueWriter(2)
                .i64(5)
                .i32(13)
                .i32(100)
                .i64(1_000)
                .i64(1)
                .i64(2)
                .i64(9)
                .i32(3)
                .i64(2_000)
                .u8(2)
                .i64(7)
                .i64(1_500)
                .text("E")
                .text("no")
                .done()));
    seeds.add(
        of(
            2,
            new DestinationDefinition(
                    1,
                    DestinationKind.INBOX,
                    "stock",
                    "stock",
                    List.of(new TypePattern("shop.>")),
                    1_000,
                    DestinationSettings.NONE)
                .encode()));
    return seeds;
  }

  private static byte[] of(int first, byte[] value) {
    byte[] seed = new byte[1 + value.length];
    seed[0] = (byte) first;
    System.arraycopy(value, 0, seed, 1, value.length);
    return seed;
  }

  @Override
  public void run(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] value = Arrays.copyOfRange(input, 1, input.length);
    Table table =
        switch (input[0] & 3) {
          case 0 -> Table.RUNS;
          case 2 -> Table.DESTINATIONS;
          default -> Table.DELAYED;
        };
    try {
      byte[] again =
          switch (table) {
            case RUNS -> Run.decode(1, value).encode();
            case DESTINATIONS -> DestinationDefinition.decode(1, value).encode();
            default -> SingleMessage.decode(Table.DELAYED, 1, value).encode();
          };
      // A text that isn't UTF-8 is written with three bytes for one, and settings with defaults.
      if (again.length > 3 * value.length + 100) {
        throw new AssertionError("more than was read: " + again.length);
      }
    } catch (StoreException e) {
      if (!e.getMessage().contains("table " + table)) {
        throw new AssertionError("refused without naming the table", e);
      }
    }
  }
}
