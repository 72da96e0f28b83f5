package io.parley.server.storage;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;

/** Small files that are there wholly or not at all, also after power was lost. */
final class SyncedFiles {
  private SyncedFiles() {}

  /** Writes a file beside its place, syncs it, moves it there and syncs the directory. */
  static void replace(Path file, byte[] content) throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    write(beside, content);
    move(beside, file);
  }

  /** Writes a file and syncs it. */
  static void write(Path file, byte[] content) throws IOException {
    try (FileChannel channel = FileChannel.open(file, CREATE, TRUNCATE_EXISTING, WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(content);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
  }

  /**
   * Opens a file to write whole blocks to, past the system's page cache, where the file system can
   * do that: what is written is read again soon from memory, or much later.
   */
  static FileChannel openPastCache(Path file) throws IOException {
    // A file system with larger blocks, as some on a network have, would want larger writes.
    if (JournalRecord.BLOCK_BYTES % Files.getFileStore(file).getBlockSize() == 0) {
      try {
        return FileChannel.open(file, WRITE, ExtendedOpenOption.DIRECT);
      } catch (IOException | UnsupportedOperationException e) {
        return FileChannel.open(file, WRITE);
      }
    }
    return FileChannel.open(file, WRITE);
  }

  /** Moves a file or directory inside its file system and syncs the directory it is now in. */
  static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    syncParent(to);
  }

  /** Creates a directory and those above it, so that they survive a loss of power. */
  static void createDirectories(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Path parent = directory.toAbsolutePath().getParent();
    if (parent != null) {
      createDirectories(parent);
    }
    Files.createDirectories(directory);
    syncParent(directory);
  }

  /** Syncs the names in the directory a file is in. */
  static void syncParent(Path file) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      return;
    }
    try (FileChannel channel = FileChannel.open(parent, READ)) {
      channel.force(true);
    }
  }

  /** The system's reason in words: the name of the exception says what its message does not. */
  static String reason(IOException e) {
    String message = e.getMessage();
    return message == null
        ? e.getClass().getSimpleName()
        : e.getClass().getSimpleName() + ": " + message;
  }

  /** Deletes a directory with all that is in it, if it is there. */
  static void deleteAll(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
