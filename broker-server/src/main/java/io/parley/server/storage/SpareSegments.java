package io.parley.server.storage;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that later segments overwrite: to sync what overwrites blocks takes half the time it takes
 * where a file grows. Most are segments nobody needs any more; while there are none and small
 * groups grow a file, one is made beside, full of zeros.
 *
 * <p>A broker that fills its disk with large groups doesn't get one: they would be written twice.
 *
 * <p>Any thread.
 */
final class SpareSegments implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SpareSegments.class);

  static final String SUFFIX = ".spare";
  private static final String MAKING_SUFFIX = ".making";

  /** What a busy broker has free between two checkpoints. */
  private static final int KEPT = 4;

  /** A larger group takes as long for its bytes as for the growth. */
  private static final int SMALL_BYTES = 64 << 10;

  /** So many small groups in growing files, one after the other, are worth a file made ahead. */
  private static final int GROWTHS = 1_000;

  private static final int PIECE_BYTES = 1 << 20;

  /** Between two pieces, so that the syncs beside it hardly notice. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Path directory;
  private final int segmentBytes;

  // guarded by this
  private final Deque<Path> spares = new ArrayDeque<>();
  private @Nullable Thread making;
  private int growths;
  private int made;

  private volatile boolean closing;

  SpareSegments(Path directory, int segmentBytes) {
    this.directory = directory;
    this.segmentBytes = segmentBytes;
  }

  /** Takes a file found in the directory, if it is a spare one or was to become one. */
  void found(Path file) throws IOException {
    if (file.toString().endsWith(SUFFIX)) {
      synchronized (this) {
        spares.add(file);
      }
    } else if (file.toString().endsWith(MAKING_SUFFIX)) {
      Files.delete(file);
    }
  }

  synchronized boolean isEmpty() {
    return spares.isEmpty();
  }

  /** A file to overwrite, or null. */
  synchronized @Nullable Path take() {
    return spares.poll();
  }

  /** Keeps a segment's file, or deletes it where there are enough. */
  void retire(Segment segment) throws IOException {
    // A file much smaller has too few blocks to be worth it.
    boolean kept;
    synchronized (this) {
      kept = spares.size() < KEPT && segment.end() >= segmentBytes / 2;
    }
    Path spare = kept ? directory.resolve("%012d%s".formatted(segment.number(), SUFFIX)) : null;
    segment.retire(spare);
    if (spare != null) {
      synchronized (this) {
        spares.add(spare);
      }
    }
  }

  /** A group made a file grow. */
  synchronized void grew(int bytes) {
    growths = bytes <= SMALL_BYTES ? growths + 1 : 0;
    if (growths >= GROWTHS && making == null && spares.isEmpty() && !closing) {
      growths = 0;
      making = new Thread(this::make, "parley-journal-spare");
      making.setDaemon(true);
      making.start();
    }
  }

  private void make() {
    Path file = directory.resolve("made-%d%s".formatted(++made, MAKING_SUFFIX));
    try {
      if (fill(file)) {
        Path spare = directory.resolve("made-%d%s".formatted(made, SUFFIX));
        SyncedFiles.move(file, spare);
        synchronized (this) {
          spares.add(spare);
        }
      }
    } catch (IOException e) {
      log.info("no spare file for the journal: {}", SyncedFiles.reason(e));
    } finally {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        log.debug("left over: {}", file, e);
      }
      synchronized (this) {
        making = null;
      }
    }
  }

  /** Whether it could be filled before the journal is closed. */
  private boolean fill(Path file) throws IOException {
    ByteBuffer zeros =
        ByteBuffer.allocateDirect(PIECE_BYTES + JournalRecord.BLOCK_BYTES)
            .alignedSlice(JournalRecord.BLOCK_BYTES)
            .limit(PIECE_BYTES);
    Files.newByteChannel(file, CREATE, TRUNCATE_EXISTING, WRITE).close();
    try (FileChannel channel = SyncedFiles.openPastCache(file)) {
      for (long at = 0; at < segmentBytes; ) {
        if (closing) {
          return false;
        }
        zeros.position(0).limit((int) Math.min(PIECE_BYTES, segmentBytes - at));
        at += channel.write(zeros, at);
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      channel.force(true);
      return true;
    }
  }

  /** Waits for the file being made, which is given up. */
  @Override
  public void close() {
    closing = true;
    Thread last;
    synchronized (this) {
      last = making;
    }
    if (last != null) {
      LockSupport.unpark(last);
      try {
        last.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
