package io.parley.engine.store;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A store whose process or disk fails on request. What was synced survives; what was written since
 * is, after {@link #reopen}, wholly there or not at all, as the seed decides.
 *
 * <p>One thread.
 */
public final class CrashingStore implements Store {
  private final InMemoryStore disk;
  private final SplittableRandom random;

  private Mode mode = Mode.WORKING;
  private int commitsBeforeCrash = -1;
  private boolean diskFull;
  private boolean rewound;
  private final List<Transaction> unsynced = new ArrayList<>();

  /** What reads see: the disk, and what was written since. */
  private InMemoryStore written;

  /**
   * @param disk what survives; it must itself work
   * @param seed decides whether a transaction in flight survives
   */
  public CrashingStore(InMemoryStore disk, long seed) {
    this.disk = disk;
    this.written = disk.copy();
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
    return written.get(table, key);
  }

  @Override
  public void scan(Table table, byte[] from, byte @Nullable [] toExclusive, EntryVisitor visitor) {
    requireRunning();
    written.scan(table, from, toExclusive, visitor);
  }

  @Override
  public long chunkBytes() {
    requireRunning();
    return written.chunkBytes();
  }

  @Override
  public Transaction begin() {
    requireWorking();
    return written.begin();
  }

  @Override
  public void write(Transaction transaction) {
    requireWorking();
    written.write(transaction);
    unsynced.add(transaction);
  }

  @Override
  public void sync() {
    requireWorking();
    if (unsynced.isEmpty()) {
      return;
    }
    if (diskFull) {
      mode = Mode.COMMIT_FAILED;
      throw new StoreException("sync: no space left on device");
    }
    if (commitsBeforeCrash == 0) {
      commitsBeforeCrash = -1;
      mode = Mode.CRASHED;
      throw new StoreException("sync: crashed");
    }
    if (commitsBeforeCrash > 0) {
      commitsBeforeCrash--;
    }
    unsynced.forEach(disk::apply);
    unsynced.clear();
  }

  @Override
  public void reopen() {
    if (diskFull) {
      throw new StoreException("reopen: no space left on device");
    }
    // The first ones may have reached the disk without those after them, never the other way round.
    for (Transaction transaction : unsynced) {
      if (random.nextBoolean()) {
        break;
      }
      disk.apply(transaction);
    }
    unsynced.clear();
    written.close();
    written = disk.copy();
    rewound = false;
    mode = Mode.WORKING;
  }

  @Override
  public void rewind() {
    requireRunning();
    written = disk.copy();
    rewound = true;
  }

  @Override
  public boolean isRewound() {
    return rewound;
  }

  @Override
  public void close() {
    written.close();
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
