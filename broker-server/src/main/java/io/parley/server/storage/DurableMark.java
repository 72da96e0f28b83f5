package io.parley.server.storage;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Says beside the journal how far it was on the disk, so that damage to its end is told from a
 * write that was cut short: the records of the last sync have none behind them that speak of them.
 *
 * <pre>
 *   0   u32  magic   'PJM1'
 *   4   u32  crc32c  of the record's number
 *   8   i64  record  number of the last one that was on the disk
 * </pre>
 *
 * <p>Written after each sync and never synced itself: the system brings it to the disk within half
 * a minute, and a kill doesn't touch it. One that is old, torn or missing says less, never too
 * much.
 *
 * <p>The thread that syncs.
 */
final class DurableMark implements AutoCloseable {
  static final String FILE = "durable";

  private static final int MAGIC = 0x504A4D31;
  private static final int RECORD_OFFSET = 8;
  private static final int BYTES = 16;

  private final FileChannel channel;
  private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);

  /** Opens the mark of a journal, and makes it if there is none. */
  DurableMark(Path directory) throws IOException {
    channel = FileChannel.open(directory.resolve(FILE), CREATE, READ, WRITE);
  }

  /** Number of a record that was on the disk, with all before it; 0 if nothing is known. */
  long read() throws IOException {
    bytes.clear();
    while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {}
    boolean isSound =
        !bytes.hasRemaining()
            && bytes.getInt(0) == MAGIC
            && bytes.getInt(4) == JournalRecord.crc(bytes, RECORD_OFFSET, BYTES);
    return isSound ? bytes.getLong(RECORD_OFFSET) : 0;
  }

  /** A record is on the disk. */
  void write(long record) throws IOException {
    bytes.clear().putInt(0, MAGIC).putLong(RECORD_OFFSET, record);
    bytes.putInt(4, JournalRecord.crc(bytes, RECORD_OFFSET, BYTES));
    while (bytes.hasRemaining()) {
      channel.write(bytes, bytes.position());
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
