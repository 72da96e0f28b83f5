package io.parley.systemtests.history;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** All that clients noted, in the order in which it happened. Any thread. */
public final class History {
  private final int maxAttempts;
  private final List<Place> places;
  private final LongSupplier position;
  private final List<Entry> entries = new ArrayList<>();
  private final List<Long> positions = new ArrayList<>();
  private boolean ended;

  /**
   * An empty one.
   *
   * @param places all queues and inboxes that there are
   * @param maxAttempts failures after which a message is a dead letter
   */
  public History(List<Place> places, int maxAttempts) {
    this(places, maxAttempts, () -> 0);
  }

  /**
   * An empty one, whose entries have a place in something else that grows meanwhile.
   *
   * @param position how far that is now
   */
  public History(List<Place> places, int maxAttempts, LongSupplier position) {
    this.places = List.copyOf(places);
    this.maxAttempts = maxAttempts;
    this.position = position;
  }

  /** Notes something; it comes after all that was noted before. */
  public void add(Entry entry) {
    synchronized (entries) {
      if (!ended) {
        entries.add(entry);
        positions.add(position.getAsLong());
      }
    }
  }

  /** Notes nothing from now on. */
  public void end() {
    synchronized (entries) {
      ended = true;
    }
  }

  /** What was noted up to a position, to go on from there; without queries, which end with it. */
  public History until(long end) {
    History until = new History(places, maxAttempts);
    synchronized (entries) {
      for (int i = 0; i < entries.size() && positions.get(i) <= end; i++) {
        Entry entry = entries.get(i);
        if (!(entry instanceof Entry.Asking || entry instanceof Entry.Answered)) {
          until.add(entry);
        }
      }
    }
    return until;
  }

  /** The entries; an entry's number is its place in the list. */
  public List<Entry> entries() {
    synchronized (entries) {
      return List.copyOf(entries);
    }
  }

  List<Place> places() {
    return places;
  }

  int maxAttempts() {
    return maxAttempts;
  }
}
