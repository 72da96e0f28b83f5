package io.parley.server.storage;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import java.nio.file.Path;

/**
 * Where the broker keeps its data, and how much memory and how many files that may take. Its memory
 * is {@code cacheBytes}, and about half of {@code writeBufferBytes}, outside the Java heap.
 *
 * @param directory the data directory; made if it isn't there
 * @param cacheBytes blocks of files kept for reading again, 1 MiB to 1 TiB
 * @param writeBufferBytes room for changes kept in memory until a checkpoint brings them into table
 *     files; a quarter of it is used. Also the size of the journal's files, and after a crash up to
 *     twice as much of the journal is read again, so it bounds how long a restart takes. 16 MiB to
 *     4 GiB
 * @param maxOpenFiles files kept open, 64 to 1,000,000
 * @param reserveBytes of its file system, kept for what has to go on when it is full: with less
 *     free, new messages are refused. 1 MiB to 1 TiB
 */
public record StorageSettings(
    Path directory, long cacheBytes, long writeBufferBytes, int maxOpenFiles, long reserveBytes) {
  private static final long MIB = 1L << 20;

  public static final long MIN_CACHE_BYTES = MIB;
  public static final long MAX_CACHE_BYTES = MIB << 20;
  public static final long MIN_WRITE_BUFFER_BYTES = 16 * MIB;
  public static final long MAX_WRITE_BUFFER_BYTES = 4096 * MIB;
  public static final long MIN_RESERVE_BYTES = MIB;
  public static final long MAX_RESERVE_BYTES = MIB << 20;
  public static final int MIN_MAX_OPEN_FILES = 64;
  public static final int MAX_MAX_OPEN_FILES = 1_000_000;

  /** {@code ./data}, 32 MiB cache, 64 MiB write buffers, 512 open files, 256 MiB reserve. */
  public static final StorageSettings DEFAULTS =
      new StorageSettings(Path.of("data"), 32 * MIB, 64 * MIB, 512, 256 * MIB);

  /**
   * Checks the bounds.
   *
   * @throws ParleyException INVALID_ARGUMENT naming the value and what was expected
   */
  public StorageSettings {
    requireWithin("cacheBytes", cacheBytes, MIN_CACHE_BYTES, MAX_CACHE_BYTES);
    requireWithin(
        "writeBufferBytes", writeBufferBytes, MIN_WRITE_BUFFER_BYTES, MAX_WRITE_BUFFER_BYTES);
    requireWithin("maxOpenFiles", maxOpenFiles, MIN_MAX_OPEN_FILES, MAX_MAX_OPEN_FILES);
    requireWithin("reserveBytes", reserveBytes, MIN_RESERVE_BYTES, MAX_RESERVE_BYTES);
  }

  private static void requireWithin(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new ParleyException(
          ErrorCode.INVALID_ARGUMENT,
          "storage.%s: %d (expected: %d to %d)".formatted(name, value, min, max));
    }
  }
}
