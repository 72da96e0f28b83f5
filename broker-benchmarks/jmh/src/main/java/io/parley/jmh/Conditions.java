package io.parley.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.stream.Stream;

/** What a result depends on besides the code that is measured. */
final class Conditions {
  /** Property with the commit that is measured. */
  private static final String COMMIT = "parley.jmh.commit";

  private Conditions() {}

  /** In one line: the day, the commit, the Java, the machine. */
  static String describe() {
    return "%s, commit %s, %s %s, %s %s, %d × %s"
        .formatted(
            LocalDate.now(ZoneOffset.UTC),
            System.getProperty(COMMIT, "unknown"),
            System.getProperty("java.vm.name"),
            System.getProperty("java.vm.version"),
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            Runtime.getRuntime().availableProcessors(),
            processor());
  }

  private static String processor() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch"); // no Linux
    }
  }
}
