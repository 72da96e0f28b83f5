package io.parley.server.storage;

import java.util.List;
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

/** Every option RocksDB is opened with, each with its reason. Closed after the database. */
final class RocksDbTuning implements AutoCloseable {
  private final StorageSettings settings;
  private final Cache cache;
  private final BloomFilter bloom = new BloomFilter(10);
  private final DBOptions database;
  private final ColumnFamilyOptions chunks;
  private final ColumnFamilyOptions state;
  private final WriteOptions write;
  private final ReadOptions read;

  RocksDbTuning(StorageSettings settings) {
    this.settings = settings;
    cache = new LRUCache(settings.cacheBytes());
    database = databaseOptions();
    chunks = chunksOptions();
    state = stateOptions();
    write = new WriteOptions().setSync(true);
    read = new ReadOptions().setVerifyChecksums(true);
  }

  private DBOptions databaseOptions() {
    return new DBOptions()
        .setParanoidChecks(true)
        .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
        .setAvoidFlushDuringRecovery(false)
        .setMaxTotalWalSize(2 * settings.writeBufferBytes())
        .setDbWriteBufferSize(settings.writeBufferBytes())
        .setMaxBackgroundJobs(2)
        .setMaxOpenFiles(settings.maxOpenFiles())
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setMaxLogFileSize(1 << 20)
        .setKeepLogFileNum(4)
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0);
  }

  private ColumnFamilyOptions chunksOptions() {
    return new ColumnFamilyOptions()
        .setWriteBufferSize(settings.writeBufferBytes() / 2)
        .setTableFormatConfig(new BlockBasedTableConfig().setBlockCache(cache))
        .setCompressionType(CompressionType.NO_COMPRESSION);
  }

  private ColumnFamilyOptions stateOptions() {
    return new ColumnFamilyOptions()
        .setWriteBufferSize(settings.writeBufferBytes() / 4)
        .setTableFormatConfig(
            new BlockBasedTableConfig().setBlockCache(cache).setFilterPolicy(bloom))
        .setCompressionType(CompressionType.LZ4_COMPRESSION);
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
