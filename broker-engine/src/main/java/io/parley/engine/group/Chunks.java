package io.parley.engine.group;

import io.parley.engine.store.DamagedDataException;
import io.parley.engine.store.Store;
import io.parley.engine.store.StoreException;
import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import io.parley.protocol.model.BytePool;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.PooledBytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The stored messages: for each group a chunk of its commands and one of its events. A chunk lives
 * as long as something refers to it: a run, or a message that left its run.
 *
 * <pre>
 *   0   u8    version   1
 *   1   u32   crc32c    of all bytes from offset 5
 *   5   i64   time      of the group, milliseconds since the epoch
 *   13  message records, back to back
 * </pre>
 *
 * <p>Recently used chunks stay in memory, up to a bound in bytes.
 */
public final class Chunks {
  /** Where the first record starts. */
  public static final int HEADER_BYTES = 13;

  private static final int VERSION = 1;
  private static final PooledBytes NONE = PooledBytes.of(new byte[0]);

  /** Most bytes of arrays that wait for chunks to come. */
  private static final long KEPT_BYTES_MAX = 32L << 20;

  private final Store store;
  private final long cacheBytesMax;
  private final BytePool pool;
  private final Map<Long, PooledBytes> cache = new LinkedHashMap<>(64, 0.75f, true);

  /** Out of the cache, but somebody may still look at them until {@link #recycle}. */
  private final List<PooledBytes> dropped = new ArrayList<>();

  private long cacheBytes;
  private long readBytes;
  private long lastNumber = -1;
  private PooledBytes lastChunk = NONE;

  /** The number of the chunk with a group's messages of a kind: numbers grow with positions. */
  public static long number(long position, MessageKind kind) {
    return 2 * position + (kind == MessageKind.EVENT ? 1 : 0);
  }

  /**
   * Chunks of a store.
   *
   * @param cacheBytesMax most bytes kept in memory; the chunk in use may exceed it
   */
  public Chunks(Store store, long cacheBytesMax) {
    this.store = store;
    this.cacheBytesMax = cacheBytesMax;
    this.pool = new BytePool(Math.min(cacheBytesMax, KEPT_BYTES_MAX));
  }

  /**
   * A chunk's bytes, header included; not to be changed. Valid until the next group begins, or as
   * long as somebody who retained them holds them.
   *
   * @throws StoreException if it is missing or fails its checksum: a damaged message is never
   *     served
   */
  public PooledBytes load(long number) {
    if (number == lastNumber) {
      return lastChunk;
    }
    PooledBytes chunk = cache.get(number);
    if (chunk == null) {
      chunk = PooledBytes.of(checked(number, store.get(Table.CHUNKS, Keys.of(number))));
      readBytes += chunk.array().length;
      keep(number, chunk);
    }
    lastNumber = number;
    lastChunk = chunk;
    return chunk;
  }

  /** Whether a chunk needn't be read. */
  public boolean isInMemory(long number) {
    return number == lastNumber || cache.containsKey(number);
  }

  /** Bytes of all chunks that had to be read from the store so far. */
  public long readBytes() {
    return readBytes;
  }

  private static byte[] checked(long number, byte @Nullable [] chunk) {
    if (chunk == null) {
      throw new DamagedDataException("chunk " + number + " is missing, but messages refer to it");
    }
    if (chunk.length < HEADER_BYTES || chunk[0] != VERSION) {
      throw new DamagedDataException(
          "chunk "
              + number
              + ": "
              + chunk.length
              + " bytes, version "
              + chunk[0]
              + " (expected: "
              + HEADER_BYTES
              + " or more, version "
              + VERSION
              + ")");
    }
    if (ByteBuffer.wrap(chunk).getInt(1) != crc(chunk, chunk.length)) {
      throw new DamagedDataException("chunk " + number + " fails its checksum");
    }
    return chunk;
  }

  private static int crc(byte[] chunk, int length) {
    CRC32C crc = new CRC32C();
    crc.update(chunk, 5, length - 5);
    return (int) crc.getValue();
  }

  /** When the messages of a chunk were stored, milliseconds since the epoch. */
  public static long timeMs(byte[] chunk) {
    return ByteBuffer.wrap(chunk).getLong(5);
  }

  /** Completes the header of a chunk whose records are in place. */
  static void seal(byte[] chunk, int length, long timeMs) {
    chunk[0] = VERSION;
    ByteBuffer.wrap(chunk).putLong(5, timeMs).putInt(1, crc(chunk, length));
  }

  /** Keeps a chunk that will be wanted soon. */
  void keep(long number, byte[] chunk, int length) {
    PooledBytes kept = pool.take(length);
    System.arraycopy(chunk, 0, kept.array(), 0, length);
    keep(number, kept);
  }

  private void keep(long number, PooledBytes chunk) {
    cache.put(number, chunk);
    cacheBytes += chunk.array().length;
    while (cacheBytes > cacheBytesMax && cache.size() > 1) {
      drop(cache.keySet().iterator().next());
    }
  }

  private void drop(long number) {
    PooledBytes chunk = cache.remove(number);
    if (chunk != null) {
      cacheBytes -= chunk.array().length;
      if (chunk.isPooled()) { // else they would be many, when a long backlog is read
        dropped.add(chunk);
      }
    }
    if (number == lastNumber) {
      lastNumber = -1;
      lastChunk = NONE;
    }
  }

  /** Nobody looks at chunks just now, but those who retained some: what was dropped may go. */
  public void recycle() {
    for (int i = 0; i < dropped.size(); i++) {
      dropped.get(i).release();
    }
    dropped.clear();
  }

  /** One more refers to a committed chunk. */
  void retain(Transaction transaction, long number) {
    putReferences(transaction, number, references(transaction, number) + 1);
  }

  /** One less refers to a committed chunk; the last one takes it along. */
  void release(Transaction transaction, long number) {
    long references = references(transaction, number);
    if (references == 1) {
      transaction.delete(Table.CHUNKS, Keys.of(number));
      drop(number);
    } else {
      putReferences(transaction, number, references - 1);
    }
  }

  private static long references(Transaction transaction, long number) {
    byte[] value = transaction.get(Table.CHUNK_REFS, Keys.of(number));
    return value == null ? 1 : new ValueReader(Table.CHUNK_REFS, value, VERSION).i64();
  }

  /** One reference is the rule and needs no entry. */
  static void putReferences(Transaction transaction, long number, long references) {
    if (references == 1) {
      transaction.delete(Table.CHUNK_REFS, Keys.of(number));
    } else {
      transaction.put(
          Table.CHUNK_REFS, Keys.of(number), new ValueWriter(VERSION).i64(references).done());
    }
  }
}
