package io.parley.server.storage;

import io.parley.engine.store.Store.EntryVisitor;
import io.parley.engine.store.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * A store from its opening to its closing: the journal, and the tables that follow it.
 *
 * <pre>
 *   write       record ──> journal, in memory; its changes ──> recent rows
 *   sync        journal ──> disk: what was written is safe
 *   age         recent rows that are safe in the journal ──> tables, in memory
 *   checkpoint  all recent rows ──> tables ──> table files; then segments whose chunks are gone
 *               are free
 *   open        tables, then the journal's records after the last one that is in them
 * </pre>
 *
 * <p>Invariant: what is in the tables is safe in the journal, or was when it got there. How far the
 * journal is in them is written at checkpoints: rows of later records may be there as well, and are
 * written again when they are read from the journal.
 *
 * <p>Owner thread; {@link #sync}, {@link #get} and {@link #scan} any.
 */
final class OpenStore implements AutoCloseable {
  private static final String JOURNAL = "journal";
  private static final byte ROW_VERSION = 1;

  /** A row that says what is left in a segment, or where a chunk is, with its key. */
  private static final int ROW_BYTES_MAX = 64;

  /** Memory that a change takes in the memtable besides its key and value. */
  private static final int CHANGE_OVERHEAD_BYTES = 80;

  /** Recent rows looked at in one go. */
  private static final int AGED_ROWS = 512;

  /** Chunks moved at once out of a segment that few of them keep. */
  private static final int MOVED_BYTES_MAX = 1 << 20;

  /** Moved chunks that wait for a sync, in memory: while one takes long, no more are moved. */
  private static final int MOVED_UNSYNCED_BYTES_MAX = 4 << 20;

  private final Path directory;
  private final OpenRocksDb database;
  private final Journal journal;
  private final JournalCompaction compaction;
  private final RecentRows recent = new RecentRows();
  private final long memtableBytesMax;
  private final long journalBytesMax;

  private long memtableBytes;
  private long chunkBytes;
  private long journalBytes;

  /** Bytes of moved chunks in records up to one, none of which is known to be on the disk. */
  private long movedBytes;

  private long movedUpTo;

  /** Last record that was written before {@link #maintain} was last called. */
  private long lastMaintained;

  /** Last record in the tables on the disk. */
  private long checkpoint;

  /** Last record that will be there once the flush under way has ended; 0 while there is none. */
  private long flushing;

  private OpenStore(
      Path directory, OpenRocksDb database, Journal journal, StorageSettings settings) {
    this.directory = directory;
    this.database = database;
    this.journal = journal;
    this.compaction = new JournalCompaction(journal);
    // A quarter: also with the overhead badly guessed the memtable isn't full by then.
    this.memtableBytesMax = settings.writeBufferBytes() / 4;
    this.journalBytesMax = 2 * settings.writeBufferBytes();
    this.checkpoint = journal.durable();
    this.chunkBytes = journal.segments().stream().mapToLong(Segment::chunkBytes).sum();
  }

  /** Makes an empty store. */
  static void create(Path directory, StorageSettings settings)
      throws IOException, RocksDBException {
    OpenRocksDb.create(directory, settings);
    Journal.create(directory.resolve(JOURNAL));
  }

  /**
   * Opens a store that is there, and makes sure that all of it is. Takes as long as reading what
   * the journal holds since the last checkpoint.
   *
   * @throws DamagedFileException if something stored is missing or changed
   * @throws RocksDBException likewise, or if the disk refuses
   */
  static OpenStore open(Path directory, StorageSettings settings)
      throws IOException, RocksDBException, DamagedFileException {
    OpenRocksDb database = OpenRocksDb.open(directory, settings);
    Journal journal = null;
    try {
      long applied = applied(database);
      journal =
          Journal.open(
              directory.resolve(JOURNAL),
              (int) Math.min(settings.writeBufferBytes(), 1L << 30),
              applied,
              database.manifest(),
              (record, changes) -> replay(database, directory, changes));
      if (journal.appended() > applied) {
        database.flush();
      }
      countChunks(directory, database, journal);
      OpenStore opened = new OpenStore(directory, database, journal, settings);
      journal.free(opened.checkpoint);
      return opened;
    } catch (IOException | RocksDBException | DamagedFileException e) {
      if (journal != null) {
        journal.close();
      }
      database.close();
      throw e;
    }
  }

  private static long applied(OpenRocksDb database) throws RocksDBException {
    byte[] applied = database.get(RocksDbLayout.APPLIED);
    return applied == null ? 0 : ByteBuffer.wrap(applied).getLong(1);
  }

  private static void replay(OpenRocksDb database, Path directory, byte[] changes)
      throws DamagedFileException {
    try {
      database.write(changes);
    } catch (RocksDBException e) {
      throw new DamagedFileException(directory, "a record's changes: " + e.getMessage());
    }
  }

  private static void countChunks(Path directory, OpenRocksDb database, Journal journal)
      throws RocksDBException, IOException, DamagedFileException {
    try (OpenRocksDb.Rows rows =
        database.rows(RocksDbLayout.SEGMENTS_FROM, RocksDbLayout.SEGMENTS_TO)) {
      for (RowKey key = rows.key(); key != null; key = rows.key()) {
        long number = RocksDbLayout.segmentOf(key);
        Segment segment = journal.segment(number);
        if (segment == null) {
          throw new DamagedFileException(
              directory.resolve(JOURNAL), "segment %d is missing".formatted(number));
        }
        ByteBuffer row = ByteBuffer.wrap(rows.value());
        segment.chunks(row.getLong(1), row.getLong(1 + Long.BYTES));
        rows.next();
      }
    }
  }

  // ---------------------------------------------------------------- reading

  byte @Nullable [] get(Table table, byte[] key)
      throws IOException, RocksDBException, DamagedFileException {
    byte[] value = row(RocksDbLayout.key(table, key));
    return table == Table.CHUNKS && value != null
        ? journal.read(ChunkLocation.decode(directory, value))
        : value;
  }

  private byte @Nullable [] row(RowKey key) throws RocksDBException {
    Row row = recent.get(key);
    if (row == null) {
      return database.get(key);
    }
    byte[] value = row.value();
    return value == null ? null : value.clone();
  }

  void scan(Table table, byte[] from, byte @Nullable [] toExclusive, EntryVisitor visitor)
      throws IOException, RocksDBException, DamagedFileException {
    RowKey first = RocksDbLayout.key(table, from);
    RowKey end =
        toExclusive == null ? RocksDbLayout.end(table) : RocksDbLayout.key(table, toExclusive);
    if (first.compareTo(end) >= 0) {
      return;
    }
    try (MergedRows rows = MergedRows.of(recent, database, first, end)) {
      for (RowKey key = rows.next(); key != null; key = rows.next()) {
        byte[] value =
            table == Table.CHUNKS
                ? journal.read(ChunkLocation.decode(directory, rows.value()))
                : rows.value();
        if (!visitor.visit(Arrays.copyOfRange(key.bytes(), 1, key.bytes().length), value)) {
          return;
        }
      }
    }
  }

  // ---------------------------------------------------------------- writing

  RocksDbTransaction begin(RocksDbStore store, WriteBatchEncoder encoder) {
    return new RocksDbTransaction(store, encoder, journal);
  }

  /** Writes a transaction: seen by all who read from now on, safe with the next sync. */
  void write(RocksDbTransaction transaction)
      throws IOException, RocksDBException, DamagedFileException {
    WriteBatchEncoder changes = transaction.encoder();
    int rows = 2 + 3 * transaction.chunks().size();
    Segment segment = journal.place(changes.sizeBytes() + rows * ROW_BYTES_MAX);
    placeChunks(transaction, segment);
    long record = journal.nextRecord();
    changes.put(RocksDbLayout.APPLIED.bytes(), row(record));
    if (memtableBytes > memtableBytesMax || journalBytes > journalBytesMax) {
      startCheckpoint();
    }
    int before = segment.end();
    byte[] batch = changes.toBytes();
    journal.append(segment, batch, batch.length);
    journalBytes += segment.end() - before;
    recent.add(record, transaction.rows());
    recent.forgetUndo(journal.durable());
    if (recent.isFull()) {
      // More than come.
      age(journal.durable(), AGED_ROWS + 2 * transaction.rows().size());
    }
  }

  /** Brings rows that didn't change after a record, which is durable, into the tables. */
  private void age(long record, int looks) throws RocksDBException {
    List<Map.Entry<RowKey, Row>> old = recent.unchangedSince(record, looks);
    if (old.isEmpty()) {
      return;
    }
    WriteBatchEncoder changes = new WriteBatchEncoder();
    for (Map.Entry<RowKey, Row> each : old) {
      byte[] value = each.getValue().value();
      if (value == null) {
        changes.delete(each.getKey().bytes());
      } else {
        changes.put(each.getKey().bytes(), value);
      }
    }
    writeToTables(changes);
    recent.forget(old);
  }

  private void writeToTables(WriteBatchEncoder changes) throws RocksDBException {
    memtableBytes += changes.sizeBytes() + (long) changes.count() * CHANGE_OVERHEAD_BYTES;
    database.write(changes.toBytes());
  }

  /** Brings all into the tables, and how far that is. All that was written must be durable. */
  private void ageAll() throws RocksDBException {
    while (recent.size() > 0) {
      age(journal.durable(), recent.size());
    }
    WriteBatchEncoder applied = new WriteBatchEncoder();
    applied.put(RocksDbLayout.APPLIED.bytes(), row(journal.durable()));
    writeToTables(applied);
  }

  /** Has reads see what is durable, and nothing that was written since. */
  void rewind() {
    recent.rewind(journal.durable());
  }

  private void placeChunks(RocksDbTransaction transaction, Segment segment)
      throws RocksDBException, DamagedFileException {
    Set<Segment> changed = new LinkedHashSet<>(4);
    for (Map.Entry<RowKey, RocksDbTransaction.ChunkChange> each : transaction.chunks()) {
      RowKey key = each.getKey();
      RocksDbTransaction.ChunkChange chunk = each.getValue();
      byte[] before = chunk.isNew() ? null : row(key);
      if (before != null) {
        ChunkLocation location = ChunkLocation.decode(directory, before);
        Segment left = journal.segment(location.segment());
        if (left != null) {
          left.remove(location.length(), journal.nextRecord());
          chunkBytes -= location.length();
          changed.add(left);
        }
      }
      if (chunk.isDeletion()) {
        transaction.delete(key);
      } else {
        segment.add(chunk.length());
        chunkBytes += chunk.length();
        changed.add(segment);
        ChunkLocation location =
            new ChunkLocation(
                segment.number(),
                segment.end() + chunk.offset(),
                chunk.length(),
                journal.crc(chunk.offset(), chunk.length()));
        transaction.put(key, location.encode(), chunk.isNew());
      }
    }
    for (Segment each : changed) {
      RowKey key = RocksDbLayout.segmentKey(each.number());
      if (each.chunks() == 0) {
        transaction.delete(key);
      } else {
        transaction.put(key, row(each.chunks(), each.chunkBytes()), false);
      }
    }
  }

  private static byte[] row(long... numbers) {
    ByteBuffer row = ByteBuffer.allocate(1 + numbers.length * Long.BYTES).put(ROW_VERSION);
    for (long number : numbers) {
      row.putLong(number);
    }
    return row.array();
  }

  /** Returns once all that was written before is on the disk. */
  void sync() throws IOException {
    journal.sync();
  }

  // ---------------------------------------------------------------- checkpoints

  private void startCheckpoint() throws IOException, RocksDBException {
    database.requireNoBackgroundError();
    finishCheckpoint();
    boolean lagging = flushing > 0 && memtableBytes > 2 * memtableBytesMax;
    if (flushing > 0 && !lagging) {
      return;
    }
    journal.sync();
    ageAll();
    flushing = journal.durable();
    memtableBytes = 0;
    journalBytes = 0;
    if (lagging) {
      database.flush(); // table files are written more slowly than changes come: wait for them
      finishCheckpoint();
    } else {
      database.startFlush();
    }
  }

  private void finishCheckpoint() throws IOException, RocksDBException {
    if (flushing > 0 && database.isFlushed()) {
      checkpoint = flushing;
      flushing = 0;
      journal.free(checkpoint);
    }
  }

  /** Frees what is no longer needed, a bounded part of it. No transaction may be open. */
  void maintain(RocksDbStore store, WriteBatchEncoder encoder)
      throws IOException, RocksDBException, DamagedFileException {
    database.requireNoBackgroundError();
    finishCheckpoint();
    journal.free(checkpoint);
    recent.forgetUndo(journal.durable());
    age(Math.min(lastMaintained, journal.durable()), AGED_ROWS);
    lastMaintained = journal.appended();
    if (journal.durable() >= movedUpTo) {
      movedBytes = 0;
    }
    if (movedBytes >= MOVED_UNSYNCED_BYTES_MAX) {
      return;
    }
    RocksDbTransaction moves = begin(store, encoder);
    compaction.next(
        checkpoint,
        MOVED_BYTES_MAX,
        (key, segment, offset, bytes, at) -> {
          ChunkLocation now = location(key);
          if (now != null && now.segment() == segment && now.offset() == offset) {
            moves.move(key, bytes, at, now.length());
          }
        });
    if (!moves.isEmpty()) {
      movedBytes += moves.sizeBytes();
      write(moves);
      movedUpTo = journal.appended();
    }
    moves.end();
  }

  private @Nullable ChunkLocation location(byte[] key) throws IOException, DamagedFileException {
    try {
      byte[] value = row(RocksDbLayout.key(Table.CHUNKS, key));
      return value == null ? null : ChunkLocation.decode(directory, value);
    } catch (RocksDBException e) {
      throw new IOException("looking for a chunk: " + e.getMessage(), e);
    }
  }

  /** Bytes of all chunks there are. */
  long chunkBytes() {
    return chunkBytes;
  }

  StoreStatistics statistics() throws RocksDBException {
    return new StoreStatistics(
        database.property("rocksdb.cur-size-all-mem-tables"),
        database.property("rocksdb.block-cache-usage"),
        database.property("rocksdb.total-sst-files-size"),
        journal.segments().size(),
        journal.sizeBytes(),
        database.property("rocksdb.estimate-pending-compaction-bytes"),
        database.property("rocksdb.background-errors"),
        database.property("rocksdb.is-write-stopped") != 0);
  }

  /** Leaves nothing that the next start would have to read from the journal again. */
  void checkpointBeforeClose() throws IOException, RocksDBException {
    journal.sync();
    ageAll();
    database.flush();
    checkpoint = journal.durable();
  }

  @Override
  public void close() throws IOException {
    try {
      journal.close();
    } finally {
      database.close();
    }
  }
}
