package io.parley.server.storage;

import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file in the format RocksDB writes its manifests in, and makes sure that nothing is
 * missing before its end.
 *
 * <pre>
 * file     := block*                      of 32 KiB; the last may be shorter
 * block    := fragment* zeros             fewer zeros than a header has bytes
 * fragment := crc:4 length:2 type:1 data  all little-endian
 * record   := FULL | FIRST MIDDLE* LAST
 * </pre>
 *
 * <p>What a file ends with says nothing by itself: a torn last record and a preallocated end look
 * like damage. RocksDB's recovery therefore stops there, or, depending on which byte is wrong,
 * steps over it, and doesn't notice what is behind it. This one looks behind it: a sound record
 * there means a hole, and no hole is ever passed over. Only the very last record can't be told from
 * one torn while it was written.
 */
final class RecordFile {
  private static final int BLOCK_BYTES = 32 << 10;
  private static final int HEADER_BYTES = 7;
  private static final int CRC_MASK = 0xa282ead8;
  private static final long UNKNOWN_END = -1;

  private final Path file;
  private final byte[] block = new byte[BLOCK_BYTES];
  private final ByteBuffer fields = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
  private final CRC32C crc = new CRC32C();
  private boolean insideRecord;
  private long recordOffset;

  private RecordFile(Path file) {
    this.file = file;
  }

  /**
   * Reads a file to its end.
   *
   * @throws DamagedFileException if there are sound records behind a place that is none
   */
  static void read(Path file) throws IOException, DamagedFileException {
    new RecordFile(file).read();
  }

  private void read() throws IOException, DamagedFileException {
    try (FileChannel channel = FileChannel.open(file, READ)) {
      long length = channel.size();
      long end = UNKNOWN_END;
      for (long start = 0; start < length; start += BLOCK_BYTES) {
        int size = readBlock(channel, start, (int) Math.min(BLOCK_BYTES, length - start));
        if (end == UNKNOWN_END) {
          int at = acceptFragments(start, size);
          boolean zerosFollow = size == BLOCK_BYTES && isPadding(at);
          if (!zerosFollow && (at < size || start + size == length)) {
            end = insideRecord ? recordOffset : start + at;
            requireNoRecordInside(start, at + 1, size, end);
          }
        } else {
          requireNoRecordFrom(start, size, end);
        }
      }
    }
  }

  private int readBlock(FileChannel channel, long start, int size) throws IOException {
    ByteBuffer into = ByteBuffer.wrap(block, 0, size);
    while (into.hasRemaining()) {
      if (channel.read(into, start + into.position()) < 0) {
        throw new IOException("became shorter while it was read");
      }
    }
    return size;
  }

  /** Takes in a block's fragments up to the first place that is none, and returns that place. */
  private int acceptFragments(long start, int size) throws DamagedFileException {
    int at = 0;
    Fragment fragment = fragmentAt(at, size);
    while (fragment != null) {
      accept(fragment, start + at);
      at = fragment.end();
      fragment = fragmentAt(at, size);
    }
    return at;
  }

  private void accept(Fragment fragment, long offset) throws DamagedFileException {
    if (!fragment.isOfRecord()) {
      return;
    }
    if (fragment.startsRecord() == insideRecord) {
      throw hole(insideRecord ? recordOffset : offset, offset);
    }
    if (fragment.startsRecord()) {
      insideRecord = true;
      recordOffset = offset;
    }
    if (fragment.endsRecord()) {
      insideRecord = false;
    }
  }

  /** Searches the rest of a block byte by byte: where its next fragment begins is not known. */
  private void requireNoRecordInside(long start, int from, int size, long end)
      throws DamagedFileException {
    for (int at = from; at <= size - HEADER_BYTES; at++) {
      if (Fragment.startsRecord(block[at + 6])) {
        Fragment fragment = fragmentAt(at, size);
        if (fragment != null) {
          throw hole(end, start + at);
        }
      }
    }
  }

  /** Follows a block's fragments from its beginning. Those of the record torn last may be there. */
  private void requireNoRecordFrom(long start, int size, long end) throws DamagedFileException {
    int at = 0;
    Fragment fragment = fragmentAt(at, size);
    while (fragment != null) {
      if (fragment.startsRecord()) {
        throw hole(end, start + at);
      }
      at = fragment.end();
      fragment = fragmentAt(at, size);
    }
  }

  private DamagedFileException hole(long from, long to) {
    return new DamagedFileException(
        file,
        "damaged from offset %d on, with sound records from offset %d on".formatted(from, to));
  }

  /** Whether the writer leaves the rest of a whole block empty, because no header fits. */
  private boolean isPadding(int at) {
    for (int i = at; i < BLOCK_BYTES; i++) {
      if (block[i] != 0) {
        return false;
      }
    }
    return BLOCK_BYTES - at < HEADER_BYTES;
  }

  /** The sound fragment at a place, or null if there is none. */
  private @Nullable Fragment fragmentAt(int at, int size) {
    if (size - at < HEADER_BYTES) {
      return null;
    }
    int type = Byte.toUnsignedInt(block[at + 6]);
    int dataLength = Short.toUnsignedInt(fields.getShort(at + 4));
    if (type == 0
        || dataLength > size - at - HEADER_BYTES
        || fields.getInt(at) != maskedCrc(at + 6, 1 + dataLength)) {
      return null;
    }
    return new Fragment(type, at + HEADER_BYTES, dataLength);
  }

  /** RocksDB masks checksums, so that a checksum of data with checksums in it stays a good one. */
  private int maskedCrc(int offset, int length) {
    crc.reset();
    crc.update(block, offset, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK;
  }

  /** A record or a part of one. Its types: 1 to 4 as drawn above. */
  private record Fragment(int type, int data, int dataLength) {
    int end() {
      return data + dataLength;
    }

    boolean isOfRecord() {
      return type <= 4;
    }

    boolean startsRecord() {
      return startsRecord(type);
    }

    boolean endsRecord() {
      return type == 1 || type == 4;
    }

    static boolean startsRecord(int type) {
      return type == 1 || type == 2;
    }
  }
}
