package io.parley.server.storage;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A key as RocksDB has it, table and all. Sorts by unsigned bytes, as RocksDB sorts. */
final class RowKey implements Comparable<RowKey> {
  private final byte[] bytes;

  /** The first eight, zeros behind the end: most keys differ there, and nothing is looked up. */
  private final long head;

  /**
   * A key.
   *
   * @param bytes must not be changed afterwards
   */
  RowKey(byte[] bytes) {
    this.bytes = bytes;
    long first = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      first = first << Byte.SIZE | (i < bytes.length ? bytes[i] & 0xFF : 0);
    }
    this.head = first;
  }

  /** The key. The array is shared. */
  byte[] bytes() {
    return bytes;
  }

  @Override
  public int compareTo(RowKey other) {
    return head == other.head
        ? Arrays.compareUnsigned(bytes, other.bytes)
        : Long.compareUnsigned(head, other.head);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RowKey that && head == that.head && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
