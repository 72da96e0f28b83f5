package io.parley.server;

import io.parley.engine.EngineSettings;
import io.parley.engine.sequencer.SteadyTime;
import io.parley.engine.store.DamagedDataException;
import io.parley.engine.store.StoreException;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.server.namespace.Namespace;
import io.parley.server.namespace.Namespaces;
import io.parley.server.storage.DataDirectory;
import io.parley.server.storage.RocksDbStore;
import io.parley.server.storage.StorageSettings;
import io.parley.server.storage.StoreStatistics;
import io.parley.server.trace.TraceLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Opens namespaces over stores in the data directory, and knows the stores. Any thread. */
final class NamespaceStores implements Namespaces.Factory {
  private static final long CHUNK_CACHE_BYTES = 64L * 1024 * 1024;

  /** Of a namespace that was created: the heap is for all of them. */
  private static final long CREATED_CHUNK_CACHE_BYTES = 8L * 1024 * 1024;

  private final DataDirectory directory;
  private final StorageSettings storage;
  private final EngineSettings engine;
  private final SteadyTime time;
  private final Duration traceRetention;
  private final Consumer<Throwable> onDefect;
  private final Map<String, RocksDbStore> stores = new ConcurrentHashMap<>();

  /**
   * Namespaces in a directory.
   *
   * @param traceRetention how long it is known what caused what; zero for not at all
   * @param onDefect called by an owner thread if a broken invariant ends it
   */
  NamespaceStores(
      DataDirectory directory,
      StorageSettings storage,
      EngineSettings engine,
      SteadyTime time,
      Duration traceRetention,
      Consumer<Throwable> onDefect) {
    this.directory = directory;
    this.storage = storage;
    this.engine = engine;
    this.time = time;
    this.traceRetention = traceRetention;
    this.onDefect = onDefect;
  }

  @Override
  public Namespace open(String name) {
    RocksDbStore store = RocksDbStore.open(directory, name, storage);
    try {
      Namespace namespace = open(name, store);
      stores.put(name, store);
      return namespace;
    } catch (RuntimeException e) {
      store.abandon();
      throw e instanceof StoreException why ? refusal(name, why) : e;
    }
  }

  private static ParleyException refusal(String namespace, StoreException why) {
    boolean isDamage = why instanceof DamagedDataException;
    ParleyException refusal =
        new ParleyException(
            isDamage ? ErrorCode.DATA_CORRUPT : ErrorCode.STORE_UNAVAILABLE,
            "namespace '" + namespace + "': " + why.getMessage());
    refusal.initCause(why);
    return refusal;
  }

  private Namespace open(String name, RocksDbStore store) {
    long chunkCacheBytes =
        name.equals(Namespaces.DEFAULT) ? CHUNK_CACHE_BYTES : CREATED_CHUNK_CACHE_BYTES;
    if (traceRetention.isZero()) {
      return Namespace.open(name, store, engine, chunkCacheBytes, time, null, onDefect);
    }
    TraceLog traces = TraceLog.open(directory.traces(name), traceRetention, time);
    try {
      return Namespace.open(name, store, engine, chunkCacheBytes, time, traces, onDefect);
    } catch (RuntimeException e) {
      traces.close();
      throw e;
    }
  }

  @Override
  public void delete(String name) {
    stores.remove(name);
    directory.deleteNamespace(name);
  }

  /** Of all stores together. */
  StoreStatistics statistics() {
    return StoreStatistics.sum(
        List.copyOf(stores.values()).stream().map(RocksDbStore::statistics).toList());
  }
}
