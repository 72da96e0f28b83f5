package io.parley.jmh;

import com.sun.nio.file.ExtendedOpenOption;
import io.parley.engine.group.Keys;
import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import io.parley.protocol.model.MessageId;
import io.parley.server.storage.DataDirectory;
import io.parley.server.storage.RocksDbStore;
import io.parley.server.storage.StorageSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A group's commit on the disk, beside what the disk itself takes for the same bytes; and a chunk
 * read back. Per commit and per chunk: at 100 B a chunk of 14 KiB is a group of about 90 messages,
 * one of 128 KiB about 840. Medians: others use the disk too.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@SuppressWarnings("NullAway.Init") // JMH calls set-ups before anything else
public class StoreBenchmark {
  private static final int DESTINATION = 1;
  private static final MessageId PRODUCER = new MessageId(1, 1);
  private static final int RUN_BYTES = 51;
  private static final int DESTINATION_STATE_BYTES = 49;
  private static final int TWO_NUMBERS_BYTES = 17;

  /** What a commit writes beside the chunk: keys, the other values, headers; then whole blocks. */
  private static final int BESIDE_CHUNK_BYTES = 512;

  private static final int BLOCK_BYTES = 4_096;

  private static final int COMMITS_PER_MAINTENANCE = 256;

  private static final byte[] APPLIED = Keys.of("applied");

  @Param({"14336", "131072"})
  public int chunkBytes;

  private WorkDirectory directory;
  private byte[] chunk;
  private final byte[] run = new byte[RUN_BYTES];
  private final byte[] destinationState = new byte[DESTINATION_STATE_BYTES];
  private final byte[] twoNumbers = new byte[TWO_NUMBERS_BYTES];

  @Setup
  public void makeChunk() throws IOException {
    directory = WorkDirectory.create();
    chunk = new byte[chunkBytes];
    new SplittableRandom(1).nextBytes(chunk);
  }

  @TearDown
  public void delete() throws IOException {
    directory.close();
  }

  /** What a group with one batch for one queue writes. */
  private void put(Transaction transaction, long position) {
    transaction.put(Table.RUNS, Keys.of(DESTINATION, position), run);
    transaction.put(Table.DESTINATION_STATE, Keys.of(DESTINATION), destinationState);
    transaction.put(Table.PRODUCERS, Keys.of(PRODUCER), twoNumbers);
    transaction.put(Table.CHUNKS, Keys.of(position), chunk);
    transaction.put(Table.META, APPLIED, twoNumbers);
  }

  /** What a group deletes that settles all of an earlier one. */
  private static void delete(Transaction transaction, long position) {
    transaction.delete(Table.RUNS, Keys.of(DESTINATION, position));
    transaction.delete(Table.CHUNKS, Keys.of(position));
  }

  /** A group is committed in which the one before is settled. */
  @Benchmark
  public long commit(Database database) {
    long position = database.position++;
    Transaction transaction = database.store.begin();
    put(transaction, position);
    delete(transaction, position - 1);
    long bytes = transaction.sizeBytes();
    database.store.commit(transaction);
    if (position % COMMITS_PER_MAINTENANCE == 0) {
      database.store.maintain(); // as the owner thread does now and then
    }
    return bytes;
  }

  /** As many bytes at the end of a growing file, and fdatasync. */
  @Benchmark
  public long appendAndSync(Growing file) throws IOException {
    return file.write();
  }

  /** As many bytes over older ones, and fdatasync. */
  @Benchmark
  public long overwriteAndSync(Overwritten file) throws IOException {
    return file.write();
  }

  /** The same past the system's page cache, where the file system can do that. */
  @Benchmark
  public long overwriteDirectlyAndSync(Direct file) throws IOException {
    return file.write();
  }

  /** A chunk of a backlog. */
  @Benchmark
  public byte[] readChunk(Backlog backlog) {
    long position = 1L + backlog.random.nextInt(backlog.chunks);
    byte[] found = backlog.store.get(Table.CHUNKS, Keys.of(position));
    if (found == null || found.length != chunkBytes) {
      throw new IllegalStateException("chunk " + position + " is not what was written");
    }
    return found;
  }

