package io.parley.server.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the chunks that keep a mostly empty segment, so that they can be written again elsewhere
 * and the segment be freed. A dead letter may stay for weeks; the 64 MiB around it need not.
 *
 * <p>Owner thread. Bounded work at a time.
 */
final class JournalCompaction {
  /** Below this many segments there is too little to gain. */
  private static final int SEGMENTS_MIN = 4;

  /** A segment is cleared when less than one part in so many is needed. */
  private static final int SPARSE = 4;

  private final Journal journal;
  private @Nullable Segment clearing;
  private int offset;

  JournalCompaction(Journal journal) {
    this.journal = journal;
  }

  /**
   * Visits chunks of a sparse segment, if there is one, going on where the last call ended.
   *
   * @param checkpoint last record whose changes are in table files
   * @param bytesMax bytes of the segment after which to stop
   */
  void next(long checkpoint, int bytesMax, ChunkVisitor visitor)
      throws IOException, DamagedFileException {
    Segment segment = clearing;
    if (segment == null || segment.chunks() == 0) {
      segment = sparsest(checkpoint);
      clearing = segment;
      offset = 0;
    }
    if (segment == null) {
      return;
    }
    for (int end = offset + bytesMax; offset < end; ) {
      JournalRecord record = offset < segment.end() ? header(segment) : null;
      if (record == null) {
        clearing = null;
        return;
      }
      if (record.chunkBytes() > 0) {
        visit(segment, record, visitor);
      }
      offset += record.size();
    }
  }

  private @Nullable Segment sparsest(long checkpoint) {
    Segment sparsest = null;
    int count = 0;
    for (Segment segment : journal.segments()) {
      count++;
      boolean sparse =
          !journal.isActive(segment)
              && segment.chunks() > 0
              && segment.lastRecord() <= checkpoint
              && segment.chunkBytes() < segment.end() / SPARSE;
      if (sparse && (sparsest == null || segment.chunkBytes() < sparsest.chunkBytes())) {
        sparsest = segment;
      }
    }
    return count < SEGMENTS_MIN ? null : sparsest;
  }

  private @Nullable JournalRecord header(Segment segment) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(JournalRecord.HEADER_BYTES);
    segment.read(header, offset);
    JournalRecord record = JournalRecord.readHeader(header.flip());
    return record != null && record.segment() == segment.number() ? record : null;
  }

  private void visit(Segment segment, JournalRecord record, ChunkVisitor visitor)
      throws IOException, DamagedFileException {
    byte[] chunks = segment.readFully(offset + JournalRecord.HEADER_BYTES, record.chunkBytes());
    ByteBuffer lengths = ByteBuffer.wrap(chunks);
    for (int at = 0; at < chunks.length; ) {
      int keyLength = lengths.getInt(at);
      int length = lengths.getInt(at + Integer.BYTES);
      int keyAt = at + JournalRecord.CHUNK_HEADER_BYTES;
      int valueAt = keyAt + keyLength;
      if (keyLength < 0 || length < 0 || valueAt + (long) length > chunks.length) {
        throw new DamagedFileException(
            segment.file(), "damaged chunk in the record at offset %d".formatted(offset));
      }
      visitor.visit(
          Arrays.copyOfRange(chunks, keyAt, valueAt),
          segment.number(),
          offset + JournalRecord.HEADER_BYTES + valueAt,
          chunks,
          valueAt);
      at = valueAt + length;
    }
  }

  /** Receives the chunks that a segment once got; some may be gone, or elsewhere by now. */
  @FunctionalInterface
  interface ChunkVisitor {
    /** One chunk at an offset of a segment; its bytes lie in an array from a place on. */
    void visit(byte[] key, long segment, int offset, byte[] bytes, int at)
        throws IOException, DamagedFileException;
  }
}
