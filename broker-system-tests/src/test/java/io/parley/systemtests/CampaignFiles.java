package io.parley.systemtests;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.slf4j.LoggerFactory;

/** What campaigns leave behind. */
final class CampaignFiles {
  private CampaignFiles() {}

  /** Has brokers within this process tell of trouble alone. */
  static void quiet() {
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
  }

  /**
   * Makes a folder for copies that are changed and read again, many times over.
   *
   * @param scratch where it goes unless {@code parley.images} says where, best in memory
   */
  static Path images(Path scratch) throws IOException {
    Path in = Path.of(System.getProperty("parley.images", scratch.toString()));
    return Files.createTempDirectory(in, "parley-images");
  }

  /** Copies a folder with all that is in it. */
  static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  /** Deletes a folder with all that is in it. */
  static void deleteAll(Path path) throws IOException {
    try (var files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
