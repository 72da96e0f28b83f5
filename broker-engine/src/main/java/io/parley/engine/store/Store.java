package io.parley.engine.store;

import org.jspecify.annotations.Nullable;

/**
 * What the engine needs of a disk: ordered tables, and one atomic, synced write per group.
 *
 * <p>Used by the engine's owner thread; {@link #get} and {@link #scan} may also be called from
 * other threads and then see what was written.
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

  /**
   * Bytes of all chunks there are, as far as written: what messages take up, each once. The owner
   * alone.
   */
  long chunkBytes();

  /** Starts collecting a group's changes. At most one transaction is open at a time. */
  Transaction begin();

  /**
   * Makes a transaction's changes, all or none: seen by whoever reads from now on, and durable with
   * the next {@link #sync}.
   *
   * @throws StoreException if it can't; then nothing may be relied on that was written since the
   *     last sync, and what of it is there is known only after {@link #reopen}
   */
  void write(Transaction transaction);

  /**
   * Returns when all that was written before is on the disk. By one thread at a time, which may be
   * another than the owner's: that one goes on reading and writing meanwhile.
   *
   * @throws StoreException as {@link #write}
   */
  void sync();

  /** Writes and syncs. */
  default void commit(Transaction transaction) {
    write(transaction);
    sync();
  }

  /**
   * Starts afresh from what the disk holds, after a failed commit.
   *
   * @throws StoreException while the disk still refuses
   */
  void reopen();

  /**
   * Has reads see what was durable when a write or sync failed, and not what was written since:
   * nobody knows whether that is there. The owner calls it after such a failure; it lasts until
   * {@link #reopen}.
   *
   * @throws StoreException if that can't be read either
   */
  default void rewind() {}

  /** Whether reads see what was durable before a failure, and nothing can be written. */
  default boolean isRewound() {
    return false;
  }

  /**
   * Does a bounded part of what keeps the store small, such as freeing the space of what was
   * deleted. The owner calls it several times a second, with no transaction open.
   *
   * @throws StoreException as {@link #write}
   */
  default void maintain() {}

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
