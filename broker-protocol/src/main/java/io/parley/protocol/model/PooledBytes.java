package io.parley.protocol.model;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An array with several holders, that goes back to its {@link BytePool} when the last of them lets
 * go of it. Whoever forgets to costs the pool an array and nobody else anything: it is collected
 * like any other. Whoever lets go must not look at it again, for others will write to it.
 *
 * <p>Safe for use by any thread; a holder's writes are seen by those it hands the array to.
 */
public final class PooledBytes {
  private static final byte OVER = 0x5A;

  private final byte[] array;
  private final @Nullable BytePool pool;
  private final AtomicInteger holders = new AtomicInteger(1);

  PooledBytes(byte[] array, @Nullable BytePool pool) {
    this.array = array;
    this.pool = pool;
  }

  /** An array that belongs to no pool. */
  public static PooledBytes of(byte[] array) {
    return new PooledBytes(array, null);
  }

  /** The array; mostly longer than what it was taken for. */
  public byte[] array() {
    return array;
  }

  /** Whether others may use it when nobody holds it any more. */
  public boolean isPooled() {
    return pool != null;
  }

  /** One more holds it; called by one that does. */
  public void retain() {
    holders.incrementAndGet();
  }

  /** One less holds it; the last gives it back. */
  public void release() {
    int left = holders.decrementAndGet();
    if (left < 0) {
      throw new IllegalStateException("an array was let go of more often than it was held");
    }
    if (left == 0 && pool != null) {
      assert overwritten();
      pool.giveBack(this);
    }
  }

  /** It has one holder again. */
  PooledBytes taken() {
    holders.set(1);
    return this;
  }

  /** Where assertions are enabled, as in tests, whoever looks too late sees it at once. */
  private boolean overwritten() {
    Arrays.fill(array, OVER);
    return true;
  }
}
