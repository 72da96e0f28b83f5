package io.parley.systemtests;

import java.util.BitSet;

/**
 * What became of the messages of one type at one place, by their numbers: a bit for each step, so
 * that millions of them fit. Any thread.
 *
 * <pre>
 *   confirmed ──▶ said (its last word, answered or not) ──▶ settled (the broker accepted it)
 * </pre>
 */
final class SoakLedger {
  private final String name;
  private final BitSet confirmed = new BitSet();
  private final BitSet met = new BitSet();
  private final BitSet said = new BitSet();
  private final BitSet settled = new BitSet();
  private int twice;

  SoakLedger(String name) {
    this.name = name;
  }

  /** The broker has it for good. */
  synchronized void confirmed(int number) {
    confirmed.set(number);
  }

  synchronized boolean isConfirmed(int number) {
    return number >= 0 && confirmed.get(number);
  }

  /** It came; wrong if the broker had accepted the last word about it before. */
  synchronized void delivered(int number) {
    if (settled.get(number)) {
      twice++;
    }
  }

  /** Whether this is the first time that somebody asks. */
  synchronized boolean isFirst(int number) {
    boolean first = !met.get(number);
    met.set(number);
    return first;
  }

  /** The last word about it was said, though perhaps not heard. */
  synchronized void said(int number) {
    said.set(number);
  }

  synchronized boolean isSaid(int number) {
    return said.get(number);
  }

  /** The broker accepted the last word about it. */
  synchronized void settled(int number) {
    settled.set(number);
  }

  synchronized int settled() {
    return settled.cardinality();
  }

  /** Confirmed, and never said anything about. */
  synchronized int lost() {
    BitSet lost = (BitSet) confirmed.clone();
    lost.andNot(said);
    return lost.cardinality();
  }

  /** So often one came that was done. */
  synchronized int twice() {
    return twice;
  }

  @Override
  public synchronized String toString() {
    return "%s: %,d confirmed, %,d settled, %d lost, %d twice"
        .formatted(name, confirmed.cardinality(), settled.cardinality(), lost(), twice);
  }
}
