package io.parley.systemtests.disk;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads the changes that {@code disklog.c} noted, in their order. */
public final class DiskLog implements AutoCloseable {
  private static final int HEADER_BYTES = 32;
  private static final int BUFFER_BYTES = 1 << 20;

  private final DataInputStream input;
  private long position;

  /**
   * Has a process note its changes.
   *
   * @param root the directory they are made in, without symbolic links
   * @param log what is noted; at its end what was noted last
   * @param scratch where what the process needs for that is made, by the system's C compiler
   * @return its environment
   */
  public static Map<String, String> environment(Path root, Path log, Path scratch)
      throws IOException, InterruptedException {
    Path source = scratch.resolve("disklog.c");
    try (InputStream resource = DiskLog.class.getResourceAsStream("disklog.c")) {
      Files.copy(Objects.requireNonNull(resource), source);
    }
    Path library = scratch.resolve("disklog.so").toAbsolutePath();
    String compiler = System.getenv().getOrDefault("CC", "cc");
    List<String> command =
        List.of(compiler, "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString());
    Process compiling = new ProcessBuilder(command).inheritIO().start();
    if (compiling.waitFor() != 0) {
      throw new IOException("disklog.c can't be compiled: " + command);
    }
    return Map.of(
        "LD_PRELOAD", library.toString(),
        "DISKLOG_ROOT", root.toString(),
        "DISKLOG_FILE", log.toString());
  }

  /** Opens one that nobody writes to any more. */
  public DiskLog(Path file) throws IOException {
    InputStream stream = Files.newInputStream(file);
    input = new DataInputStream(new BufferedInputStream(stream, BUFFER_BYTES));
  }

  /** The next change; null if there is none. */
  public @Nullable Change next() throws IOException {
    byte[] header = new byte[HEADER_BYTES];
    try {
      input.readFully(header);
    } catch (EOFException e) {
      return null;
    }
    ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.nativeOrder());
    int size = fields.getInt(0);
    byte[] bytes = new byte[size - HEADER_BYTES];
    input.readFully(bytes);
    position += size;
    return new Change(
        position,
        Change.Kind.values()[fields.getInt(4) - 1],
        fields.getInt(8),
        fields.getInt(12),
        fields.getLong(16),
        fields.getLong(24),
        ByteBuffer.wrap(bytes));
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}
