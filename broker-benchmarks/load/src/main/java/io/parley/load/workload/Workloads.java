package io.parley.load.workload;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The workloads that come with Parley, and others from files. */
public final class Workloads {
  /** Those that come with it, by name, the first being what is meant where none is named. */
  public static final List<String> NAMES =
      List.of(
          "commands-throughput",
          "commands-throughput-1k",
          "commands-sync",
          "commands-paced",
          "fan-out",
          "backlog",
          "mixed",
          "many-queues",
          "keyed",
          "queries",
          "queries-paced");

  private static final String ENDING = ".yaml";

  private Workloads() {}

  /**
   * A workload that comes with Parley.
   *
   * @param overrides texts of values by the names of options: {@code size → 1KiB}
   * @throws WorkloadException if there is none of this name, or an option makes no sense for it
   */
  public static Workload named(String name, Map<String, String> overrides) {
    if (!NAMES.contains(name)) {
      throw new WorkloadException(
          List.of(
              "workload '"
                  + name
                  + "': unknown (the nearest known one is "
                  + NearestName.of(name, NAMES)
                  + "; a file's path has a '/' or ends in .yaml)"));
    }
    return new WorkloadReader(name, name + ENDING).read(resource(name), overrides);
  }

  /**
   * A workload of somebody's own.
   *
   * @param overrides as for {@link #named}
   * @throws WorkloadException with everything that is wrong with it
   * @throws IOException if it can't be read
   */
  public static Workload ofFile(Path file, Map<String, String> overrides) throws IOException {
    String fileName = String.valueOf(file.getFileName());
    int end = fileName.lastIndexOf('.');
    String name = end > 0 ? fileName.substring(0, end) : fileName;
    return new WorkloadReader(name, file.toString()).read(Files.readString(file), overrides);
  }

  /** Whether this means a file, and not a workload's name. */
  public static boolean isPath(String text) {
    return text.indexOf('/') >= 0 || text.endsWith(ENDING) || text.endsWith(".yml");
  }

  private static String resource(String name) {
    try (InputStream in = Workloads.class.getResourceAsStream(name + ENDING)) {
      if (in == null) {
        throw new IllegalStateException("workload " + name + " is missing in this build");
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("workload " + name, e);
    }
  }
}
