package io.parley.engine.store;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A store whose process or disk fails on request. What was committed survives; a transaction whose
 * commit failed is, after {@link #reopen}, wholly there or not at all, as the seed decides.
 *
 * <p>One thread.
 */
public final class CrashingStore implements Store {
  private final Store disk;
  private final SplittableRandom random;

  private Mode mode = Mode.WORKING;
  private int commitsBeforeCrash = -1;
  private boolean diskFull;
  private @Nullable Transaction inFlight;

  /**
   * @param disk what survives; it must itself work
   * @param seed decides whether a transaction in flight survives
   */
  public CrashingStore(Store disk, long seed) {
    this.disk = disk;
    this.random = new SplittableRandom(seed);
  }

  /** The process ends now: everything fails until {@link #reopen}. */
  public void crash() {
    mode = Mode.CRASHED;
  }

  /**
   * The process ends inside a commit, after some more have worked.
   *
   * @param commits how many still work, from 0
   */
  public void crashAfterCommits(int commits) {
    commitsBeforeCrash = commits;
  }

  /** From now on commits fail, and so does {@link #reopen}, until {@link #freeSpace}. */
  public void fillDisk() {
    diskFull = true;
  }

  /** Ends {@link #fillDisk}; a store whose commit failed still needs {@link #reopen}. */
  public void freeSpace() {
    diskFull = false;
  }

  /** Whether nothing works until {@link #reopen}. */
  public boolean isCrashed() {
    return mode == Mode.CRASHED;
  }

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    requireRunning();
    return disk.get(table, key);
  }

  @Override
  public void scan(Table table, byte[] from, byte @Nullable [] toExclusive, EntryVisitor visitor) {
    requireRunning();
    disk.scan(table, from, toExclusive, visitor);
  }

  @Override
  public Transaction begin() {
    requireWorking();
    return disk.begin();
  }

  @Override
  public void commit(Transaction transaction) {
    requireWorking();
    if (diskFull) {
      mode = Mode.COMMIT_FAILED;
      inFlight = transaction;
      throw new StoreException("commit: no space left on device");
    }
    if (commitsBeforeCrash == 0) {
      commitsBeforeCrash = -1;
      mode = Mode.CRASHED;
      inFlight = transaction;
      throw new StoreException("commit: crashed");
    }
    if (commitsBeforeCrash > 0) {
      commitsBeforeCrash--;
    }
    disk.commit(transaction);
  }

  @Override
  public void reopen() {
    if (diskFull) {
      throw new StoreException("reopen: no space left on device");
    }
    Transaction undecided = inFlight;
    inFlight = null;
    if (undecided != null && random.nextBoolean()) {
      disk.commit(undecided);
    }
    disk.reopen();
    mode = Mode.WORKING;
  }

  @Override
  public void reclaimChunksBefore(long position) {
    requireRunning();
    disk.reclaimChunksBefore(position);
  }

  @Override
  public void close() {
    disk.close();
  }

  private void requireRunning() {
    if (mode == Mode.CRASHED) {
      throw new StoreException("crashed (expected: reopen first)");
    }
  }

  private void requireWorking() {
    requireRunning();
    if (mode == Mode.COMMIT_FAILED) {
      throw new StoreException("an earlier commit failed (expected: reopen first)");
    }
  }

  private enum Mode {
    WORKING,
    COMMIT_FAILED,
    CRASHED
  }
}
