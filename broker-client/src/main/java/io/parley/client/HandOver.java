package io.parley.client;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Hands items from many threads to one, which takes all that wait at once, in the order they were
 * put. No lock, and no object per item: items are linked through themselves.
 *
 * @param <T> the items; each can be in one hand-over, once
 */
final class HandOver<T extends HandOver.Item<T>> {
  private final AtomicReference<@Nullable T> newest = new AtomicReference<>();

  /** What can be handed over. */
  interface Item<T> {
    /** The item linked to this one. */
    @Nullable T linked();

    /** Links an item to this one. */
    void link(@Nullable T item);
  }

  /** Puts an item, from any thread. */
  void put(T item) {
    T before;
    do {
      before = newest.get();
      item.link(before);
    } while (!newest.compareAndSet(before, item));
  }

  /**
   * Takes all.
   *
   * @return the oldest, linked to the next and so on; or null
   */
  @Nullable T takeAll() {
    T item = newest.getAndSet(null);
    T oldest = null;
    while (item != null) {
      T older = item.linked();
      item.link(oldest);
      oldest = item;
      item = older;
    }
    return oldest;
  }
}
