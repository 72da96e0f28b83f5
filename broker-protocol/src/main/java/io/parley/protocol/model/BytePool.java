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
 * <p>There are four sizes from one power of two to the next, from {@value #SMALLEST_BYTES} B to
 * {@value #LARGEST_BYTES} B; what is larger is made anew each time. Arrays in use are their
 * holders' to bound; those that wait take {@code keptBytesMax} at most, and where there is no room,
 * those of other sizes give way: the load they were for may be over.
 */
public final class BytePool {
  /** The smallest array. */
  static final int SMALLEST_BYTES = 256;

  /** The largest array that is used again. */
  static final int LARGEST_BYTES = 4 * 1024 * 1024;

  private static final int SMALLEST_BITS = Integer.numberOfTrailingZeros(SMALLEST_BYTES);

  /** Sizes from one power of two to the next; an array up to so many sizes too large will do. */
  private static final int STEPS = 4;

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
    for (int size = 0; size <= size(LARGEST_BYTES); size++) {
      free.add(new ArrayDeque<>(0));
    }
  }

  /** An array of so many bytes or more, whatever is in them, with one holder: the caller. */
  public PooledBytes take(int bytes) {
    if (bytes > LARGEST_BYTES) {
      return PooledBytes.of(new byte[bytes]);
    }
    int size = size(bytes);
    PooledBytes used = poll(size);
    return used == null ? new PooledBytes(new byte[bytesOf(size)], this) : used.taken();
  }

  private synchronized @Nullable PooledBytes poll(int size) {
    for (int s = size; s < Math.min(size + 1 + STEPS, free.size()); s++) {
      PooledBytes used = free.get(s).pollLast();
      if (used != null) {
        keptBytes -= used.array().length;
        return used;
      }
    }
    return null;
  }

  synchronized void giveBack(PooledBytes over) {
    int bytes = over.array().length;
    int size = size(bytes);
    if (bytes <= keptBytesMax) {
      makeRoom(bytes, size);
    }
    if (keptBytes + bytes <= keptBytesMax) {
      free.get(size).addLast(over);
      keptBytes += bytes;
    }
  }

  /** Drops arrays of other sizes, as far as needed; those of this one are as good as another. */
  private void makeRoom(int bytes, int size) {
    for (int s = free.size() - 1; s >= 0; s--) {
      while (s != size && keptBytes + bytes > keptBytesMax && !free.get(s).isEmpty()) {
        keptBytes -= free.get(s).removeFirst().array().length;
      }
    }
  }

  /** Bytes that wait to be used again. */
  synchronized long keptBytes() {
    return keptBytes;
  }

  /** The number of the smallest size that holds so many bytes, from 0. */
  private static int size(int bytes) {
    if (bytes <= SMALLEST_BYTES) {
      return 0;
    }
    int bits = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(bytes - 1);
    int step = (bytes - 1) >>> (bits - 2) & (STEPS - 1);
    return (bits - SMALLEST_BITS) * STEPS + step + 1;
  }

  private static int bytesOf(int size) {
    return (STEPS + size % STEPS) << (SMALLEST_BITS - 2 + size / STEPS);
  }
}
