package io.parley.server.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The files that every commit group is written to, once: its chunks stay here for as long as
 * somebody needs them, its changes until they are in RocksDB's table files.
 *
 * <pre>
 *   owner thread                                     syncing thread (or the owner itself)
 *   begin, add chunks, place, append ──queue──────> sync: write, fdatasync ──> durable
 * </pre>
 *
 * <p>Invariants: records are written in the order of their numbers; a segment is begun only after
 * the one before it is on the disk as a whole; what is durable is never written to again.
 *
 * <p>One thread appends, one thread at a time syncs; chunks may be read by any.
 */
final class Journal implements AutoCloseable {
  /** Of all journals: what one needs behind a slow sync, another does the next time. */
  private static final RecordBuffer.Pool BUFFERS = new RecordBuffer.Pool();

  private final Path directory;
  private final int segmentBytes;
  private final NavigableMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
  private final SpareSegments spares;
  private final DurableMark mark;

  // owner thread
  /** The record that is being made; null between transactions, so that who is idle holds none. */
  private @Nullable RecordBuffer building;

  private @Nullable Segment active;
  private long nextSegment;
  private long nextRecord;

  // guarded by itself
  private final Deque<RecordBuffer> unwritten = new ArrayDeque<>();

  /** Held by the thread that syncs. */
  private final Object syncing = new Object();

  private volatile long appended;
  private volatile long durable;

  private Journal(Path directory, int segmentBytes) throws IOException {
    this.directory = directory;
    this.segmentBytes = segmentBytes;
    this.spares = new SpareSegments(directory, segmentBytes);
    this.mark = new DurableMark(directory);
  }

  /** Makes an empty journal's directory. */
  static void create(Path directory) throws IOException {
    SyncedFiles.createDirectories(directory);
  }

