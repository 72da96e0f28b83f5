package io.parley.client;

import io.parley.systemtests.concurrency.Interleavings;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.kotlinx.lincheck.annotations.Operation;
import org.jetbrains.kotlinx.lincheck.annotations.Param;
import org.jetbrains.kotlinx.lincheck.paramgen.IntGen;
import org.junit.jupiter.api.Test;

/** Many threads put, one takes: all of it, once, each thread's in its order. */
public class HandOverInterleavingsTest {
  @Test
  void shouldHandOverEachItemOnceAndInOrder() {
    Interleavings.check(Piece.class, 3, 2);
  }

  /** The hand-over, its items named by numbers. */
  public static class Piece {
    private final HandOver<Item> handOver = new HandOver<>();

    @Operation
    public void put(@Param(gen = IntGen.class) int number) {
      handOver.put(new Item(number));
    }

    @Operation(nonParallelGroup = "taker")
    public List<Integer> takeAll() {
      List<Integer> taken = new ArrayList<>();
      for (Item item = handOver.takeAll(); item != null; item = item.linked()) {
        taken.add(item.number);
      }
      return taken;
    }
  }

  private static final class Item implements HandOver.Item<Item> {
    private final int number;
    private Item linked;

    Item(int number) {
      this.number = number;
    }

    @Override
    public Item linked() {
      return linked;
    }

    @Override
    public void link(Item item) {
      linked = item;
    }
  }
}
