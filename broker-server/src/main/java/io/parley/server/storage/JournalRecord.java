package io.parley.server.storage;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What one commit group wrote to the journal: its chunks, and its changes to the tables in the very
 * bytes RocksDB takes them in.
 *
 * <pre>
 *   0   u32  magic         'PJR1'
 *   4   u32  crc32c        of the header from offset 8 on
 *   8   i64  record        number of the record, from 1; one more than that of the record before
 *   16  i64  segment       number of the segment; what a reused file held before has another
 *   24  i64  durable       number of the last record known to be on the disk when this one was made
 *   32  i32  chunk bytes   length of all chunks, with their keys
 *   36  i32  change bytes  length of the changes
 *   40  u32  crc32c        of chunks and changes
 *   44       zeros
 *   64       chunks, each  i32 key length, i32 value length, key, value
 *            changes       a RocksDB write batch
 *            zeros         up to the next multiple of {@value #BLOCK_BYTES}
 * </pre>
 *
 * <p>Whole blocks: no write ever touches a block with confirmed bytes in it, so a write torn by a
 * loss of power can't take an earlier one along.
 *
 * @param durable if a sound record says that this one was on the disk, then damage here is a loss;
 *     if none does, it is a write that never ended
 */
record JournalRecord(
    long number, long segment, long durable, int chunkBytes, int changeBytes, int contentCrc) {
  static final int BLOCK_BYTES = 4096;
  static final int HEADER_BYTES = 64;
  static final int CHUNK_HEADER_BYTES = 8;

  /** With the header and the padding it is still a size that a buffer can have. */
  private static final int CONTENT_MAX_BYTES = Integer.MAX_VALUE - HEADER_BYTES - BLOCK_BYTES;

  private static final int MAGIC = 0x504A5231;
  private static final int CRC_OFFSET = 4;
  private static final int CHECKED_OFFSET = 8;

  /** Bytes in the file, padding included. */
  int size() {
    return padded(HEADER_BYTES + (long) chunkBytes + changeBytes);
  }

  /** A length rounded up to whole blocks. */
  static int padded(long length) {
    return Math.toIntExact((length + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES);
  }

  /** Writes the header to the start of a buffer. */
  void writeHeader(ByteBuffer into) {
    into.putInt(0, MAGIC)
        .putLong(8, number)
        .putLong(16, segment)
        .putLong(24, durable)
        .putInt(32, chunkBytes)
        .putInt(36, changeBytes)
        .putInt(40, contentCrc)
        .putInt(44, 0)
        .putLong(48, 0)
        .putLong(56, 0)
        .putInt(CRC_OFFSET, crc(into, CHECKED_OFFSET, HEADER_BYTES));
  }

  /** The header at the start of a buffer, or null if there is no sound one. */
  static @Nullable JournalRecord readHeader(ByteBuffer from) {
    if (from.limit() < HEADER_BYTES
        || from.getInt(0) != MAGIC
        || from.getInt(CRC_OFFSET) != crc(from, CHECKED_OFFSET, HEADER_BYTES)) {
      return null;
    }
    JournalRecord read =
        new JournalRecord(
            from.getLong(8),
            from.getLong(16),
            from.getLong(24),
            from.getInt(32),
            from.getInt(36),
            from.getInt(40));
    return read.chunkBytes < 0
            || read.changeBytes < 0
            || (long) read.chunkBytes + read.changeBytes > CONTENT_MAX_BYTES
        ? null
        : read;
  }

  /** CRC32C of part of a buffer; leaves its position and limit alone. */
  static int crc(ByteBuffer buffer, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.duplicate().limit(to).position(from));
    return (int) crc.getValue();
  }
}
