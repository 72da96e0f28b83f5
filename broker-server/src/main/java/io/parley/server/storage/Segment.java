package io.parley.server.storage;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One file of the journal, and what of it is still needed.
 *
 * <p>The owner thread decides what goes into it and counts; the thread that syncs opens it and
 * writes.
 */
final class Segment {
  private static final String SUFFIX = ".journal";

  /**
   * What is in the heap goes through a buffer outside it that is as large as what is read or
   * written at once, and that the JDK keeps for each thread.
   */
  private static final int PIECE_BYTES = 1 << 20;

  private final long number;
  private final Path file;
  private final long firstRecord;
  private volatile @Nullable FileChannel channel;

  /** The thread that syncs. */
  private @Nullable FileChannel writes;

  /**
   * Where the file's blocks end; what is written before overwrites them. Written by the thread that
   * syncs, read by the owner.
   */
  private volatile long overwritable = Long.MAX_VALUE;

  /** Written by the owner thread, read by any. */
  private volatile int end;

  // owner thread
  private long lastRecord;
  private long chunks;
  private long chunkBytes;

  /** Record after which no chunk was left; what comes before it is needed to find that out. */
  private long emptySince;

  Segment(Path directory, long number, long firstRecord) {
    this.number = number;
    this.file = directory.resolve("%012d%s".formatted(number, SUFFIX));
    this.firstRecord = firstRecord;
    this.lastRecord = firstRecord - 1;
  }

  /** The number in a segment's file name, or -1 if it is no segment's. */
  static long numberOf(Path file) {
    String name = file.getFileName().toString();
    return name.matches("\\d{12}\\.journal")
        ? Long.parseLong(name.substring(0, name.length() - SUFFIX.length()))
        : -1;
  }

  long number() {
    return number;
  }

  Path file() {
    return file;
  }

  long firstRecord() {
    return firstRecord;
  }

  // ---------------------------------------------------------------- the owner's book

  long lastRecord() {
    return lastRecord;
  }

  /** Where the next record goes. */
  int end() {
    return end;
  }

  boolean isEmpty() {
    return lastRecord < firstRecord;
  }

  void extend(long record, int size) {
    lastRecord = record;
    end = end + size;
  }

  long chunks() {
    return chunks;
  }

  long chunkBytes() {
    return chunkBytes;
  }

  void chunks(long newChunks, long newChunkBytes) {
    chunks = newChunks;
    chunkBytes = newChunkBytes;
  }

  void add(int bytes) {
    chunks++;
    chunkBytes += bytes;
  }

  void remove(int bytes, long record) {
    chunks--;
    chunkBytes -= bytes;
    emptySince = record;
  }

  /**
   * Whether nothing in it is needed any more. The one with the last record on the disk stays: it
   * tells how far the tables must have come, and that no later segment has its number.
   *
   * @param checkpoint last record whose changes are in table files
   * @param durable last record on the disk
   */
  boolean isFree(long checkpoint, long durable) {
    return chunks == 0 && lastRecord <= checkpoint && lastRecord < durable && emptySince <= durable;
  }

  // ---------------------------------------------------------------- the file

  boolean isOpen() {
    return channel != null;
  }

  /**
   * Makes the file, or makes a spare one into it: its blocks are on the disk already, so syncing
   * what overwrites them needs no change of the file system's own data.
   */
  void create(@Nullable Path spare) throws IOException {
    if (spare != null) {
      SyncedFiles.move(spare, file);
      FileChannel open = FileChannel.open(file, READ, WRITE);
      overwritable = open.size();
      channel = open;
    } else {
      channel = FileChannel.open(file, CREATE, READ, WRITE);
      overwritable = 0;
      SyncedFiles.syncParent(file);
    }
  }

  /** Whether the file has to grow for what ends there. Not known before it is made. */
  boolean growsFor(long newEnd) {
    return newEnd > overwritable;
  }

  void open() throws IOException {
    channel = FileChannel.open(file, READ, WRITE);
  }

  /**
   * Writes whole blocks, one after the other, from buffers that are aligned like them or in the
   * heap.
   */
  void write(ByteBuffer[] blocks, int offset) throws IOException {
    FileChannel open = writes;
    if (open == null) {
      open = SyncedFiles.openPastCache(file);
      writes = open;
    }
    open.position(offset);
    if (Arrays.stream(blocks).allMatch(ByteBuffer::isDirect)) {
      while (blocks[blocks.length - 1].hasRemaining()) {
        open.write(blocks);
      }
    } else {
      for (ByteBuffer each : blocks) {
        while (each.hasRemaining()) {
          ByteBuffer piece = piece(each);
          open.write(piece);
          each.position(each.position() + piece.position());
        }
      }
    }
  }

  private static ByteBuffer piece(ByteBuffer of) {
    return of.slice(of.position(), Math.min(of.remaining(), PIECE_BYTES));
  }

  void force() throws IOException {
    channel().force(false);
  }

  /** Cuts the file off. */
  void truncate(int length) throws IOException {
    channel().truncate(length);
    channel().force(true);
  }

  long fileLength() throws IOException {
    return channel().size();
  }

  /** Fills a buffer from an offset on; the part that is there if the file ends before. */
  void read(ByteBuffer into, long offset) throws IOException {
    FileChannel open = channel();
    int start = into.position();
    while (into.hasRemaining()) {
      ByteBuffer piece = piece(into);
      if (open.read(piece, offset + into.position() - start) < 0) {
        return;
      }
      into.position(into.position() + piece.position());
    }
  }

  /**
   * Bytes that were written.
   *
   * @throws DamagedFileException if the file ends before
   */
  byte[] readFully(int offset, int length) throws IOException, DamagedFileException {
    byte[] bytes = new byte[length];
    ByteBuffer into = ByteBuffer.wrap(bytes);
    read(into, offset);
    if (into.hasRemaining()) {
      throw new DamagedFileException(
          file,
          "ends %d bytes early (expected: %d bytes at offset %d)"
              .formatted(into.remaining(), length, offset));
    }
    return bytes;
  }

  private FileChannel channel() throws IOException {
    FileChannel open = channel;
    if (open == null) {
      throw new IOException(file + ": not open");
    }
    return open;
  }

  void close() throws IOException {
    FileChannel opened = writes;
    if (opened != null) {
      opened.close();
    }
    FileChannel open = channel;
    if (open != null) {
      open.close();
    }
  }

  /** The file is no longer a segment: kept for a later one, or deleted. */
  void retire(@Nullable Path spare) throws IOException {
    close();
    if (spare == null) {
      Files.deleteIfExists(file);
    } else {
      SyncedFiles.move(file, spare);
    }
  }
}
