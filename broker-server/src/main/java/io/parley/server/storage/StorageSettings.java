package io.parley.server.storage;

import java.nio.file.Path;

/**
 * Where the broker keeps its data and how much memory that may take.
 *
 * @param directory the data directory; made if it isn't there
 * @param cacheBytes memory for blocks read back, in bytes; 1 MiB to 1 TiB
 * @param writeBufferBytes memory for what is written but not yet in a sorted file, in bytes; 1 MiB
 *     to 64 GiB
 */
public record StorageSettings(Path directory, long cacheBytes, long writeBufferBytes) {
  private static final long MIB = 1024 * 1024;

  /** What holds where nothing is configured. */
  public static final StorageSettings DEFAULTS =
      new StorageSettings(Path.of("data"), 64 * MIB, 64 * MIB);

  /**
   * Checks the bounds above.
   *
   * @throws IllegalArgumentException naming the component, its value and what was expected
   */
  public StorageSettings {
    requireBetween("cache bytes", cacheBytes, MIB, MIB * MIB);
    requireBetween("write buffer bytes", writeBufferBytes, MIB, 64 * 1024 * MIB);
  }

  private static void requireBetween(String what, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          what + ": " + value + " (expected: " + min + " to " + max + ")");
    }
  }
}
