package io.parley.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A fresh directory for what a benchmark writes, deleted at the end. It is made below the one that
 * the property {@value #PROPERTY} names, which should be on the kind of disk that is asked about;
 * by default below the module's {@code target}, since the system's temporary folder may be memory.
 */
final class WorkDirectory implements AutoCloseable {
  static final String PROPERTY = "parley.jmh.directory";

  private final Path path;

  private WorkDirectory(Path path) {
    this.path = path;
  }

  static WorkDirectory create() throws IOException {
    Path below = Files.createDirectories(Path.of(System.getProperty(PROPERTY, "target/work")));
    return new WorkDirectory(Files.createTempDirectory(below, "jmh-"));
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
