package io.parley.server.storage;

import io.parley.engine.store.Store.EntryVisitor;
import io.parley.engine.store.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;

/** A database from its opening to its closing, with the native objects that live as long. */
final class OpenRocksDb implements AutoCloseable {
  private static final byte[] FIRST_POSITION = new byte[Long.BYTES];

  private final RocksDbTuning tuning;
  private final RocksDB database;
  private final ColumnFamilyHandle state;
  private final ColumnFamilyHandle chunks;
  private final RocksDbLayout layout;

  /**
   * Position before which all chunks were deleted at once; scans needn't step over each of them.
   */
  private volatile long deletedBefore;

  private OpenRocksDb(
      RocksDbTuning tuning, RocksDB database, ColumnFamilyHandle state, ColumnFamilyHandle chunks) {
    this.tuning = tuning;
    this.database = database;
    this.state = state;
    this.chunks = chunks;
    this.layout = new RocksDbLayout(chunks.getID());
  }

  /** Makes an empty database. */
  static void create(Path directory, StorageSettings settings) throws RocksDBException {
    RocksDbTuning tuning = new RocksDbTuning(settings);
    tuning.database().setCreateIfMissing(true).setCreateMissingColumnFamilies(true);
    open(directory, tuning, RocksDB::open).close();
  }

  /**
   * Opens a database that is there, and makes sure that all of it is.
   *
   * @throws DamagedFileException if something stored is missing or changed
   * @throws RocksDBException likewise, or if the disk refuses
   */
  static OpenRocksDb open(Path directory, StorageSettings settings)
      throws IOException, RocksDBException, DamagedFileException {
    RecoveryCheck check = RecoveryCheck.of(directory);
    if (!check.continuous()) {
      // Recovery for good would flush what it found and delete the logs: look first.
      try (OpenRocksDb readOnly =
          open(directory, new RocksDbTuning(settings), RocksDB::openReadOnly)) {
        readOnly.requireRecovered(directory, check);
      }
    }
    check.cutOffTornTail();
    Set<Path> blobFiles = blobFiles(directory);
    OpenRocksDb opened = open(directory, new RocksDbTuning(settings), RocksDB::open);
    try {
      opened.requireRecovered(directory, check);
      opened.compareFiles(directory, blobFiles);
      return opened;
    } catch (IOException | RocksDBException | DamagedFileException e) {
      opened.close();
      throw e;
    }
  }

  private static OpenRocksDb open(Path directory, RocksDbTuning tuning, Opener opener)
      throws RocksDBException {
    List<ColumnFamilyDescriptor> families =
        List.of(
            new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, tuning.state()),
            new ColumnFamilyDescriptor(RocksDbLayout.chunksFamilyName(), tuning.chunks()));
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try {
      RocksDB database = opener.open(tuning.database(), directory.toString(), families, handles);
      return new OpenRocksDb(tuning, database, handles.get(0), handles.get(1));
    } catch (RocksDBException e) {
      tuning.close();
      throw e;
    }
  }

  private void requireRecovered(Path directory, RecoveryCheck check) throws DamagedFileException {
    long recovered = database.getLatestSequenceNumber();
    if (recovered < check.lastSequence()) {
      throw new DamagedFileException(
          directory,
          "recovered up to change %d (expected: %d, the last one in the logs)"
              .formatted(recovered, check.lastSequence()));
    }
  }

  /**
   * Refuses the database if a file is missing, which for those of chunks RocksDB notices only when
   * it reads from them; and deletes what a crash left over of them, which RocksDB keeps for ever.
   *
   * @param blobFilesBefore those that were there before the database was opened
   */
  private void compareFiles(Path directory, Set<Path> blobFilesBefore)
      throws IOException, RocksDBException, DamagedFileException {
    Set<Path> leftOver = new HashSet<>(blobFilesBefore);
    // Compaction is at work already.
    database.disableFileDeletions();
    try {
      for (String name : database.getLiveFiles(false).files) {
        Path file = Path.of(directory + name);
        if (!Files.exists(file)) {
          throw new DamagedFileException(file, "missing");
        }
        leftOver.remove(file);
      }
    } finally {
      database.enableFileDeletions();
    }
    for (Path file : leftOver) {
      Files.deleteIfExists(file);
    }
  }

  private static Set<Path> blobFiles(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".blob")).collect(Collectors.toSet());
    }
  }

  RocksDbLayout layout() {
    return layout;
  }

  byte @Nullable [] get(Table table, byte[] key) throws RocksDBException {
    return database.get(family(table), tuning.read(), layout.key(table, key));
  }

  void scan(Table table, byte[] from, byte @Nullable [] toExclusive, EntryVisitor visitor)
      throws RocksDBException {
    byte[] first = layout.key(table, from);
    if (RocksDbLayout.isChunks(table) && deletedBefore > 0) {
      byte[] firstLeft = positionKey(deletedBefore);
      first = Arrays.compareUnsigned(first, firstLeft) < 0 ? firstLeft : first;
    }
    byte[] end = toExclusive == null ? layout.end(table) : layout.key(table, toExclusive);
    if (end != null && Arrays.compareUnsigned(first, end) >= 0) {
      return;
    }
    int prefixLength = layout.prefix(table).length;
    try (Slice upperBound = end == null ? null : new Slice(end);
        ReadOptions options = new ReadOptions(tuning.read())) {
      if (upperBound != null) {
        options.setIterateUpperBound(upperBound);
      }
      try (RocksIterator iterator = database.newIterator(family(table), options)) {
        iterator.seek(first);
        while (iterator.isValid()
            && visitor.visit(withoutPrefix(iterator.key(), prefixLength), iterator.value())) {
          iterator.next();
        }
        // The end and an error both make it invalid.
        iterator.status();
      }
    }
  }

  private static byte[] withoutPrefix(byte[] key, int prefixLength) {
    return prefixLength == 0 ? key : Arrays.copyOfRange(key, prefixLength, key.length);
  }

  /** Writes a batch and syncs the log. */
  void write(byte[] encodedBatch) throws RocksDBException {
    try (WriteBatch batch = new WriteBatch(encodedBatch)) {
      database.write(tuning.write(), batch);
    }
  }

  /** Removes all chunks before a position, and the files that hold nothing else. */
  void deleteChunksBefore(long position) throws RocksDBException {
    byte[] end = positionKey(position);
    if (position > deletedBefore) {
      // Without this, removing a file with deletions in it would bring back the chunks they
      // deleted,
      // where those are in a file that stays because it reaches beyond the position.
      database.deleteRange(chunks, tuning.write(), FIRST_POSITION, end);
      deletedBefore = position;
    }
    database.deleteFilesInRanges(chunks, List.of(FIRST_POSITION, end), false);
  }

  private static byte[] positionKey(long position) {
    return ByteBuffer.allocate(Long.BYTES).putLong(position).array();
  }

  /** A property summed over both families. */
  long property(String name) throws RocksDBException {
    return database.getLongProperty(state, name) + database.getLongProperty(chunks, name);
  }

  /** A property of the database as a whole. */
  long sharedProperty(String name) throws RocksDBException {
    return database.getLongProperty(name);
  }

  private ColumnFamilyHandle family(Table table) {
    return RocksDbLayout.isChunks(table) ? chunks : state;
  }

  @Override
  public void close() {
    state.close();
    chunks.close();
    database.close();
    tuning.close();
  }

  @FunctionalInterface
  private interface Opener {
    RocksDB open(
        DBOptions options,
        String directory,
        List<ColumnFamilyDescriptor> families,
        List<ColumnFamilyHandle> handles)
        throws RocksDBException;
  }
}
