package io.parley.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksDbLibraryTest {
  @TempDir Path temporary;

  @Test
  void shouldUnpackOnceAndLeaveNothingElse() throws IOException {
    Path folder = RocksDbLibrary.unpack(temporary);
    Path file = onlyFile(folder);
    FileTime unpacked = FileTime.fromMillis(1_000);
    Files.setLastModifiedTime(file, unpacked);

    assertThat(RocksDbLibrary.unpack(temporary)).isEqualTo(folder);

    assertThat(Files.getLastModifiedTime(onlyFile(folder))).isEqualTo(unpacked);
  }

  @Test
  void shouldReplaceDamagedCopy() throws IOException {
    Path file = onlyFile(RocksDbLibrary.unpack(temporary));
    byte[] sound = Files.readAllBytes(file);
    byte[] damaged = sound.clone();
    damaged[damaged.length / 2] ^= 1;
    for (byte[] content : List.of(damaged, new byte[0])) {
      Files.write(file, content);
      RocksDbLibrary.unpack(temporary);
      assertThat(Files.readAllBytes(file)).isEqualTo(sound);
    }
  }

  @Test
  void shouldLetSeveralProcessesUnpackAtOnce() throws Exception {
    List<String> environment = List.of("env", "XDG_CACHE_HOME=" + temporary);
    String noFallback = Files.writeString(temporary.resolve("file"), "").toString();
    try (ChildProcess one = ChildProcess.start(environment, LoadLibrary.class, noFallback);
        ChildProcess other = ChildProcess.start(environment, LoadLibrary.class, noFallback)) {
      assertThat(one.readLong()).isEqualTo(1);
      assertThat(other.readLong()).isEqualTo(1);
    }
    onlyFile(RocksDbLibrary.unpack(temporary.resolve("parley")));
  }

  @Test
  void shouldUseCacheFolderOfTheUser() {
    assertThat(RocksDbLibrary.cacheFolder(Map.of("XDG_CACHE_HOME", "/var/cache")))
        .isEqualTo(Path.of("/var/cache/parley"));
    Path ofHome = Path.of(System.getProperty("user.home"), ".cache", "parley");
    assertThat(RocksDbLibrary.cacheFolder(Map.of())).isEqualTo(ofHome);
    assertThat(RocksDbLibrary.cacheFolder(Map.of("XDG_CACHE_HOME", "relative"))).isEqualTo(ofHome);
  }

  @Test
  void shouldFallBackToDataDirectoryWhereCacheCannotBeWritten() throws Exception {
    Path noFolder = Files.writeString(temporary.resolve("file"), "");
    Path fallback = temporary.resolve("native");
    List<String> environment = List.of("env", "XDG_CACHE_HOME=" + noFolder);
    try (ChildProcess child =
        ChildProcess.start(environment, LoadLibrary.class, fallback.toString())) {
      assertThat(child.readLong()).isEqualTo(1);
    }
    try (Stream<Path> folders = Files.list(fallback)) {
      onlyFile(folders.findFirst().orElseThrow());
    }
  }

  @Test
  void shouldLeaveNothingInTheTemporaryFolderWhenKilled() throws Exception {
    Path temporaryFolder = Files.createDirectory(temporary.resolve("tmp"));
    List<String> environment =
        List.of(
            "env",
            "XDG_CACHE_HOME=" + temporary.resolve("cache"),
            "JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=" + temporaryFolder);
    String noFallback = Files.writeString(temporary.resolve("file"), "").toString();
    try (ChildProcess child = ChildProcess.start(environment, LoadLibrary.class, noFallback)) {
      assertThat(child.readLong()).isEqualTo(1);
      child.kill();
    }
    assertThat(temporaryFolder).isEmptyDirectory();
    onlyFile(RocksDbLibrary.unpack(temporary.resolve("cache").resolve("parley")));
  }

  /** Loads the library, tells so and waits to be killed. */
  static final class LoadLibrary {
    public static void main(String[] args) throws IOException {
      RocksDbLibrary.load(Path.of(args[0]));
      ChildProcess.tellParent(1);
      ChildProcess.awaitParent();
    }
  }

  private static Path onlyFile(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found = files.toList();
      assertThat(found).hasSize(1);
      return found.get(0);
    }
  }
}
