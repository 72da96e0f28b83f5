package io.parley.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path temporary;

  @Test
  void shouldMakeMissingDirectory() throws IOException {
    Path root = temporary.resolve("var").resolve("data");
    try (DataDirectory opened = DataDirectory.open(root)) {
      assertThat(opened.root()).isEqualTo(root.toRealPath());
      assertThat(root.resolve("format")).hasContent("3");
      assertThat(root.resolve("lock")).hasContent(Long.toString(ProcessHandle.current().pid()));
      assertThat(names(root)).containsExactlyInAnyOrder("format", "lock");
    }
  }

  @Test
  void shouldOpenAgainAfterClose() {
    DataDirectory.open(temporary).close();
    DataDirectory.open(temporary).close();
    assertThat(temporary.resolve("format")).exists();
  }

  @Test
  void shouldRefuseSecondOpenerInThisProcess() throws IOException {
    Path link = Files.createSymbolicLink(temporary.resolve("link"), temporary.resolve("data"));
    try (DataDirectory first = DataDirectory.open(temporary.resolve("data"))) {
      for (Path path : List.of(first.root(), link)) {
        assertThatThrownBy(() -> DataDirectory.open(path))
            .isInstanceOf(ParleyException.class)
            .hasMessageContaining(first.root().toString())
            .hasMessageContaining(Long.toString(ProcessHandle.current().pid()))
            .extracting(e -> ((ParleyException) e).code())
            .isEqualTo(ErrorCode.DATA_DIRECTORY_LOCKED);
      }
      first.requireWritable(1);
    }
    DataDirectory.open(link).close();
  }

  @Test
  void shouldRefuseDirectoryHeldByAnotherProcessAndNameIt() throws Exception {
    try (ChildProcess child = ChildProcess.start(HoldDirectory.class, temporary.toString())) {
      assertThat(child.readLong()).isEqualTo(child.pid());

      assertRefused(
          temporary,
          ErrorCode.DATA_DIRECTORY_LOCKED,
          temporary.toRealPath().toString(),
          "process " + child.pid());

      child.kill();
    }
    DataDirectory.open(temporary).close();
  }

  /** Holds a data directory until it is killed. */
  static final class HoldDirectory {
    public static void main(String[] args) throws IOException {
      try (DataDirectory held = DataDirectory.open(Path.of(args[0]))) {
        ChildProcess.tellParent(ProcessHandle.current().pid());
        ChildProcess.awaitParent();
        held.requireWritable(1);
      }
    }
  }

  @Test
  void shouldRefuseNewerFormatBeforeAnythingIsWritten() throws IOException {
    Files.writeString(temporary.resolve("format"), "4\n");
    Files.createDirectory(temporary.resolve("something-new"));
    assertRefused(
        temporary, ErrorCode.DATA_FORMAT_TOO_NEW, "format 4", "at most 3", temporary.toString());
    assertThat(names(temporary)).containsExactlyInAnyOrder("format", "something-new");
  }

  @Test
  void shouldRefuseFormatThatWasNeverReleased() throws IOException {
    Files.writeString(temporary.resolve("format"), "2\n");
    assertRefused(temporary, ErrorCode.INVALID_ARGUMENT, "format 2", "expected: 3");
    assertThat(names(temporary)).containsExactly("format");
  }

  @Test
  void shouldRefuseFormatThatIsNoNumber() throws IOException {
    for (String content : List.of("", "one", "0", "-1", "1.5")) {
      Files.writeString(temporary.resolve("format"), content);
      assertRefused(temporary, ErrorCode.DATA_CORRUPT, "'" + content + "'", "1 to 3");
    }
    assertThat(names(temporary)).containsExactly("format");
  }

  @Test
  void shouldRefuseDirectoryOfSomethingElse() throws IOException {
    Files.writeString(temporary.resolve("photo.jpg"), "");
    assertRefused(temporary, ErrorCode.INVALID_ARGUMENT, "photo.jpg", temporary.toString());
    assertThat(names(temporary)).containsExactly("photo.jpg");
  }

  @Test
  void shouldRefuseDamagedNamesOfNamespaces() throws IOException {
    Path root = temporary.resolve("data");
    try (DataDirectory opened = DataDirectory.open(root)) {
      RocksDbStore.open(opened, "default", StoreSamples.SMALL).close();
    }
    Path known = root.resolve("known-namespaces");
    byte[] sound = Files.readAllBytes(known);
    for (int bit = 0; bit < 8; bit++) {
      byte[] damaged = sound.clone();
      damaged[3] ^= (byte) (1 << bit);
      Files.write(known, damaged);
      try (DataDirectory opened = DataDirectory.open(root)) {
        assertThatThrownBy(opened::namespaces)
            .as("bit %d", bit)
            .isInstanceOf(ParleyException.class)
            .hasMessageContaining(known.toString())
            .extracting(e -> ((ParleyException) e).code())
            .isEqualTo(ErrorCode.DATA_CORRUPT);
      }
    }
  }

  @Test
  void shouldRefuseToStartWithoutANamespaceThatWasMade() throws IOException {
    Path root = temporary.resolve("data");
    try (DataDirectory data = DataDirectory.open(root)) {
      assertThat(data.namespaces()).isEmpty();
      make(data, "default");
      make(data, "tests");
      make(data, "gone");
      data.deleteNamespace("gone");
    }
    try (DataDirectory data = DataDirectory.open(root)) {
      assertThat(data.namespaces()).containsExactlyInAnyOrder("default", "tests");
    }

    Files.move(root.resolve("namespaces/tests"), temporary.resolve("lost"));

    try (DataDirectory data = DataDirectory.open(root)) {
      assertThatThrownBy(data::namespaces)
          .isInstanceOf(ParleyException.class)
          .hasMessageContaining("namespaces/tests: missing")
          .extracting(e -> ((ParleyException) e).code())
          .isEqualTo(ErrorCode.DATA_CORRUPT);
      Files.writeString(root.resolve("known-namespaces"), "default\n");
      assertThat(data.namespaces()).containsExactly("default");
    }
  }

  @Test
  void shouldFinishTheDeletionOfANamespaceThatWasCutShort() throws IOException {
    Path root = temporary.resolve("data");
    try (DataDirectory data = DataDirectory.open(root)) {
      make(data, "tests");
      Files.createDirectories(root.resolve("deleted"));
      Files.move(root.resolve("namespaces/tests"), root.resolve("deleted/tests"));
    }
    try (DataDirectory data = DataDirectory.open(root)) {
      assertThat(data.namespaces()).isEmpty();
      assertThat(root.resolve("deleted")).doesNotExist();
      assertThat(root.resolve("known-namespaces")).isEmptyFile();
    }
  }

  private static void make(DataDirectory data, String name) {
    RocksDbStore.open(data, name, StoreSamples.SMALL).close();
  }

  @Test
  void shouldTakeFreshFileSystemAndStartCutShortAsEmpty() throws IOException {
    Files.createDirectory(temporary.resolve("lost+found"));
    for (String name : List.of("lock", "probe", "format.new")) {
      Files.writeString(temporary.resolve(name), "");
    }
    DataDirectory.open(temporary).close();
    assertThat(names(temporary)).containsExactlyInAnyOrder("lost+found", "lock", "format");
  }

  @Test
  void shouldGiveReasonWhenDirectoryCannotBeWritten() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "");
    assertRefused(file, ErrorCode.STORE_UNAVAILABLE, file.toString(), "NotDirectory");
    assertRefused(
        file.resolve("data"), ErrorCode.STORE_UNAVAILABLE, file.resolve("data").toString());

    Path root = Files.createDirectory(temporary.resolve("data"));
    // A probe file that can't be written stands for a disk that is full or read-only.
    Files.createDirectories(root.resolve("probe").resolve("full"));
    assertThatThrownBy(() -> DataDirectory.open(root))
        .isInstanceOf(ParleyException.class)
        .hasMessageContaining(root.toString())
        .extracting(e -> ((ParleyException) e).code())
        .isEqualTo(ErrorCode.STORE_UNAVAILABLE);
    assertThat(root.resolve("format")).doesNotExist();

    Files.delete(root.resolve("probe").resolve("full"));
    Files.delete(root.resolve("probe"));
    DataDirectory.open(root).close();
  }

  private static void assertRefused(Path path, ErrorCode code, String... parts) {
    assertThatThrownBy(() -> DataDirectory.open(path))
        .isInstanceOf(ParleyException.class)
        .hasMessageContainingAll(parts)
        .extracting(e -> ((ParleyException) e).code())
        .isEqualTo(code);
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
