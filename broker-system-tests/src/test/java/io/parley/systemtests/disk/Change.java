package io.parley.systemtests.disk;

import java.nio.ByteBuffer;

/**
 * Something that a process told a disk, as {@code disklog.c} noted it.
 *
 * @param position where its note ends in the log: whoever saw the log as long as that came later
 * @param kind what was done
 * @param file descriptor of the file it was done to, -1 if it is told by its path
 * @param flags of opening or allocating
 * @param offset in the file; of a sync its number
 * @param length of what was written, truncated to, allocated
 * @param bytes what was written, or paths, each ended by a zero
 */
public record Change(
    long position, Kind kind, int file, int flags, long offset, long length, ByteBuffer bytes) {
  /** What is done to a disk; the order is that of the numbers in the log, from 1. */
  public enum Kind {
    STARTED,
    OPENED,
    CLOSED,
    WRITTEN,
    TRUNCATED,
    ALLOCATED,
    SYNCING,
    SYNCED,
    RENAMED,
    UNLINKED,
    DIRECTORY_MADE,
    DIRECTORY_REMOVED,
    UNKNOWN
  }

  /** The first or second path. */
  String path(int which) {
    ByteBuffer rest = bytes.duplicate();
    for (int skipped = 0; skipped < which; skipped++) {
      while (rest.get() != 0) {}
    }
    StringBuilder path = new StringBuilder();
    for (byte next = rest.get(); next != 0; next = rest.get()) {
      path.append((char) next);
    }
    return path.toString();
  }
}
