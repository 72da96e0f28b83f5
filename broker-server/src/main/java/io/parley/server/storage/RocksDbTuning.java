package io.parley.server.storage;

import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksObject;
import org.rocksdb.WriteOptions;

/**
 * Every option RocksDB is opened with, each with its reason; what isn't named is left as RocksDB
 * has it. {@code docs/adr/0002-rocksdb-tuning.md} has the measurements.
 *
 * <p>Belongs to one open database and is closed after it.
 */
final class RocksDbTuning implements AutoCloseable {
  private static final long MIB = 1L << 20;
  private static final int BLOOM_BITS_PER_KEY = 10;

  /**
   * Few threads read. By itself RocksDB divides 32 MiB into 64 parts, which are too small for a
   * larger file's index.
   */
  private static final int CACHE_SHARD_BITS = 2;

  private static final int METADATA_BLOCK_BYTES = 4 * 1024;

  private final Cache cache;
  private final BloomFilter bloom;
  private final DBOptions database;
  private final ColumnFamilyOptions family;
  private final WriteOptions write;
  private final ReadOptions read;

  RocksDbTuning(StorageSettings settings) {
    cache = new LRUCache(settings.cacheBytes(), CACHE_SHARD_BITS);
    bloom = new BloomFilter(BLOOM_BITS_PER_KEY);
    database = databaseOptions(settings);
    family = familyOptions(settings);
    // The journal is the log.
    write = new WriteOptions().setDisableWAL(true);
    // A bit that flipped on the disk is an error, never a value.
    read = new ReadOptions().setVerifyChecksums(true);
  }

  private static DBOptions databaseOptions(StorageSettings settings) {
    return new DBOptions()
        // --- what was confirmed is found again, or the database is refused
        // An error while opening is an error, and none is skipped.
        .setParanoidChecks(true)
        // The journal is the log: what is in memory when the store closes is read from there again.
        // After a failure nobody waits for a disk that may hang.
        .setAvoidFlushDuringShutdown(true)
        // After an error the owner reopens, which looks at what the disk really holds. RocksDB's
        // own attempts to resume would go on behind it, in between.
        .setMaxBgErrorResumeCount(0)
        // fdatasync writes all that is needed to read the data back; fsync would add time stamps.
        .setUseFsync(false)
        // Table files are synced when they are whole.
        .setBytesPerSync(0)
        // There is one writer: nothing to run at the same time, nobody to wait for.
        .setAllowConcurrentMemtableWrite(false)
        .setEnableWriteThreadAdaptiveYield(false)

        // --- bounds
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

  private ColumnFamilyOptions familyOptions(StorageSettings settings) {
    BlockBasedTableConfig tables =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            // Indexes and filters count against the cache: memory stays bounded however many files
            // there are. Those of the newest files, asked first each time, stay in it.
            .setCacheIndexAndFilterBlocks(true)
            .setCacheIndexAndFilterBlocksWithHighPriority(true)
            .setPinL0FilterAndIndexBlocksInCache(true)
            // In pieces, of which only those in use are kept: as a whole, those of ten million
            // messages are larger than the cache, and were read and checked anew for each question.
            .setIndexType(IndexType.kTwoLevelIndexSearch)
            .setPartitionFilters(true)
            .setMetadataBlockSize(METADATA_BLOCK_BYTES)
            .setPinTopLevelIndexAndFilter(true)
            // Most questions are for one key, and many for one that isn't there (dedup, outcomes).
            .setFilterPolicy(bloom);
    return new ColumnFamilyOptions()
        .setTableFormatConfig(tables)
        // Never full: the store flushes at a quarter of it, so that table files are written by
        // checkpoints, and what is in them is all up to some record.
        .setWriteBufferSize(settings.writeBufferBytes())
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

  ColumnFamilyOptions family() {
    return family;
  }

  WriteOptions write() {
    return write;
  }

  ReadOptions read() {
    return read;
  }

  @Override
  public void close() {
    for (RocksObject object : List.of(read, write, family, database, bloom, cache)) {
      object.close();
    }
  }
}
