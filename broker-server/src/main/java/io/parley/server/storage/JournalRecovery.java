package io.parley.server.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads a journal from the last record that is in the tables to its end, before anything is
 * appended.
 *
 * <p>Where the records end, a write may have been cut short; what a reused file held before is
 * there as well. Neither tells that nothing is missing. So it looks behind the end: every record
 * says up to which one the journal was on the disk when it was made, and where a sound record
 * speaks of one that isn't there, that was confirmed and is lost: the journal is refused. So it is
 * if it ends before the {@link DurableMark}. Only where that didn't get to the disk either, damage
 * to the records of the last sync can't be told from records that were cut short.
 */
final class JournalRecovery {
  private static final int SLAB_BYTES = 1 << 20;

  private final Path directory;
  private final long applied;
  private final Path tables;
  private final List<Segment> segments = new ArrayList<>();

  /** Records of which nobody knows whether they are on the disk or only in the system's memory. */
  private final List<Uncertain> uncertain = new ArrayList<>();

  private ByteBuffer record = ByteBuffer.allocate(0);
  private long certain;
  private long next;

  /**
   * A recovery.
   *
   * @param numbers of all segments there are
   * @param applied number of the last record whose changes are in the tables
   * @param tables the file that says which tables there are
   * @param marked number of a record that is known to have been on the disk, 0 for none
   */
  JournalRecovery(
      Path directory, NavigableSet<Long> numbers, long applied, Path tables, long marked)
      throws IOException, DamagedFileException {
    this.directory = directory;
    this.applied = applied;
    this.tables = tables;
    this.certain = Math.max(applied, marked);
    for (long number : numbers) {
      open(number, number == numbers.last());
    }
  }

  /** The segments that hold records, oldest first; open. */
  List<Segment> segments() {
    return segments;
  }

  /** Number of the last record there is. */
  long lastRecord() {
    return next - 1;
  }

  private void open(long number, boolean newest) throws IOException, DamagedFileException {
    Segment probe = new Segment(directory, number, 0);
    probe.open();
    JournalRecord first = header(probe, 0);
    long firstRecord = first != null && first.segment() == number ? first.number() : 0;
    if (firstRecord == 0 && !newest) {
      probe.close();
      throw new DamagedFileException(
          probe.file(), "damaged from offset 0 on, with later segments there");
    }
    probe.close();
    Segment segment = new Segment(directory, number, firstRecord);
    segment.open();
    segments.add(segment);
  }

  void run(Journal.Replay replay) throws IOException, DamagedFileException {
    try {
      next = applied + 1;
      int at = start();
      if (at >= 0) {
        next = segments.get(at).firstRecord();
        at = walk(at, replay);
        requireNothingLost(at);
        settleEnd(at);
      } else if (segments.isEmpty() && certain > 0) {
        throw new DamagedFileException(
            directory, "no segment is there (expected: the one with record %d)".formatted(certain));
      }
    } catch (IOException | DamagedFileException e) {
      for (Segment segment : segments) {
        segment.close();
      }
      throw e;
    }
  }

  /** Index of the segment to read first, or -1 if there is no record; closes the book on others. */
  private int start() throws DamagedFileException, IOException {
    int start = -1;
    for (int i = 0; i < segments.size(); i++) {
      long first = segments.get(i).firstRecord();
      if (first > 0 && first <= applied + 1) {
        start = i;
      }
    }
    if (start < 0 && !segments.isEmpty()) {
      Segment oldest = segments.get(0);
      if (oldest.firstRecord() > 0) {
        throw new DamagedFileException(
            oldest.file(),
            ("begins with record %d (expected: at most %d, the first that isn't in the tables; files"
                    + " before it are gone, or %s lost its end)")
                .formatted(oldest.firstRecord(), applied + 1, tables));
      }
      requireNothingLost(0);
      settleEnd(0);
    }
    for (int i = 0; i < start; i++) {
      Segment before = segments.get(i);
      // Which of them is its last one doesn't matter: they are all in the tables.
      before.extend(before.firstRecord(), (int) before.fileLength());
    }
    return start;
  }

  /** Reads on while records are sound; returns the index of the segment they end in. */
  private int walk(int start, Journal.Replay replay) throws IOException, DamagedFileException {
    int at = start;
    while (true) {
      Segment segment = segments.get(at);
      JournalRecord found = sound(segment, segment.end());
      if (found != null) {
        if (next > applied) {
          replay.apply(next, changes(found));
        }
        certain = Math.max(certain, found.durable());
        uncertain.removeIf(record -> record.number() <= certain);
        if (next > certain) {
          uncertain.add(new Uncertain(segment, segment.end(), found.size(), next));
        }
        segment.extend(next, found.size());
        next++;
      } else if (at + 1 < segments.size() && segments.get(at + 1).firstRecord() == next) {
        at++;
      } else {
        return at;
      }
    }
  }

