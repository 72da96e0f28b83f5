package io.parley.server.storage;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Where in the journal a chunk lies; the value of its key in the table of chunks.
 *
 * @param segment number of the segment
 * @param offset of the chunk's first byte in it
 * @param crc CRC32C of its bytes
 */
record ChunkLocation(long segment, int offset, int length, int crc) {
  private static final byte VERSION = 1;
  private static final int BYTES = 21;

  byte[] encode() {
    return ByteBuffer.allocate(BYTES)
        .put(VERSION)
        .putLong(segment)
        .putInt(offset)
        .putInt(length)
        .putInt(crc)
        .array();
  }

  /**
   * Reads {@link #encode}'s value.
   *
   * @param store named if the value is none
   */
  static ChunkLocation decode(Path store, byte[] value) throws DamagedFileException {
    if (value.length != BYTES || value[0] != VERSION) {
      throw new DamagedFileException(
          store,
          "location of a chunk has %d bytes, version %d (expected: %d bytes, version %d)"
              .formatted(value.length, value.length == 0 ? -1 : value[0], BYTES, VERSION));
    }
    ByteBuffer bytes = ByteBuffer.wrap(value, 1, BYTES - 1);
    return new ChunkLocation(bytes.getLong(), bytes.getInt(), bytes.getInt(), bytes.getInt());
  }
}
