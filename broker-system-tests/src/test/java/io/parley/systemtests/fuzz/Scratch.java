package io.parley.systemtests.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder for the files that targets read; in memory where there is such a place. */
public final class Scratch {
  private Scratch() {}

  /** A new one, deleted when the process ends. */
  public static Path directory() throws IOException {
    Path memory = Path.of("/dev/shm");
    Path directory =
        Files.isWritable(memory)
            ? Files.createTempDirectory(memory, "parley-fuzz")
            : Files.createTempDirectory("parley-fuzz");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
    return directory;
  }

  private static void delete(Path directory) {
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.err.println("left over: " + directory);
    }
  }
}
