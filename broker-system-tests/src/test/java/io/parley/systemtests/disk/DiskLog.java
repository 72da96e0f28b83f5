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
import org.jspecify.annotations.Nullable;

/** Reads the changes that {@code disklog.c} noted, in their order. */
public final class DiskLog implements AutoCloseable {
  private static final int HEADER_BYTES = 32;
  private static final int BUFFER_BYTES = 1 << 20;

  private final DataInputStream input;
  private long position;

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
