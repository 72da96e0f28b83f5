package io.parley.server.storage;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way to the journal, outside the heap so that the system takes it as it is; a
 * large one in the heap, as there is little room outside it, and what is let go there stays until
 * the collector comes. Filled by the owner thread, then written by the one that syncs.
 */
final class RecordBuffer {
  /** Little; those that are used grow once and are used again. */
  private static final int INITIAL_BYTES = 64 << 10;

  /** Larger ones are rare, and not worth their room: made for one record, in the heap. */
  private static final int KEPT_BYTES = 4 << 20;

  private ByteBuffer bytes = allocate(INITIAL_BYTES);
  private int end = JournalRecord.HEADER_BYTES;
  private int size;
  private long number;
  private @Nullable Segment segment;
  private int offset;

  private static ByteBuffer allocate(int capacity) {
    return ByteBuffer.allocateDirect(JournalRecord.padded(capacity) + JournalRecord.BLOCK_BYTES)
        .alignedSlice(JournalRecord.BLOCK_BYTES);
  }

  void clear() {
    if (bytes.capacity() > KEPT_BYTES) {
      bytes = allocate(INITIAL_BYTES);
    }
    end = JournalRecord.HEADER_BYTES;
    segment = null;
  }

  int chunkBytes() {
    return end - JournalRecord.HEADER_BYTES;
  }

  /** Bytes in the file with so many of changes, padding included. */
  int size(int changeBytes) {
    return JournalRecord.padded((long) end + changeBytes);
  }

  /** Adds a chunk; returns where its value begins. */
  int add(byte[] key, byte[] value, int from, int length) {
    reserve(JournalRecord.CHUNK_HEADER_BYTES + (long) key.length + length);
    bytes.putInt(end, key.length).putInt(end + Integer.BYTES, length);
    end += JournalRecord.CHUNK_HEADER_BYTES;
    bytes.put(end, key);
    end += key.length;
    bytes.put(end, value, from, length);
    int at = end;
    end += length;
    return at;
  }

  byte[] copy(int at, int length) {
    byte[] copy = new byte[length];
    bytes.get(at, copy);
    return copy;
  }

  /** CRC32C of bytes added before. */
  int crc(int at, int length) {
    return JournalRecord.crc(bytes, at, at + length);
  }

  /** Completes the record. */
  void end(long record, Segment into, long durable, byte[] changes, int changeBytes) {
    int chunkBytes = chunkBytes();
    size = size(changeBytes);
    reserve(size - (long) end);
    bytes.put(end, changes, 0, changeBytes);
    end += changeBytes;
    int crc = JournalRecord.crc(bytes, JournalRecord.HEADER_BYTES, end);
    while (end < size) {
      bytes.put(end++, (byte) 0);
    }
    number = record;
    segment = into;
    offset = into.end();
    new JournalRecord(record, into.number(), durable, chunkBytes, changeBytes, crc)
        .writeHeader(bytes);
  }

  int size() {
    return size;
  }

  long number() {
    return number;
  }

  /** Where in its segment the record begins. */
  int offset() {
    return offset;
  }

  Segment segment() {
    Segment into = segment;
    if (into == null) {
      throw new IllegalStateException("the record is not complete");
    }
    return into;
  }

  boolean holds(ChunkLocation location) {
    return segment().number() == location.segment()
        && location.offset() >= offset
        && location.offset() < offset + size;
  }

  /** The whole record, padding included. */
  ByteBuffer blocks() {
    return bytes.duplicate().limit(size).position(0);
  }

  private void reserve(long more) {
    long needed = end + more;
    if (needed > Integer.MAX_VALUE - 2L * JournalRecord.BLOCK_BYTES) {
      throw new IllegalArgumentException(
          "transaction: %d bytes (expected: less than 2 GiB)".formatted(needed));
    }
    if (needed > KEPT_BYTES - JournalRecord.BLOCK_BYTES && needed > bytes.capacity()) {
      // A chunk comes at once, and room for its changes with it: nothing large is copied again.
      long grown = bytes.isDirect() ? 0 : bytes.capacity() * 3L / 2;
      long large = Math.min(Math.max(needed + INITIAL_BYTES, grown), Integer.MAX_VALUE - 8192L);
      bytes = ByteBuffer.allocate((int) large).put(0, bytes, 0, end);
    } else if (needed > bytes.capacity()) {
      int doubled =
          (int)
              Math.min(
                  Math.max(needed, 2L * bytes.capacity()), KEPT_BYTES - JournalRecord.BLOCK_BYTES);
      bytes = allocate(doubled).put(0, bytes, 0, end);
    }
  }

  /**
   * Buffers to use again, of all namespaces: one is filled while others are written. Any thread.
   */
  static final class Pool {
    /**
     * More than a slow sync has wait behind it, so that it leaves none to the collector: what is
     * outside the heap stays until it looks at the old ones, which is seldom.
     */
    private static final long FREE_BYTES_MAX = 24 << 20;

    /** The largest last. */
    private final List<RecordBuffer> free = new ArrayList<>();

    private long freeBytes;

    /** The largest there is: the smaller ones would have to grow, and leave what they were. */
    synchronized RecordBuffer take() {
      if (free.isEmpty()) {
        return new RecordBuffer();
      }
      RecordBuffer largest = free.remove(free.size() - 1);
      freeBytes -= largest.bytes.capacity();
      return largest;
    }

    synchronized void giveBack(RecordBuffer buffer) {
      buffer.clear();
      int at = free.size();
      while (at > 0 && free.get(at - 1).bytes.capacity() > buffer.bytes.capacity()) {
        at--;
      }
      free.add(at, buffer);
      freeBytes += buffer.bytes.capacity();
      while (freeBytes > FREE_BYTES_MAX) {
        freeBytes -= free.remove(0).bytes.capacity();
      }
    }
  }
}
