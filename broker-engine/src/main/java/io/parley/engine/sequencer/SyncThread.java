package io.parley.engine.sequencer;

import io.parley.engine.store.Store;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A thread that syncs when told to, and wakes the owner when it has. */
final class SyncThread implements SyncBeside, AutoCloseable {
  /** The owner waits here only when it can't go on: the store failed, or is closed. */
  private static final long AWAIT_NANOS = 100_000;

  private final Thread thread;
  private final Runnable wakeOwner;

  /** What is to be synced; null once it is. Written by the owner, then by this thread. */
  private volatile @Nullable Store syncing;

  private volatile boolean closing;
  private volatile @Nullable Throwable failure;

  SyncThread(String name, Runnable wakeOwner) {
    this.wakeOwner = wakeOwner;
    this.thread = new Thread(this::run, name);
  }

  /** Starts the thread. */
  void begin() {
    thread.start();
  }

  private void run() {
    while (!closing) {
      if (!syncIfTold()) {
        LockSupport.park(this);
      }
    }
  }

  /** Syncs and wakes the owner; false if there is nothing to sync. */
  boolean syncIfTold() {
    Store store = syncing;
    if (store == null) {
      return false;
    }
    try {
      store.sync();
    } catch (RuntimeException | Error e) {
      failure = e; // the owner's to deal with
    }
    syncing = null;
    wakeOwner.run();
    return true;
  }

  @Override
  public void start(Store store) {
    syncing = store;
    LockSupport.unpark(thread);
  }

  @Override
  public boolean isDone() {
    return syncing == null;
  }

  @Override
  public void await() {
    while (syncing != null) {
      LockSupport.parkNanos(this, AWAIT_NANOS);
    }
    Throwable failed = failure;
    failure = null;
    if (failed instanceof RuntimeException e) {
      throw e;
    }
    if (failed instanceof Error e) {
      throw e;
    }
  }

  /** Ends the thread; no sync may be under way. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
  }
}
