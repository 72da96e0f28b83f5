package io.parley.protocol.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Arrays to use again, so that messages' bytes cost no garbage on their way through the broker.
 * Safe for use by any thread.
 *
 * <p>Sizes are powers of two, from {@value #SMALLEST_BYTES} B to {@value #LARGEST_BYTES} B; what is
 * larger is made anew each time. Arrays in use are their holders' to bound; those that wait take
 * {@code keptBytesMax} at most, and all of them go when that is reached: the load they were for is
 * over.
 */
public final class BytePool {
  /** The smallest array. */
  static final int SMALLEST_BYTES = 256;

  /** The largest array that is used again. */
  static final int LARGEST_BYTES = 2 * 1024 * 1024;

  private static final int SMALLEST_BITS = Integer.numberOfTrailingZeros(SMALLEST_BYTES);

  private final long keptBytesMax;

  /** By size, the smallest first. Guarded by this. */
  private final List<Deque<PooledBytes>> free = new ArrayList<>();

  /** Guarded by this. */
  private long keptBytes;

  /**
   * A pool with nothing in it.
   *
   * @param keptBytesMax most bytes that wait to be used again
   */
  public BytePool(long keptBytesMax) {
    this.keptBytesMax = keptBytesMax;
    for (int bytes = SMALLEST_BYTES; bytes <= LARGEST_BYTES; bytes *= 2) {
      free.add(new ArrayDeque<>());
    }
  }

  /** An array of so many bytes or more, whatever is in them, with one holder: the caller. */
  public PooledBytes take(int bytes) {
    if (bytes > LARGEST_BYTES) {
      return PooledBytes.of(new byte[bytes]);
    }
    int size = size(bytes);
    PooledBytes used = poll(size);
    return used == null ? new PooledBytes(new byte[SMALLEST_BYTES << size], this) : used.taken();
  }

  private synchronized @Nullable PooledBytes poll(int size) {
    PooledBytes used = free.get(size).pollLast();
    if (used != null) {
      keptBytes -= used.array().length;
    }
    return used;
  }

  synchronized void giveBack(PooledBytes over) {
    int bytes = over.array().length;
    if (keptBytes + bytes > keptBytesMax) {
      free.forEach(Deque::clear);
      keptBytes = 0;
    }
    if (bytes <= keptBytesMax) {
      free.get(size(bytes)).addLast(over);
      keptBytes += bytes;
    }
  }

  /** Bytes that wait to be used again. */
  synchronized long keptBytes() {
    return keptBytes;
  }

  private static int size(int bytes) {
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(bytes, SMALLEST_BYTES) - 1);
    return bits - SMALLEST_BITS;
  }
}
