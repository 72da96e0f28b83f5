package io.parley.load;

import io.parley.load.broker.Traffic;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Which message of each ordering key arrived last, in one inbox or in all queues: one that arrives
 * for the first time after a later one is out of order. Any thread.
 *
 * <p>A producer's messages take turns with queues, and in each queue with keys; so a message's
 * number says both.
 */
final class KeyOrder {
  private static final VarHandle LAST = MethodHandles.arrayElementVarHandle(long[].class);

  private final int streams;
  private final long[] last;

  /** For this traffic, which has keys. */
  KeyOrder(Traffic traffic) {
    streams = traffic.queues() * traffic.keys();
    last = new long[traffic.producers() * streams];
    Arrays.fill(last, -1);
  }

  /** Notes a message's first arrival; false if a later one of its key arrived before. */
  boolean isNext(int producer, long number) {
    int stream = producer * streams + (int) (number % streams);
    for (long before = (long) LAST.getVolatile(last, stream); before < number; ) {
      long found = (long) LAST.compareAndExchange(last, stream, before, number);
      if (found == before) {
        return true;
      }
      before = found;
    }
    return false;
  }
}