  /**
   * Opens a journal, and hands over the changes of all records after one.
   *
   * @param segmentBytes size after which the next segment is begun
   * @param applied number of the last record whose changes are in the tables already
   * @param tables the file that says which tables there are
   * @throws DamagedFileException if something that was on the disk is missing or changed
   */
  static Journal open(Path directory, int segmentBytes, long applied, Path tables, Replay replay)
      throws IOException, DamagedFileException {
    if (!Files.isDirectory(directory)) {
      throw new DamagedFileException(directory, "missing");
    }
    Journal journal = new Journal(directory, segmentBytes);
    TreeMap<Long, Path> files = new TreeMap<>();
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path file : entries.sorted().toList()) {
        if (Segment.numberOf(file) >= 0) {
          files.put(Segment.numberOf(file), file);
        } else {
          journal.spares.found(file);
        }
      }
    }
    try {
      JournalRecovery recovery =
          new JournalRecovery(
              directory, files.navigableKeySet(), applied, tables, journal.mark.read());
      recovery.run(replay);
      recovery.segments().forEach(segment -> journal.segments.put(segment.number(), segment));
      journal.nextRecord = recovery.lastRecord() + 1;
      journal.nextSegment = files.isEmpty() ? 1 : files.lastKey() + 1;
      journal.appended = recovery.lastRecord();
      journal.durable = recovery.lastRecord();
      journal.mark.write(journal.durable);
      return journal;
    } catch (IOException | DamagedFileException e) {
      journal.close();
      throw e;
    }
  }

  // ---------------------------------------------------------------- appending

  /** Starts a record; what was not appended of one before is forgotten. */
  void begin() {
    end();
    building = BUFFERS.take();
  }

  /** Forgets what was not appended of the record. */
  void end() {
    if (building != null) {
      BUFFERS.giveBack(building);
      building = null;
    }
  }

  private RecordBuffer building() {
    if (building == null) {
      throw new IllegalStateException("no record is begun");
    }
    return building;
  }

  /** Bytes of the chunks added to the record. */
  int chunkBytes() {
    return building().chunkBytes();
  }

  /**
   * Adds a chunk to the record.
   *
   * @return where in the record the chunk's bytes are
   */
  int add(byte[] key, byte[] value, int offset, int length) {
    return building().add(key, value, offset, length);
  }

  /** A copy of bytes added to the record. */
  byte[] copy(int at, int length) {
    return building().copy(at, length);
  }

  /** CRC32C of bytes added to the record. */
  int crc(int at, int length) {
    return building().crc(at, length);
  }

  /** The number the record gets. */
  long nextRecord() {
    return nextRecord;
  }

  /**
   * Decides where the record goes.
   *
   * @param changeBytesMax what its changes may take
   * @return the segment it goes to, at its {@link Segment#end}
   */
  Segment place(int changeBytesMax) {
    int size = building().size(changeBytesMax);
    Segment into = active;
    if (into == null || (into.end() > 0 && isFull(into, into.end() + (long) size))) {
      into = new Segment(directory, nextSegment++, nextRecord);
      active = into;
      segments.put(into.number(), into);
    }
    return into;
  }

  /** Whether a segment takes no record with that end: it would be too long, or better elsewhere. */
  private boolean isFull(Segment segment, long newEnd) {
    return newEnd > segmentBytes || (segment.growsFor(newEnd) && !spares.isEmpty());
  }

  /** Ends the record with its changes, in the segment it was placed in. */
  void append(Segment into, byte[] changes, int length) {
    RecordBuffer full = building();
    full.end(nextRecord, into, durable, changes, length);
    into.extend(nextRecord, full.size());
    if (into.growsFor(into.end())) {
      spares.grew(full.size());
    }
    synchronized (unwritten) {
      unwritten.add(full);
    }
    building = null;
    appended = nextRecord++;
  }

  /** Number of the last record appended. */
  long appended() {
    return appended;
  }

  /** Number of the last record that is on the disk. */
  long durable() {
    return durable;
  }

  /** Returns once all that was appended before is on the disk. */
  void sync() throws IOException {
    synchronized (syncing) {
      writeAndForce();
    }
  }

  private void writeAndForce() throws IOException {
    List<RecordBuffer> batch;
    synchronized (unwritten) {
      batch = new ArrayList<>(unwritten);
    }
    if (batch.isEmpty()) {
      return;
    }
    for (int from = 0; from < batch.size(); ) {
      Segment segment = batch.get(from).segment();
      int to = from;
      while (to < batch.size() && batch.get(to).segment() == segment) {
        to++;
      }
      if (!segment.isOpen()) {
        segment.create(spares.take());
      }
      ByteBuffer[] blocks = new ByteBuffer[to - from];
      for (int i = from; i < to; i++) {
        blocks[i - from] = batch.get(i).blocks();
      }
      segment.write(blocks, batch.get(from).offset());
      segment.force();
      from = to;
    }
    durable = batch.get(batch.size() - 1).number();
    mark.write(durable);
    synchronized (unwritten) {
      for (RecordBuffer written : batch) {
        unwritten.remove();
        BUFFERS.giveBack(written);
      }
    }
  }

  // ---------------------------------------------------------------- reading

  /**
   * A chunk's bytes.
   *
   * @throws DamagedFileException if they aren't what was written
   */
  byte[] read(ChunkLocation location) throws IOException, DamagedFileException {
    synchronized (unwritten) {
      for (RecordBuffer record : unwritten) {
        if (record.holds(location)) {
          return record.copy(location.offset() - record.offset(), location.length());
        }
      }
    }
    Segment segment = segments.get(location.segment());
    if (segment == null) {
      throw new DamagedFileException(
          directory, "segment %d, with chunks in it, is missing".formatted(location.segment()));
    }
    byte[] chunk = segment.readFully(location.offset(), location.length());
    CRC32C crc = new CRC32C();
    crc.update(chunk);
    if ((int) crc.getValue() != location.crc()) {
      throw new DamagedFileException(
          segment.file(), "chunk at offset %d fails its checksum".formatted(location.offset()));
    }
    return chunk;
  }

  /** The segments, oldest first. Owner thread. */
  Collection<Segment> segments() {
    return segments.values();
  }

  /** The segment with a number, or null. Owner thread. */
  @Nullable Segment segment(long number) {
    return segments.get(number);
  }

  /** Whether a segment may still get records. */
  boolean isActive(Segment segment) {
    return segment == active;
  }

  /** Bytes of all segments. Any thread. */
  long sizeBytes() {
    long size = 0;
    for (Segment segment : segments.values()) {
      size += segment.end();
    }
    return size;
  }

  // ---------------------------------------------------------------- freeing

  /**
   * Frees the segments that nobody needs.
   *
   * @param checkpoint number of the last record whose changes are in table files
   */
  void free(long checkpoint) throws IOException {
    for (Iterator<Segment> each = segments.values().iterator(); each.hasNext(); ) {
      Segment segment = each.next();
      if (segment != active && segment.isFree(checkpoint, durable)) {
        each.remove();
        spares.retire(segment);
      }
    }
  }

  /** Closes the files. What was not synced may or may not be there afterwards. */
  @Override
  public void close() throws IOException {
    end();
    spares.close();
    IOException failed = null;
    try {
      mark.close();
    } catch (IOException e) {
      failed = e;
    }
    for (Segment segment : segments.values()) {
      try {
        segment.close();
      } catch (IOException e) {
        failed = e;
      }
    }
    if (failed != null) {
      throw failed;
    }
  }

  /** Takes the changes of a record, in the order of their numbers. */
  @FunctionalInterface
  interface Replay {
    void apply(long record, byte[] changes) throws IOException, DamagedFileException;
  }
}
