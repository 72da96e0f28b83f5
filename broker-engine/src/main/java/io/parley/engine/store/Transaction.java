package io.parley.engine.store;

import org.jspecify.annotations.Nullable;

/**
 * One group's changes on their way to {@link Store#commit}. Owned by one thread; used once.
 *
 * <p>{@link #get} sees the transaction's own writes; {@link Store#scan} does not.
 */
public interface Transaction {

  /**
   * The value this transaction wrote for a key, else the committed one; null if none or deleted.
   */
  byte @Nullable [] get(Table table, byte[] key);

  /** Sets a value. The arrays must not be changed afterwards. */
  void put(Table table, byte[] key, byte[] value);

  /**
   * Sets the value of a key that has none. A store may rely on that: what is inserted and soon
   * deleted again costs it less than what is put. The arrays must not be changed afterwards.
   */
  void insert(Table table, byte[] key, byte[] value);

  /** Likewise to part of an array, which is copied before this returns. */
  void insert(Table table, byte[] key, byte[] value, int offset, int length);

  /** Removes a key; nothing happens if it isn't there. */
  void delete(Table table, byte[] key);

  /** Whether nothing was put or deleted. */
  boolean isEmpty();

  /** Bytes of keys and values collected so far, roughly. */
  long sizeBytes();
}
