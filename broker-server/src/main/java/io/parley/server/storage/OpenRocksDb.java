package io.parley.server.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.SstFileReader;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;

/** A database from its opening to its closing, with the native objects that live as long. */
final class OpenRocksDb implements AutoCloseable {
  private final RocksDbTuning tuning;
  private final RocksDB database;
  private final ColumnFamilyHandle family;
  private final Path manifest;

  private OpenRocksDb(
      RocksDbTuning tuning, RocksDB database, ColumnFamilyHandle family, Path manifest) {
    this.tuning = tuning;
    this.database = database;
    this.family = family;
    this.manifest = manifest;
  }

  /** Makes an empty database. */
  static void create(Path directory, StorageSettings settings) throws RocksDBException {
    RocksDbTuning tuning = new RocksDbTuning(settings);
    tuning.database().setCreateIfMissing(true);
    open(directory, tuning, directory).close();
  }

  /**
   * Opens a database that is there, and makes sure that all of it is.
   *
   * @throws DamagedFileException if something stored is missing or changed
   * @throws RocksDBException likewise, or if the disk refuses
   */
  static OpenRocksDb open(Path directory, StorageSettings settings)
      throws IOException, RocksDBException, DamagedFileException {
    Path manifest = ManifestCheck.of(directory);
    OpenRocksDb opened;
    try {
      opened = open(directory, new RocksDbTuning(settings), manifest);
    } catch (RocksDBException e) {
      requireSoundTables(directory);
      throw e;
    }
    try {
      opened.requireFiles(directory);
      return opened;
    } catch (RocksDBException | DamagedFileException e) {
      opened.close();
      throw e;
    }
  }

  private static OpenRocksDb open(Path directory, RocksDbTuning tuning, Path manifest)
      throws RocksDBException {
    List<ColumnFamilyDescriptor> families =
        List.of(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, tuning.family()));
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try {
      RocksDB database = RocksDB.open(tuning.database(), directory.toString(), families, handles);
      return new OpenRocksDb(tuning, database, handles.get(0), manifest);
    } catch (RocksDBException e) {
      tuning.close();
      throw e;
    }
  }

  /** RocksDB says of some damage to a table file that it may be in the manifest. */
  private static void requireSoundTables(Path directory) throws IOException, DamagedFileException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".sst")).sorted().toList()) {
        try (Options options = new Options();
            SstFileReader reader = new SstFileReader(options)) {
          reader.open(file.toString());
          reader.verifyChecksum();
        } catch (RocksDBException e) {
          throw new DamagedFileException(file, String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private void requireFiles(Path directory) throws RocksDBException, DamagedFileException {
    // Compaction is at work already.
    database.disableFileDeletions();
    try {
      for (String name : database.getLiveFiles(false).files) {
        Path file = Path.of(directory + name);
        if (!Files.exists(file)) {
          throw new DamagedFileException(file, "missing");
        }
      }
    } finally {
      database.enableFileDeletions();
    }
  }

  /** What said which table files there are, when it was opened. */
  Path manifest() {
    return manifest;
  }

  byte @Nullable [] get(RowKey key) throws RocksDBException {
    return database.get(tuning.read(), key.bytes());
  }

  /**
   * Nobody waits for a flush or a compaction in the background. After one failed there are no more
   * until it is opened anew.
   *
   * @throws RocksDBException if one failed, with the reason where the next flush tells it
   */
  void requireNoBackgroundError() throws RocksDBException {
    if (property("rocksdb.background-errors") > 0) {
      flush();
      String what = "a compaction failed";
      throw new RocksDBException(what, new Status(Status.Code.IOError, Status.SubCode.None, what));
    }
  }

  /** The rows from a key on, up to but not including another, as they are now. */
  Rows rows(RowKey from, RowKey toExclusive) {
    return new Rows(from, toExclusive);
  }

  /** Writes a batch into memory alone. */
  void write(byte[] encodedBatch) throws RocksDBException {
    try (WriteBatch batch = new WriteBatch(encodedBatch)) {
      database.write(tuning.write(), batch);
    }
  }

  /** Has all that was written so far brought into table files; returns at once. */
  void startFlush() throws RocksDBException {
    try (FlushOptions options = new FlushOptions().setWaitForFlush(false)) {
      database.flush(options);
    }
  }

  /** Brings all that was written so far into table files. */
  void flush() throws RocksDBException {
    try (FlushOptions options = new FlushOptions().setWaitForFlush(true)) {
      database.flush(options);
    }
  }

  /** Whether what {@link #startFlush} began has ended well. */
  boolean isFlushed() throws RocksDBException {
    return property("rocksdb.num-immutable-mem-table") == 0;
  }

  long property(String name) throws RocksDBException {
    return database.getLongProperty(name);
  }

  @Override
  public void close() {
    family.close();
    database.close();
    tuning.close();
  }

  /** Goes through rows in the order of their keys. To be closed before the database. */
  final class Rows implements AutoCloseable {
    private final Slice upperBound;
    private final ReadOptions options;
    private final RocksIterator iterator;

    private Rows(RowKey from, RowKey toExclusive) {
      upperBound = new Slice(toExclusive.bytes());
      options = new ReadOptions(tuning.read()).setIterateUpperBound(upperBound);
      iterator = database.newIterator(options);
      iterator.seek(from.bytes());
    }

    /** The key of the row it is at; null behind the last. */
    @Nullable RowKey key() throws RocksDBException {
      if (iterator.isValid()) {
        return new RowKey(iterator.key());
      }
      iterator.status(); // the end and an error both make it invalid
      return null;
    }

    byte[] value() {
      return iterator.value();
    }

    void next() {
      iterator.next();
    }

    @Override
    public void close() {
      iterator.close();
      options.close();
      upperBound.close();
    }
  }
}
