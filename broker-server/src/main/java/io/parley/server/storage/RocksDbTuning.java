package io.parley.server.storage;

import java.util.List;
import java.util.Properties;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksObject;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteOptions;

/**
 * Every option RocksDB is opened with, each with its reason; what isn't named is left as RocksDB
 * has it. {@code docs/adr/0002-rocksdb-tuning.md} has the measurements.
 *
 * <p>Belongs to one open database and is closed after it.
 */
final class RocksDbTuning implements AutoCloseable {
  private static final long MIB = 1L << 20;
  private static final int RECYCLED_LOGS = 4;
  private static final int BLOOM_BITS_PER_KEY = 10;

  private final StorageSettings settings;
  private final Cache cache;
  private final BloomFilter bloom;
  private final DBOptions database;
  private final ColumnFamilyOptions chunks;
  private final ColumnFamilyOptions state;
  private final WriteOptions write;
  private final ReadOptions read;

  RocksDbTuning(StorageSettings settings) {
    this.settings = settings;
    cache = new LRUCache(settings.cacheBytes());
    bloom = new BloomFilter(BLOOM_BITS_PER_KEY);
    database = databaseOptions();
    chunks = chunksOptions();
    state = stateOptions();
    // Confirmed means on the disk.
    write = new WriteOptions().setSync(true);
    // A bit that flipped on the disk is an error, never a value.
    read = new ReadOptions().setVerifyChecksums(true);
  }

  private DBOptions databaseOptions() {
    Properties notInJava = new Properties();
    // The manifest keeps which logs there must be and how long each was when the next one began: a
    // log
    // that is missing or was cut is refused.
    notInJava.setProperty("track_and_verify_wals_in_manifest", "true");
    return DBOptions.getDBOptionsFromProps(notInJava)
        // --- what was confirmed is found again, or the database is refused
        // An error while opening is an error, and none is skipped.
        .setParanoidChecks(true)
        // The one mode that goes with recycled logs. By itself it would take damage for the log's
        // end; RecoveryCheck has looked behind that end before.
        .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
        // What is read from the log goes into synced table files before anything builds on it: the
        // log's last record may have been readable only because its failed sync left it in memory.
        .setAvoidFlushDuringRecovery(false)
        // After an error the owner reopens, which looks at what the disk really holds. RocksDB's
        // own
        // attempts to resume would go on behind it, in between.
        .setMaxBgErrorResumeCount(0)

        // --- a commit is one write and one sync
        // Overwriting blocks a file already has lets fdatasync skip the file system's journal: a
        // third
        // less time per commit. As many as there are logs at once (see max_total_wal_size).
        .setRecycleLogFileNum(RECYCLED_LOGS)
        // fdatasync writes all that is needed to read the data back; fsync would add the time
        // stamps.
        .setUseFsync(false)
        // Each commit syncs the log, so there is nothing to sync in between; table files are synced
        // when they are whole.
        .setBytesPerSync(0)
        .setWalBytesPerSync(0)
        // There is one writer: nothing to run at the same time, nobody to wait for.
        .setAllowConcurrentMemtableWrite(false)
        .setEnableWriteThreadAdaptiveYield(false)

        // --- bounds
        // Logs are kept until both families have flushed what is in them; beyond this the one that
        // lags is flushed. It is what a restart has to read again, well under a second per 128 MiB.
        .setMaxTotalWalSize(2 * settings.writeBufferBytes())
        // All memtables together; beyond it the largest is flushed early.
        .setDbWriteBufferSize(settings.writeBufferBytes())
        // One flush and one compaction at a time: it runs on two cores, beside the broker.
        .setMaxBackgroundJobs(2)
        .setMaxOpenFiles(settings.maxOpenFiles())
        // Rewritten when it has grown this large, instead of at 1 GiB.
        .setMaxManifestFileSize(4 * MIB)
        // RocksDB's own log tells of errors only, in at most four files.
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setMaxLogFileSize(MIB)
        .setKeepLogFileNum(4)
        // No statistics in files: StoreStatistics asks when somebody wants to know.
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0)
        // Large files are deleted in the background, not by the thread that happens to use them
        // last.
        .setAvoidUnnecessaryBlockingIO(true);
  }

  private ColumnFamilyOptions chunksOptions() {
    return family()
        // A chunk deleted before its memtable is flushed never reaches a table file, so: large.
        .setWriteBufferSize(settings.writeBufferBytes() / 2)
        // Chunks that outlive the memtable go into files of their own, written once; compaction
        // then
        // moves only their keys and places, and deletions, which cover older files, don't make it
        // write chunks again.
        .setEnableBlobFiles(true)
        // Below, the reference costs as much as moving the value.
        .setMinBlobSize(1 << 10)
        // One memtable's worth: a file is freed when its last chunk is.
        .setBlobFileSize(settings.writeBufferBytes() / 2)
        // Messages are mostly text and halve; only what outlives the memtable pays for it.
        .setBlobCompressionType(CompressionType.LZ4_COMPRESSION)
        // Where few chunks keep old files alive, those chunks are moved: the older half of the
        // files
        // is cleared up once half of what they hold is garbage.
        .setEnableBlobGarbageCollection(true)
        .setBlobGarbageCollectionAgeCutoff(0.5)
        .setBlobGarbageCollectionForceThreshold(0.5);
  }

  private ColumnFamilyOptions stateOptions() {
    // Small values, overwritten and deleted all the time: most of it dies in the memtable.
    return family().setWriteBufferSize(settings.writeBufferBytes() / 4);
  }

  private ColumnFamilyOptions family() {
    BlockBasedTableConfig tables =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            // Indexes and filters count against the cache: memory stays bounded however many files
            // a backlog has. Those of the newest files, asked first each time, stay in it.
            .setCacheIndexAndFilterBlocks(true)
            .setCacheIndexAndFilterBlocksWithHighPriority(true)
            .setPinL0FilterAndIndexBlocksInCache(true)
            // Most questions are for one key, and many for one that isn't there (dedup, outcomes).
            .setFilterPolicy(bloom);
    return new ColumnFamilyOptions()
        .setTableFormatConfig(tables)
        // One fills, one is being flushed, one to spare before commits wait for the disk.
        .setMaxWriteBufferNumber(3)
        // Cheap, and table files have much in common from key to key.
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        // A file is checked against what the manifest says of it, whenever the set of files
        // changes.
        .setForceConsistencyChecks(true);
  }

  DBOptions database() {
    return database;
  }

  ColumnFamilyOptions chunks() {
    return chunks;
  }

  ColumnFamilyOptions state() {
    return state;
  }

  WriteOptions write() {
    return write;
  }

  ReadOptions read() {
    return read;
  }

  @Override
  public void close() {
    for (RocksObject object : List.of(read, write, state, chunks, database, bloom, cache)) {
      object.close();
    }
  }
}
