package io.parley.systemtests.history;

import java.util.ArrayList;
import java.util.List;

/** All that clients noted, in the order in which it happened. Any thread. */
public final class History {
  private final int maxAttempts;
  private final List<Place> places;
  private final List<Entry> entries = new ArrayList<>();

  /**
   * An empty one.
   *
   * @param places all queues and inboxes that there are
   * @param maxAttempts failures after which a message is a dead letter
   */
  public History(List<Place> places, int maxAttempts) {
    this.places = List.copyOf(places);
    this.maxAttempts = maxAttempts;
  }

  /** Notes something; it comes after all that was noted before. */
  public void add(Entry entry) {
    synchronized (entries) {
      entries.add(entry);
    }
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
