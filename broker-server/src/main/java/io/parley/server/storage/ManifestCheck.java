package io.parley.server.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

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
   * @return which file it is: where it ends is whole, nothing in it tells that there was more
   * @throws DamagedFileException if records are missing before sound ones, or whole files are
   * @throws IOException if the files can't be read
   */
  static Path of(Path database) throws IOException, DamagedFileException {
    Path current = database.resolve("CURRENT");
    String name;
    try {
      name = Files.readString(current, ISO_8859_1).strip(); // any byte is a character
    } catch (NoSuchFileException e) {
      throw new DamagedFileException(current, "missing");
    }
    if (!name.matches("MANIFEST-\\d+")) {
      throw new DamagedFileException(current, "names no manifest");
    }
    Path manifest = database.resolve(name);
    try {
      RecordFile.read(manifest);
      return manifest;
    } catch (NoSuchFileException e) {
      throw new DamagedFileException(manifest, "missing (CURRENT names it)");
    }
  }
}
