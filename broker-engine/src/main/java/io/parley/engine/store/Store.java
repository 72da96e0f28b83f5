package io.parley.engine.store;

import org.jspecify.annotations.Nullable;

/**
 * What the engine needs of a disk: ordered tables, and one atomic, synced write per group.
 *
 * <p>Used by the engine's owner thread; {@link #get} and {@link #scan} may also be called from
 * other threads and then see what was committed.
 */
public interface Store extends AutoCloseable {

  /** The value last committed for a key, or null. The caller owns the array. */
  byte @Nullable [] get(Table table, byte[] key);

  /**
   * Visits committed entries in key order, from a key on, up to but not including another.
   *
   * @param toExclusive null for the table's end
   * @param visitor called on this thread; returns false to stop
   */
  void scan(Table table, byte[] from, byte @Nullable [] toExclusive, EntryVisitor visitor);

  /** Starts collecting a group's changes. At most one transaction is open at a time. */
  Transaction begin();

  /**
   * Makes a transaction's changes durable, all or none, and returns when they are on the disk.
   *
   * @throws StoreException if they are not; then nothing of them may be relied on, and whether they
   *     are there is known only after {@link #reopen}
   */
  void commit(Transaction transaction);

  /**
   * Starts afresh from what the disk holds, after a failed commit.
   *
   * @throws StoreException while the disk still refuses
   */
  void reopen();

  /**
   * Frees the space of chunks before a position, which nothing refers to any more. A hint: doing
   * nothing is correct.
   */
  default void reclaimChunksBefore(long position) {}

  @Override
  void close();

  /** Receives the entries of a scan. */
  @FunctionalInterface
  interface EntryVisitor {
    /**
     * One entry; the arrays are the visitor's.
     *
     * @return whether to go on
     */
    boolean visit(byte[] key, byte[] value);
  }
}
