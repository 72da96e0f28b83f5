package io.parley.engine.sequencer;

import io.parley.engine.store.Store;

/**
 * Syncs the store beside the owner thread, which applies the next group meanwhile. One sync at a
 * time; all methods are the owner's.
 */
public interface SyncBeside {
  /** Begins a sync. */
  void start(Store store);

  /** Whether the sync that was begun has ended, well or not. Any thread. */
  boolean isDone();

  /**
   * Waits for the end of the sync that was begun.
   *
   * @throws io.parley.engine.store.StoreException if it failed
   */
  void await();
}
