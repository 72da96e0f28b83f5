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
 * Reads a file in the format RocksDB writes its logs and manifests in, to find where it ends and
 * that nothing is missing before.
 *
 * <pre>
 * file     := block*                      of 32 KiB; the last may be shorter
 * block    := fragment* zeros             fewer zeros than a header has bytes
 * fragment := crc:4 length:2 type:1 [log number:4] data      all little-endian
 * record   := FULL | FIRST MIDDLE* LAST
 * data of a log's record := sequence:8 count:4 changes
 * </pre>
 *
 * <p>What a file ends with says nothing by itself: a torn last record, a preallocated end and what
 * a reused file held before all look like damage. RocksDB's recovery therefore stops there, or,
 * depending on its mode and on which byte is wrong, steps over it, and in neither case notices all
 * that was confirmed behind it. This one looks behind it: a sound record there means a hole, and no
 * hole is ever passed over. Only the very last record can't be told from one torn while it was
 * written.
 */
final class RecordFile {
  private static final int BLOCK_BYTES = 32 << 10;
  private static final int HEADER_BYTES = 7;
  private static final int HEADER_BYTES_WITH_LOG_NUMBER = 11;
  private static final int RECORD_HEADER_BYTES = 12;
  private static final int CRC_MASK = 0xa282ead8;

  /** Bytes the smallest change takes in a record: a delete without a key. */
  private static final int SMALLEST_CHANGE_BYTES = 2;

  private final Path file;
  private final long logNumber;
  private final boolean sequenced;
  private final byte[] block = new byte[BLOCK_BYTES];
  private final ByteBuffer fields = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
  private final CRC32C crc = new CRC32C();

  private final ByteBuffer recordHeader =
      ByteBuffer.allocate(RECORD_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private boolean insideRecord;
  private long recordOffset;
  private long firstSequence = Content.NO_SEQUENCE;
  private long nextSequence = Content.NO_SEQUENCE;

  private RecordFile(Path file, long logNumber, boolean sequenced) {
    this.file = file;
    this.logNumber = logNumber;
    this.sequenced = sequenced;
  }

  /** Reads a write-ahead log, whose records number their changes without a gap. */
  static Content readLog(Path file, long logNumber) throws IOException, DamagedFileException {
    return new RecordFile(file, logNumber, true).read();
  }

  /** Reads a manifest. */
  static Content readManifest(Path file) throws IOException, DamagedFileException {
    return new RecordFile(file, 0, false).read();
  }

  private Content read() throws IOException, DamagedFileException {
    try (FileChannel channel = FileChannel.open(file, READ)) {
      long length = channel.size();
      long end = Content.UNKNOWN_END;
      for (long start = 0; start < length; start += BLOCK_BYTES) {
        int size = readBlock(channel, start, (int) Math.min(BLOCK_BYTES, length - start));
        if (end == Content.UNKNOWN_END) {
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
      if (end == Content.UNKNOWN_END) {
        end = insideRecord ? recordOffset : length;
      }
      return new Content(end, length, firstSequence, nextSequence);
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
      recordHeader.clear();
    }
    recordHeader.put(block, fragment.data, Math.min(recordHeader.remaining(), fragment.dataLength));
    if (fragment.endsRecord()) {
      insideRecord = false;
      if (sequenced) {
        acceptSequence();
      }
    }
  }

  private void acceptSequence() throws DamagedFileException {
    if (recordHeader.hasRemaining()) {
      throw new DamagedFileException(
          file,
          "record at offset %d has %d bytes (expected: at least %d)"
              .formatted(recordOffset, recordHeader.position(), RECORD_HEADER_BYTES));
    }
    long sequence = recordHeader.getLong(0);
    if (nextSequence == Content.NO_SEQUENCE) {
      firstSequence = sequence;
    } else if (sequence != nextSequence) {
      throw new DamagedFileException(
          file,
          "record at offset %d has sequence %d (expected: %d)"
              .formatted(recordOffset, sequence, nextSequence));
    }
    nextSequence = sequence + Integer.toUnsignedLong(recordHeader.getInt(Long.BYTES));
  }

  /** Searches the rest of a block byte by byte: where its next fragment begins is not known. */
  private void requireNoRecordInside(long start, int from, int size, long end)
      throws DamagedFileException {
    for (int at = from; at <= size - HEADER_BYTES; at++) {
      if (Fragment.startsRecord(block[at + 6])) {
        Fragment fragment = fragmentAt(at, size);
        if (fragment != null) {
          requireNoHole(fragment, start + at, end);
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
        requireNoHole(fragment, start + at, end);
      }
      at = fragment.end();
      fragment = fragmentAt(at, size);
    }
  }

  private void requireNoHole(Fragment fragment, long offset, long end) throws DamagedFileException {
    if (sequenced
        && nextSequence != Content.NO_SEQUENCE
        && fragment.dataLength >= RECORD_HEADER_BYTES) {
      // Bytes of a message may look like a record; they hardly continue the sequence.
      long skipped = fields.getLong(fragment.data) - nextSequence;
      if (skipped < 0 || skipped > (offset - end) / SMALLEST_CHANGE_BYTES) {
        return;
      }
    }
    throw hole(end, offset);
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
    return BLOCK_BYTES - at < HEADER_BYTES_WITH_LOG_NUMBER;
  }

  /** The sound fragment at a place, or null if there is none. */
  private @Nullable Fragment fragmentAt(int at, int size) {
    if (size - at < HEADER_BYTES) {
      return null;
    }
    int type = Byte.toUnsignedInt(block[at + 6]);
    boolean numbered = Fragment.hasLogNumber(type);
    int headerBytes = numbered ? HEADER_BYTES_WITH_LOG_NUMBER : HEADER_BYTES;
    int dataLength = Short.toUnsignedInt(fields.getShort(at + 4));
    if (type == 0
        || dataLength > size - at - headerBytes
        || (numbered && fields.getInt(at + HEADER_BYTES) != (int) logNumber)
        || fields.getInt(at) != maskedCrc(at + 6, headerBytes - 6 + dataLength)) {
      return null;
    }
    return new Fragment(type, at + headerBytes, dataLength);
  }

  /** RocksDB masks checksums, so that a checksum of data with checksums in it stays a good one. */
  private int maskedCrc(int offset, int length) {
    crc.reset();
    crc.update(block, offset, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK;
  }

  /**
   * What a file holds.
   *
   * @param end where its sound records end
   * @param length where the file ends
   * @param firstSequence of its first change, or {@link #NO_SEQUENCE}
   * @param nextSequence of the first change after it, or {@link #NO_SEQUENCE}
   */
  record Content(long end, long length, long firstSequence, long nextSequence) {
    static final long NO_SEQUENCE = -1;
    private static final long UNKNOWN_END = -1;

    boolean hasRecords() {
      return nextSequence != NO_SEQUENCE;
    }
  }

  /** A record or a part of one. Its types: 1 to 4 as drawn above, 5 to 8 with a log number. */
  private record Fragment(int type, int data, int dataLength) {
    int end() {
      return data + dataLength;
    }

    boolean isOfRecord() {
      return type <= 8;
    }

    boolean startsRecord() {
      return startsRecord(type);
    }

    boolean endsRecord() {
      return type == 1 || type == 4 || type == 5 || type == 8;
    }

    static boolean startsRecord(int type) {
      return type == 1 || type == 2 || type == 5 || type == 6;
    }

    /** All from 10 on say so in their lowest bit. */
    static boolean hasLogNumber(int type) {
      return type >= 10 ? (type & 1) == 1 : type >= 5 && type <= 8;
    }
  }
}
