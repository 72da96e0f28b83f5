package io.parley.load;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Numbers from 0 on that come nearly in order, each remembered as a bit. Safe for use by several
 * threads, without locks but where it grows.
 *
 * <p>A page whose bits are all set never changes again, so {@link #fold} lets all such pages be
 * one: memory follows the disorder and not the count.
 */
final class SequenceSet {
  /** Numbers of a page. */
  static final int PAGE = 65_536;

  /** Most pages: four times as many numbers as a producer sends in a day at a million a second. */
  private static final int PAGES_MAX = 1 << 22;

  private static final int WORDS = PAGE / Long.SIZE;
  private static final long[] NONE = new long[WORDS];
  private static final long[] FULL = new long[WORDS];
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle PAGES = MethodHandles.arrayElementVarHandle(long[][].class);

  static {
    Arrays.fill(FULL, -1);
  }

  private volatile long[][] pages = new long[16][];

  /**
   * Adds a number.
   *
   * @return whether it is new
   * @throws IllegalArgumentException if it is above 2^38
   */
  boolean add(long number) {
    long[] page = page(number / PAGE);
    int word = (int) (number % PAGE) / Long.SIZE;
    long bit = 1L << number;
    return ((long) WORD.getAndBitwiseOr(page, word, bit) & bit) == 0;
  }

  boolean contains(long number) {
    long[] page = pageOrNone(number / PAGE);
    return (page[(int) (number % PAGE) / Long.SIZE] & 1L << number) != 0;
  }

  /** How many different numbers came. */
  long size() {
    long size = 0;
    for (int i = 0; i < pages.length; i++) {
      for (long word : pageOrNone(i)) {
        size += Long.bitCount(word);
      }
    }
    return size;
  }

  /** Calls with each of this set's numbers that isn't in the other, in order. */
  void forEachMissingIn(SequenceSet other, LongConsumer action) {
    for (int i = 0; i < pages.length; i++) {
      long[] mine = pageOrNone(i);
      long[] theirs = other.pageOrNone(i);
      if (mine != theirs) {
        for (int w = 0; w < WORDS; w++) {
          for (long left = mine[w] & ~theirs[w]; left != 0; left &= left - 1) {
            action.accept((long) i * PAGE + w * Long.SIZE + Long.numberOfTrailingZeros(left));
          }
        }
      }
    }
  }

  /** Gives back the memory of full pages; called now and then. */
  synchronized void fold() {
    for (int i = 0; i < pages.length; i++) {
      if (pages[i] != null && pages[i] != FULL && isFull(pages[i])) {
        PAGES.setRelease(pages, i, FULL);
      }
    }
  }

  private static boolean isFull(long[] page) {
    for (int i = 0; i < WORDS; i++) {
      if ((long) WORD.getOpaque(page, i) != -1) {
        return false;
      }
    }
    return true;
  }

  private long[] page(long index) {
    long[][] known = pages;
    long[] page = index < known.length ? (long[]) PAGES.getAcquire(known, (int) index) : null;
    return page == null ? newPage(index) : page;
  }

  private synchronized long[] newPage(long index) {
    if (index >= PAGES_MAX) {
      throw new IllegalArgumentException(
          "number: " + index * PAGE + " (expected: below " + (long) PAGES_MAX * PAGE + ")");
    }
    int at = (int) index;
    if (at >= pages.length) {
      pages = Arrays.copyOf(pages, Math.max(at + 1, pages.length * 2));
    }
    long[] page = pages[at];
    if (page == null) {
      page = new long[WORDS];
      PAGES.setRelease(pages, at, page);
    }
    return page;
  }

  private long[] pageOrNone(long index) {
    long[][] known = pages;
    long[] page = index < known.length ? (long[]) PAGES.getAcquire(known, (int) index) : null;
    return page == null ? NONE : page;
  }
}
