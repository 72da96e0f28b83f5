package io.parley.client;

import java.util.LinkedHashSet;
import java.util.Set;

/** Lots of a consumer of which some message isn't settled. Event loop only. */
final class OpenLots {
  private final Set<Lot> lots = new LinkedHashSet<>();

  void add(Lot lot) {
    lots.add(lot);
  }

  /** Messages of this lot were settled. */
  void removeIfSettled(Lot lot) {
    if (lot.open() == 0) {
      lots.remove(lot);
    }
  }

  /** Messages of any lot were settled. */
  void removeSettled() {
    lots.removeIf(lot -> lot.open() == 0);
  }

  void clear() {
    lots.clear();
  }

  /** All of them. */
  Set<Lot> all() {
    return lots;
  }

  boolean isEmpty() {
    return lots.isEmpty();
  }

  /** How many messages aren't settled. */
  int messages() {
    return lots.stream().mapToInt(Lot::open).sum();
  }

  /** The connection they came by has ended. */
  void lose() {
    lots.forEach(Lot::lose);
  }

  /** The lease of one message is lost. */
  void lose(long epoch, long sequence) {
    for (Lot lot : lots) {
      if (lot.contains(epoch, sequence)) {
        lot.lose((int) (sequence - lot.firstSequence()));
      }
    }
  }
}
