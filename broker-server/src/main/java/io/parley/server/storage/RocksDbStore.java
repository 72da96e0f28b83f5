package io.parley.server.storage;

import io.parley.engine.store.Store;
import io.parley.engine.store.StoreException;
import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * One namespace's tables in RocksDB.
 *
 * <p>Invariants: a commit that returned is on the disk. After one that failed nothing is written
 * until {@link #reopen} has started afresh from what the disk holds, for what the log's end looks
 * like then is known only by reading it. A database that lost or changed what was confirmed is
 * refused, never opened as an empty or shorter one.
 *
 * <p>{@code begin}, {@code commit}, {@code reopen}: the engine's owner thread. All else: any
 * thread.
 */
public final class RocksDbStore implements Store {
  private final DataDirectory dataDirectory;
  private final Path directory;
  private final StorageSettings settings;
  private final WriteBatchEncoder encoder = new WriteBatchEncoder();

  /** Read: use the database. Write: close or replace it, which crashes whoever still uses it. */
  private final ReentrantReadWriteLock inUse = new ReentrantReadWriteLock();

  private @Nullable OpenRocksDb database;
  private @Nullable RocksDbTransaction open;
  private @Nullable String failure;

  private RocksDbStore(DataDirectory dataDirectory, Path directory, StorageSettings settings) {
    this.dataDirectory = dataDirectory;
    this.directory = directory;
    this.settings = settings;
  }

  /**
   * Opens a namespace's store, and makes it if the namespace is new. Takes up to a second after a
   * crash, while the log is read again.
   *
   * @param dataDirectory must stay open for as long as the store
   * @throws ParleyException DATA_CORRUPT naming the file if something stored is damaged or missing;
   *     STORE_UNAVAILABLE with the system's reason if the disk refuses
   */
  public static RocksDbStore open(
      DataDirectory dataDirectory, String namespace, StorageSettings settings) {
    RocksDbLibrary.load(dataDirectory.nativeLibraries());
    Path directory = dataDirectory.namespace(namespace);
    RocksDbStore store = new RocksDbStore(dataDirectory, directory, settings);
    try {
      store.createUnlessThere();
      store.database = OpenRocksDb.open(directory, settings);
      return store;
    } catch (DamagedFileException e) {
      throw store.refusal(ErrorCode.DATA_CORRUPT, e.getMessage(), e);
    } catch (RocksDBException e) {
      throw store.refusal(
          isOfTheDisk(e) ? ErrorCode.STORE_UNAVAILABLE : ErrorCode.DATA_CORRUPT, reason(e), e);
    } catch (IOException e) {
      throw store.refusal(ErrorCode.STORE_UNAVAILABLE, SyncedFiles.reason(e), e);
    }
  }

  /**
   * Makes the database beside its place and moves it there whole. So a directory in this place
   * without a database is one that lost it, and never taken for a new one.
   */
  private void createUnlessThere() throws IOException, RocksDBException {
    if (Files.exists(directory)) {
      return;
    }
    Path beside = directory.resolveSibling(directory.getFileName() + ".new");
    deleteAll(beside);
    SyncedFiles.createDirectories(beside);
    OpenRocksDb.create(beside, settings);
    SyncedFiles.move(beside, directory);
  }

  private static void deleteAll(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    inUse.readLock().lock();
    try {
      return database().get(table, key);
    } catch (RocksDBException e) {
      // RocksDB does not always say in which file: the key at least tells what is lost.
      throw failed("reading %s 0x%s".formatted(table, HexFormat.of().formatHex(key)), e);
    } finally {
      inUse.readLock().unlock();
    }
  }

  @Override
  public void scan(Table table, byte[] from, byte @Nullable [] toExclusive, EntryVisitor visitor) {
    inUse.readLock().lock();
    try {
      database().scan(table, from, toExclusive, visitor);
    } catch (RocksDBException e) {
      throw failed("scanning " + table, e);
    } finally {
      inUse.readLock().unlock();
    }
  }

  @Override
  public Transaction begin() {
    requireNoFailure();
    endOpenTransaction();
    inUse.readLock().lock();
    try {
      open = new RocksDbTransaction(this, database().layout(), encoder);
      return open;
    } finally {
      inUse.readLock().unlock();
    }
  }

  @Override
  public void commit(Transaction transaction) {
    requireNoFailure();
    if (transaction != open) {
      throw new IllegalArgumentException(
          "transaction: not the open one of this store (expected: the last begun, used once)");
    }
    boolean empty = transaction.isEmpty();
    endOpenTransaction();
    if (empty) {
      return;
    }
    try {
      write("committing", current -> current.write(encoder.toBytes()));
    } finally {
      encoder.clear();
    }
  }

  /** Does something that writes to the log; if it fails, nothing more is written there. */
  private void write(String doing, Writing writing) {
    requireNoFailure();
    inUse.readLock().lock();
    try {
      writing.to(database());
    } catch (RocksDBException e) {
      StoreException failed = failed(doing, e);
      failure = failed.getMessage();
      throw failed;
    } finally {
      inUse.readLock().unlock();
    }
  }

  @Override
  public void reopen() {
    if (inUse.getReadHoldCount() > 0) {
      throw new IllegalStateException("reopen inside a scan's visitor");
    }
    endOpenTransaction();
    try {
      // While the disk still refuses, what is open stays open: reads go on.
      dataDirectory.requireWritable();
    } catch (IOException e) {
      throw failed("reopening", SyncedFiles.reason(e), e);
    }
    inUse.writeLock().lock();
    try {
      closeDatabase();
      database = OpenRocksDb.open(directory, settings);
      failure = null;
    } catch (DamagedFileException e) {
      throw failed("reopening", e.getMessage(), e);
    } catch (RocksDBException e) {
      throw failed("reopening", e);
    } catch (IOException e) {
      throw failed("reopening", SyncedFiles.reason(e), e);
    } finally {
      inUse.writeLock().unlock();
    }
  }

  @Override
  public void reclaimChunksBefore(long position) {
    write("reclaiming chunks", current -> current.deleteChunksBefore(position));
  }

  /**
   * The store's size and health now.
   *
   * @throws StoreException if the store is closed or doesn't answer
   */
  public StoreStatistics statistics() {
    inUse.readLock().lock();
    try {
      OpenRocksDb from = database();
      List<Long> logSizes = logSizes();
      return new StoreStatistics(
          from.property("rocksdb.cur-size-all-mem-tables"),
          from.sharedProperty("rocksdb.block-cache-usage"),
          from.property("rocksdb.total-sst-files-size"),
          from.property("rocksdb.total-blob-file-size"),
          logSizes.size(),
          logSizes.stream().mapToLong(Long::longValue).sum(),
          from.property("rocksdb.estimate-pending-compaction-bytes"),
          from.sharedProperty("rocksdb.background-errors"),
          from.sharedProperty("rocksdb.is-write-stopped") != 0);
    } catch (RocksDBException e) {
      throw failed("asking for statistics", e);
    } catch (IOException e) {
      throw failed("asking for statistics", SyncedFiles.reason(e), e);
    } finally {
      inUse.readLock().unlock();
    }
  }

  private List<Long> logSizes() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .map(file -> file.toFile().length())
          .toList();
    }
  }

  @Override
  public void close() {
    inUse.writeLock().lock();
    try {
      endOpenTransaction();
      closeDatabase();
    } finally {
      inUse.writeLock().unlock();
    }
  }

  private void closeDatabase() {
    OpenRocksDb closing = database;
    if (closing != null) {
      database = null;
      closing.close();
    }
  }

  private void endOpenTransaction() {
    RocksDbTransaction ending = open;
    if (ending != null) {
      open = null;
      ending.end();
    }
  }

  private OpenRocksDb database() {
    OpenRocksDb current = database;
    if (current == null) {
      throw new StoreException("%s: closed".formatted(directory));
    }
    return current;
  }

  private void requireNoFailure() {
    if (failure != null) {
      throw new StoreException(
          "a write failed before and the store was not reopened since: " + failure);
    }
  }

  private StoreException failed(String doing, RocksDBException e) {
    return failed(doing, reason(e), e);
  }

  private StoreException failed(String doing, @Nullable String reason, Exception cause) {
    return new StoreException("%s: %s: %s".formatted(directory, doing, reason), cause);
  }

  private ParleyException refusal(ErrorCode code, @Nullable String reason, Exception cause) {
    ParleyException refusal =
        new ParleyException(code, "store %s: %s".formatted(directory, reason));
    refusal.initCause(cause);
    return refusal;
  }

  /** RocksDB reports a missing file as the disk's error; it is a loss of what was stored. */
  private static boolean isOfTheDisk(RocksDBException e) {
    Status status = e.getStatus();
    return status != null
        && status.getCode() == Status.Code.IOError
        && !reason(e).contains("No such file");
  }

  private static String reason(RocksDBException e) {
    Status status = e.getStatus();
    return status == null || status.getState() == null
        ? e.toString()
        : status.getCodeString() + ": " + status.getState();
  }

  @FunctionalInterface
  private interface Writing {
    void to(OpenRocksDb database) throws RocksDBException;
  }
}
