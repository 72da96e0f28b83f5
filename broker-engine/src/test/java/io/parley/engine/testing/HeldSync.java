package io.parley.engine.testing;

import io.parley.engine.sequencer.SyncBeside;
import io.parley.engine.store.Store;
import io.parley.engine.store.StoreException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A sync beside the owner that ends when somebody says so, on the same thread. */
public final class HeldSync implements SyncBeside {
  private final BooleanSupplier ends;
  private @Nullable Store syncing;
  private @Nullable StoreException failure;

  /**
   * A sync to be held.
   *
   * @param ends asked each time the owner looks whether it has ended
   */
  public HeldSync(BooleanSupplier ends) {
    this.ends = ends;
  }

  /** Whether a sync was begun and hasn't ended. */
  public boolean isHeld() {
    return syncing != null;
  }

  @Override
  public void start(Store store) {
    if (syncing != null || failure != null) {
      throw new AssertionError("a sync is begun while another is under way");
    }
    syncing = store;
  }

  @Override
  public boolean isDone() {
    if (syncing != null && ends.getAsBoolean()) {
      end(syncing);
    }
    return syncing == null;
  }

  @Override
  public void await() {
    if (syncing != null) {
      end(syncing);
    }
    StoreException failed = failure;
    failure = null;
    if (failed != null) {
      throw failed;
    }
  }

  private void end(Store store) {
    syncing = null;
    try {
      store.sync();
    } catch (StoreException e) {
      failure = e;
    }
  }
}
