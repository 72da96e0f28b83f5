package io.parley.server.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Reads a closed database's manifest before RocksDB does, and refuses what RocksDB would recover
 * from by leaving out table files.
 */
final class ManifestCheck {
  private ManifestCheck() {}

  /**
   * Checks a database's manifest; changes nothing.
   *
   * @throws DamagedFileException if records are missing before sound ones, or whole files are
   * @throws IOException if the files can't be read
   */
  static void of(Path database) throws IOException, DamagedFileException {
    Path current = database.resolve("CURRENT");
    try {
      String name = Files.readString(current, UTF_8).strip();
      if (!name.matches("MANIFEST-\\d+")) {
        throw new DamagedFileException(current, "names no manifest");
      }
      RecordFile.read(database.resolve(name));
    } catch (NoSuchFileException e) {
      throw new DamagedFileException(Path.of(e.getFile()), "missing");
    }
  }
}
