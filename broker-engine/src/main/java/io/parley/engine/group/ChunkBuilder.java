package io.parley.engine.group;

import java.util.Arrays;

/** A chunk being put together. Used again for each group, as arrays are. */
public final class ChunkBuilder {
  private byte[] bytes;
  private int size;
  private long references;

  /** A builder whose array grows if need be. */
  public ChunkBuilder(int capacity) {
    bytes = new byte[capacity];
  }

  void clear() {
    size = Chunks.HEADER_BYTES;
    references = 0;
  }

  /** Adds records; returns where they start. */
  int add(byte[] records, int offset, int length) {
    if (size + length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(size + length, bytes.length * 2));
    }
    System.arraycopy(records, offset, bytes, size, length);
    int at = size;
    size += length;
    return at;
  }

  void retain() {
    references++;
  }

  /** How many refer to it; if none does it isn't stored. */
  long references() {
    return references;
  }

  byte[] bytes() {
    return bytes;
  }

  int size() {
    return size;
  }
}
