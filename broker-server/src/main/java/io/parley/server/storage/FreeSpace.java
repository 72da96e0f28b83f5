package io.parley.server.storage;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the data's file system has room for new messages. The last of it, the reserve, is for
 * what has to go on when there is none: settles, and what frees space.
 *
 * <pre>
 *   free:   0 ........ reserve .......... reserve and an eighth .......
 *              refused          as it was                      accepted
 * </pre>
 *
 * <p>One thread looks now and then; any may ask.
 */
public final class FreeSpace implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(FreeSpace.class);
  private static final long MIB = 1L << 20;

  private final Path root;
  private final FileStore files;
  private final long reserveBytes;
  private volatile long freeBytes;
  private volatile @Nullable String shortage;

  private FreeSpace(Path root, FileStore files, long reserveBytes) {
    this.root = root;
    this.files = files;
    this.reserveBytes = reserveBytes;
  }

  /** Of the file system a directory is on. */
  public static FreeSpace of(DataDirectory directory, long reserveBytes) {
    try {
      FreeSpace space =
          new FreeSpace(directory.root(), Files.getFileStore(directory.root()), reserveBytes);
      space.run();
      return space;
    } catch (IOException e) {
      throw DataDirectory.unavailable(directory.root(), e);
    }
  }

  /** Looks how much there is. */
  @Override
  public void run() {
    try {
      long free = files.getUsableSpace();
      freeBytes = free;
      boolean isShort = shortage != null;
      boolean isEnough = free >= (isShort ? reserveBytes + reserveBytes / 8 : reserveBytes);
      if (!isEnough) {
        shortage =
            "%s: %d MiB free (expected: at least %d MiB, storage.reserve; free space on its file system, it goes on by itself)"
                .formatted(root, free / MIB, reserveBytes / MIB);
      }
      if (!isShort && !isEnough) {
        log.error("new messages are refused, settles and reads go on: {}", shortage);
      } else if (isShort && isEnough) {
        shortage = null;
        log.info("{}: {} MiB free: new messages are accepted again", root, free / MIB);
      }
    } catch (IOException e) {
      log.debug("{}: how much is free can't be told", root, e); // a write will tell
    }
  }

  /** Why new messages are refused; null while there is room. */
  public @Nullable String shortage() {
    return shortage;
  }

  /** What there was, when it looked last. */
  public long freeBytes() {
    return freeBytes;
  }
}
