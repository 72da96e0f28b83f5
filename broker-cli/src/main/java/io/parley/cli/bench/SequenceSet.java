package io.parley.cli.bench;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Numbers from 0 on that come nearly in order, each remembered. A stretch of which all numbers came
 * is remembered as one bit, so that memory follows the disorder and not the count. Safe for use by
 * several threads.
 */
final class SequenceSet {
  private static final int STRETCH = 65_536;

  private final Map<Integer, BitSet> open = new HashMap<>();
  private final BitSet full = new BitSet();
  private long size;

  /**
   * Adds a number below 2^47.
   *
   * @return whether it is new
   */
  synchronized boolean add(long number) {
    int stretch = Math.toIntExact(number / STRETCH);
    int bit = (int) (number % STRETCH);
    if (full.get(stretch)) {
      return false;
    }
    BitSet bits = open.computeIfAbsent(stretch, any -> new BitSet(STRETCH));
    if (bits.get(bit)) {
      return false;
    }
    bits.set(bit);
    size++;
    if (bits.nextClearBit(0) == STRETCH) {
      open.remove(stretch);
      full.set(stretch);
    }
    return true;
  }

  synchronized boolean contains(long number) {
    int stretch = Math.toIntExact(number / STRETCH);
    BitSet bits = open.get(stretch);
    return full.get(stretch) || (bits != null && bits.get((int) (number % STRETCH)));
  }

  /** How many different numbers came. */
  synchronized long size() {
    return size;
  }

  /** How many of this set's numbers aren't in the other. */
  long countMissingIn(SequenceSet other) {
    Map<Integer, BitSet> mine = copyOfOpen();
    long missing = 0;
    for (Map.Entry<Integer, BitSet> stretch : mine.entrySet()) {
      BitSet bits = stretch.getValue();
      bits.andNot(other.stretch(stretch.getKey()));
      missing += bits.cardinality();
    }
    BitSet mineFull = copyOfFull();
    for (int i = mineFull.nextSetBit(0); i >= 0; i = mineFull.nextSetBit(i + 1)) {
      missing += STRETCH - other.stretch(i).cardinality();
    }
    return missing;
  }

  private synchronized Map<Integer, BitSet> copyOfOpen() {
    Map<Integer, BitSet> copy = new HashMap<>();
    open.forEach((stretch, bits) -> copy.put(stretch, (BitSet) bits.clone()));
    return copy;
  }

  private synchronized BitSet copyOfFull() {
    return (BitSet) full.clone();
  }

  private synchronized BitSet stretch(int stretch) {
    BitSet bits = new BitSet(STRETCH);
    if (full.get(stretch)) {
      bits.set(0, STRETCH);
    } else if (open.containsKey(stretch)) {
      bits.or(open.get(stretch));
    }
    return bits;
  }
}
