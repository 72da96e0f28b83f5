package io.parley.server.storage;

import io.parley.engine.store.DamagedDataException;
import io.parley.engine.store.Store;
import io.parley.engine.store.StoreException;
import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One namespace's tables: chunks and changes in a journal, all but the chunks in RocksDB as well.
 *
 * <p>Invariants: what was written before a sync that returned is on the disk. After a write or sync
 * that failed nothing is written until {@link #reopen} has started afresh from what the disk holds,
 * for what the journal's end looks like then is known only by reading it. A store that lost or
 * changed what was confirmed is refused, never opened as an empty or shorter one.
 *
 * <p>{@code begin}, {@code write}, {@code maintain}, {@code reopen}: the engine's owner thread;
 * {@code sync} one thread at a time. All else: any thread.
 */
public final class RocksDbStore implements Store {
  private static final Logger log = LoggerFactory.getLogger(RocksDbStore.class);

  private final DataDirectory dataDirectory;
  private final Path directory;
  private final StorageSettings settings;
  private final WriteBatchEncoder encoder = new WriteBatchEncoder();

  /** Read: use the database. Write: close or replace it, which crashes whoever still uses it. */
  private final ReentrantReadWriteLock inUse = new ReentrantReadWriteLock();

  private @Nullable OpenStore opened;
  private @Nullable RocksDbTransaction open;
  private volatile @Nullable String failure;
  private volatile boolean rewound;

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
      dataDirectory.made(namespace);
      store.opened = OpenStore.open(directory, settings);
      return store;
    } catch (DamagedFileException e) {
      throw store.refusal(ErrorCode.DATA_CORRUPT, e.getMessage(), e);
    } catch (RocksDBException e) {
      throw store.refusal(
          isDamage(e) ? ErrorCode.DATA_CORRUPT : ErrorCode.STORE_UNAVAILABLE, reason(e), e);
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
    SyncedFiles.deleteAll(beside);
    SyncedFiles.createDirectories(beside);
    OpenStore.create(beside, settings);
    SyncedFiles.move(beside, directory);
  }

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    // RocksDB does not always say in which file: the key at least tells what is lost.
    return using(
            () -> "reading %s 0x%s".formatted(table, HexFormat.of().formatHex(key)),
            store -> Optional.ofNullable(store.get(table, key)))
        .orElse(null);
  }

  @Override
  public void scan(Table table, byte[] from, byte @Nullable [] toExclusive, EntryVisitor visitor) {
    using(
        () -> "scanning " + table,
        store -> {
          store.scan(table, from, toExclusive, visitor);
          return this;
        });
  }

  @Override
  public Transaction begin() {
    requireNoFailure();
    endOpenTransaction();
    return using(
        () -> "beginning",
        store -> {
          open = store.begin(this, encoder);
          return open;
        });
  }

  @Override
  public void write(Transaction transaction) {
    requireNoFailure();
    RocksDbTransaction written = open;
    if (transaction != written || written == null) {
      throw new IllegalArgumentException(
          "transaction: not the open one of this store (expected: the last begun, used once)");
    }
    if (!written.isEmpty()) {
      writing("committing", store -> store.write(written));
    }
    endOpenTransaction();
  }

  @Override
  public void sync() {
    writing("syncing", OpenStore::sync);
  }

  @Override
  public void maintain() {
    endOpenTransaction();
    writing("freeing space", store -> store.maintain(this, encoder));
  }

  /**
   * Does something that writes; if it fails, nothing more is written until the store is reopened.
   */
  private void writing(String doing, Writing writing) {
    requireNoFailure();
    try {
      using(
          () -> doing,
          store -> {
            writing.to(store);
            return this;
          });
    } catch (StoreException e) {
      failure = e.getMessage();
      throw e;
    }
  }

  private <T> T using(Supplier<String> doing, Use<T> use) {
    inUse.readLock().lock();
    try {
      return use.of(opened());
    } catch (RocksDBException e) {
      throw failed(doing.get(), reason(e), e);
    } catch (DamagedFileException e) {
      throw failed(doing.get(), e.getMessage(), e);
    } catch (IOException e) {
      throw failed(doing.get(), SyncedFiles.reason(e), e);
    } finally {
      inUse.readLock().unlock();
    }
  }

  @Override
  public void rewind() {
    using(
        () -> "looking at what is durable",
        store -> {
          store.rewind();
          rewound = true;
          return this;
        });
  }

  @Override
  public boolean isRewound() {
    return rewound;
  }

  @Override
  public void reopen() {
    if (inUse.getReadHoldCount() > 0) {
      throw new IllegalStateException("reopen inside a scan's visitor");
    }
    endOpenTransaction();
    try {
      // While the disk still refuses, what is open stays open: reads go on. To open it takes room
      // for what so far is in the journal alone.
      dataDirectory.requireWritable(settings.writeBufferBytes() / 2);
    } catch (IOException e) {
      throw failed("reopening", SyncedFiles.reason(e), e);
    }
    inUse.writeLock().lock();
    try {
      closeOpened();
      opened = OpenStore.open(directory, settings);
      failure = null;
      rewound = false;
    } catch (DamagedFileException e) {
      throw notReopened(e.getMessage(), e);
    } catch (RocksDBException e) {
      throw notReopened(reason(e), e);
    } catch (IOException e) {
      throw notReopened(SyncedFiles.reason(e), e);
    } finally {
      inUse.writeLock().unlock();
    }
  }

  /** Also for those who want to read from now on. */
  private StoreException notReopened(@Nullable String reason, Exception cause) {
    StoreException why = failed("reopening", reason, cause);
    failure = why.getMessage();
    return why;
  }

  /**
   * The store's size and health now.
   *
   * @throws StoreException if the store is closed or doesn't answer
   */
  public StoreStatistics statistics() {
    return using(() -> "asking for statistics", OpenStore::statistics);
  }

  @Override
  public long chunkBytes() {
    return using(() -> "asking for its size", OpenStore::chunkBytes);
  }

  @Override
  public void close() {
    inUse.writeLock().lock();
    try {
      endOpenTransaction();
      OpenStore closing = opened;
      if (closing != null && failure == null) {
        closing.checkpointBeforeClose();
      }
    } catch (RocksDBException e) {
      throw failed("closing", reason(e), e);
    } catch (IOException e) {
      throw failed("closing", SyncedFiles.reason(e), e);
    } finally {
      try {
        closeOpened();
      } catch (IOException e) {
        log.warn("{}: closing a file failed", directory, e); // all that counts is synced
      } finally {
        inUse.writeLock().unlock();
      }
    }
  }

  /** Closes it as it is: who was to use it met damage. */
  public void abandon() {
    inUse.writeLock().lock();
    try {
      endOpenTransaction();
      closeOpened();
    } catch (IOException e) {
      log.warn("{}: closing a file failed", directory, e);
    } finally {
      inUse.writeLock().unlock();
    }
  }

  private void closeOpened() throws IOException {
    OpenStore closing = opened;
    if (closing != null) {
      opened = null;
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

  private OpenStore opened() {
    OpenStore current = opened;
    if (current == null) {
      throw new StoreException(failure == null ? directory + ": closed" : failure);
    }
    return current;
  }

  private void requireNoFailure() {
    if (failure != null) {
      throw new StoreException(
          "a write failed before and the store was not reopened since: " + failure);
    }
  }

  private StoreException failed(String doing, @Nullable String reason, Exception cause) {
    String what = "%s: %s: %s (%s)".formatted(directory, doing, reason, remedy(reason, cause));
    return isDamage(cause)
        ? new DamagedDataException(what, cause)
        : new StoreException(what, cause);
  }

  private static String remedy(@Nullable String reason, Exception cause) {
    if (isDamage(cause)) {
      return "restore it from a backup, and start again";
    }
    String why = String.valueOf(reason);
    if (why.contains("No space left") || why.contains("quota exceeded")) {
      return "free space on its file system; it goes on by itself";
    }
    if (why.contains("Read-only")) {
      return "make its file system writable; it goes on by itself";
    }
    return why.contains("Too many open files")
        ? "raise the limit of open files; it goes on by itself"
        : "see to its disk; it goes on by itself";
  }

  private ParleyException refusal(ErrorCode code, @Nullable String reason, Exception cause) {
    ParleyException refusal =
        new ParleyException(code, "store %s: %s".formatted(directory, reason));
    refusal.initCause(cause);
    return refusal;
  }

  /** Whether something stored is missing or changed, rather than the disk in trouble. */
  private static boolean isDamage(Exception cause) {
    return cause instanceof DamagedFileException
        || (cause instanceof RocksDBException e && !isOfTheDisk(e));
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
  private interface Use<T> {
    T of(OpenStore store) throws IOException, RocksDBException, DamagedFileException;
  }

  @FunctionalInterface
  private interface Writing {
    void to(OpenStore store) throws IOException, RocksDBException, DamagedFileException;
  }
}
