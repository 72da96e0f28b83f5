package io.parley.systemtests;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A disk that fails or slows down when told to, for one process: a library in front of the
 * system's, made from {@code faulty-disk.c}, which says what faults there are.
 */
final class FaultyDisk {
  private final Path library;
  private final Path control;

  private FaultyDisk(Path library, Path control) {
    this.library = library;
    this.control = control;
  }

  /** Makes one, in a folder; null where there is no C compiler. */
  static @Nullable FaultyDisk in(Path folder) throws IOException, InterruptedException {
    Path source = folder.resolve("faulty-disk.c");
    Path library = folder.resolve("faulty-disk.so");
    try (InputStream text = FaultyDisk.class.getResourceAsStream("/faulty-disk.c")) {
      Files.copy(text, source, StandardCopyOption.REPLACE_EXISTING);
    }
    Process compiler;
    try {
      compiler =
          new ProcessBuilder(
                  "cc", "-O1", "-shared", "-fPIC", "-o", library + "", source + "", "-ldl")
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      return null;
    }
    String said = new String(compiler.getInputStream().readAllBytes());
    if (compiler.waitFor() != 0) {
      throw new IOException(said);
    }
    FaultyDisk disk = new FaultyDisk(library, folder.resolve("faults"));
    disk.heal();
    return disk;
  }

  /** What the process has to be started with. */
  Map<String, String> environment() {
    return Map.of("LD_PRELOAD", library.toString(), "FAULTY_DISK", control.toString());
  }

  /** From now on it has these faults, such as {@code fsync EIO .journal 1}. */
  void fail(String... faults) throws IOException {
    Path beside = control.resolveSibling("faults.new");
    Files.write(beside, List.of(faults));
    Files.move(beside, control, StandardCopyOption.REPLACE_EXISTING);
  }

  /** It works. */
  void heal() throws IOException {
    fail();
  }
}