  /** A store as a broker opens it. */
  public static class Database extends OpenStore {
    @Setup
    @Override
    public void open(StoreBenchmark benchmark) {
      super.open(benchmark);
    }
  }

  /** A store with chunks, which it doesn't keep in memory. */
  public static class Backlog extends OpenStore {
    private static final int BYTES = 32 << 20;
    private static final int CHUNKS_PER_COMMIT = 16;

    private final SplittableRandom random = new SplittableRandom(1);
    private int chunks;

    @Setup
    public void fill(StoreBenchmark benchmark) {
      open(benchmark);
      chunks = BYTES / benchmark.chunkBytes / CHUNKS_PER_COMMIT * CHUNKS_PER_COMMIT;
      while (position <= chunks) {
        Transaction transaction = store.begin();
        for (int i = 0; i < CHUNKS_PER_COMMIT; i++) {
          benchmark.put(transaction, position++);
        }
        store.commit(transaction);
      }
    }
  }

  /** A store on the disk. */
  @State(Scope.Thread)
  public abstract static class OpenStore {
    RocksDbStore store;
    long position = 1;
    private DataDirectory dataDirectory;

    void open(StoreBenchmark benchmark) {
      StorageSettings defaults = StorageSettings.DEFAULTS;
      dataDirectory = DataDirectory.open(benchmark.directory.path().resolve("data"));
      StorageSettings settings =
          new StorageSettings(
              dataDirectory.root(),
              defaults.cacheBytes(),
              defaults.writeBufferBytes(),
              defaults.maxOpenFiles(),
              defaults.reserveBytes());
      store = RocksDbStore.open(dataDirectory, "default", settings);
    }

    @TearDown
    public void close() {
      store.close();
      dataDirectory.close();
    }
  }

  /** A file that grows with each write, up to 1 GiB; then it is emptied. */
  public static class Growing extends PlainFile {
    @Setup
    public void open(StoreBenchmark benchmark) throws IOException {
      open(benchmark, 1L << 30);
    }

    @Override
    void full() throws IOException {
      file.truncate(0);
    }
  }

  /** A file of 64 MiB that is written from its beginning again and again. */
  public static class Overwritten extends PlainFile {
    @Setup
    public void open(StoreBenchmark benchmark) throws IOException {
      open(benchmark, 64L << 20);
      ByteBuffer zeros = ByteBuffer.allocateDirect(64 << 20);
      while (zeros.hasRemaining()) {
        file.write(zeros);
      }
      file.force(true);
    }

    @Override
    void full() {}
  }

  /** A file of 64 MiB that is written past the page cache, from its beginning again and again. */
  public static class Direct extends Overwritten {
    @Setup
    @Override
    public void open(StoreBenchmark benchmark) throws IOException {
      super.open(benchmark);
      FileChannel buffered = file;
      try {
        file = FileChannel.open(path, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT);
        buffered.close();
      } catch (IOException | UnsupportedOperationException e) {
        file = buffered; // in memory, where there is nothing to go past
      }
    }
  }

  /** A file that is written and synced. */
  @State(Scope.Thread)
  public abstract static class PlainFile {
    FileChannel file;
    Path path;
    private ByteBuffer bytes;
    private long bytesMax;
    private long end;

    void open(StoreBenchmark benchmark, long newBytesMax) throws IOException {
      path = benchmark.directory.path().resolve("plain");
      file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      int blocks = (benchmark.chunkBytes + BESIDE_CHUNK_BYTES + BLOCK_BYTES - 1) / BLOCK_BYTES;
      bytes =
          ByteBuffer.allocateDirect((blocks + 1) * BLOCK_BYTES)
              .alignedSlice(BLOCK_BYTES)
              .limit(blocks * BLOCK_BYTES)
              .slice();
      bytes.put(benchmark.chunk);
      bytesMax = newBytesMax;
    }

    /** Called when no more fits, before the next write goes to the beginning. */
    abstract void full() throws IOException;

    final long write() throws IOException {
      bytes.clear();
      if (end + bytes.remaining() > bytesMax) {
        full();
        end = 0;
      }
      while (bytes.hasRemaining()) {
        end += file.write(bytes, end);
      }
      file.force(false);
      return end;
    }

    @TearDown
    public void close() throws IOException {
      file.close();
    }
  }
}