  /** The record that has to be at a place, read into {@link #record}; null if it isn't. */
  private @Nullable JournalRecord sound(Segment segment, int offset) throws IOException {
    JournalRecord header = header(segment, offset);
    if (header == null
        || header.segment() != segment.number()
        || header.number() != next
        || offset + (long) header.size() > segment.fileLength()) {
      return null;
    }
    if (next <= applied) {
      return header; // its chunks are checked when somebody wants them
    }
    if (record.capacity() < header.size()) {
      long size = Math.max(header.size(), Math.min(SLAB_BYTES, segment.fileLength()));
      record = ByteBuffer.allocateDirect((int) size);
    }
    record.clear().limit(header.size());
    segment.read(record, offset);
    int end = JournalRecord.HEADER_BYTES + header.chunkBytes() + header.changeBytes();
    return JournalRecord.crc(record, JournalRecord.HEADER_BYTES, end) == header.contentCrc()
        ? header
        : null;
  }

  private byte[] changes(JournalRecord header) {
    byte[] changes = new byte[header.changeBytes()];
    record.get(JournalRecord.HEADER_BYTES + header.chunkBytes(), changes);
    return changes;
  }

  private static @Nullable JournalRecord header(Segment segment, long offset) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(JournalRecord.HEADER_BYTES);
    segment.read(header, offset);
    return JournalRecord.readHeader(header.flip());
  }

  /** Refuses the journal if anything knows of a record behind its end that was on the disk. */
  private void requireNothingLost(int at) throws IOException, DamagedFileException {
    Segment ended = segments.get(at);
    int behind = ended.isEmpty() ? 0 : ended.end() + JournalRecord.BLOCK_BYTES;
    requireNoRecordFrom(ended, behind, next, ended, ended.end());
    for (Segment later : segments.subList(at + 1, segments.size())) {
      requireNoRecordFrom(later, 0, next, ended, ended.end());
    }
    if (lastRecord() < certain) {
      String orBehind =
          at + 1 < segments.size() ? ", or " + segments.get(at + 1).file().getFileName() : "";
      throw new DamagedFileException(
          ended.file(),
          "damaged from offset %d on%s: ends with record %d (expected: %d, which was on the disk)"
              .formatted(ended.end(), orBehind, lastRecord(), certain));
    }
  }

  private static void requireNoRecordFrom(
      Segment segment, long from, long missing, Segment ended, long endedAt)
      throws IOException, DamagedFileException {
    long length = segment.fileLength();
    if (from >= length) {
      return;
    }
    ByteBuffer slab = ByteBuffer.allocateDirect((int) Math.min(SLAB_BYTES, length - from));
    for (long start = from; start < length; start += SLAB_BYTES) {
      slab.clear();
      segment.read(slab, start);
      slab.flip();
      for (int at = 0; at < slab.limit(); at += JournalRecord.BLOCK_BYTES) {
        JournalRecord found = JournalRecord.readHeader(slab.duplicate().position(at).slice());
        if (found != null
            && found.segment() == segment.number()
            && found.number() > missing
            && found.durable() >= missing) {
          throw new DamagedFileException(
              ended.file(),
              "damaged from offset %d on, with a sound record at offset %d of %s"
                  .formatted(endedAt, start + at, segment.file().getFileName()));
        }
      }
    }
  }

  /**
   * Writes again what nobody knows to be on the disk: a failed sync may have left it in the
   * system's memory alone, from where it was just read. Cuts off what is behind the last record, so
   * that nothing of it is ever taken for a record's continuation.
   */
  private void settleEnd(int at) throws IOException {
    for (Uncertain last : uncertain) {
      ByteBuffer again =
          ByteBuffer.allocateDirect(last.size + JournalRecord.BLOCK_BYTES)
              .alignedSlice(JournalRecord.BLOCK_BYTES)
              .limit(last.size);
      last.segment.read(again, last.offset);
      last.segment.write(new ByteBuffer[] {again.flip()}, last.offset);
      last.segment.force();
    }
    Segment ended = segments.get(at);
    int keep = ended.isEmpty() ? at : at + 1;
    while (segments.size() > keep) {
      segments.remove(segments.size() - 1).retire(null);
    }
    if (keep > at && ended.fileLength() > ended.end()) {
      ended.truncate(ended.end());
    }
  }

  private record Uncertain(Segment segment, int offset, int size, long number) {}
}
