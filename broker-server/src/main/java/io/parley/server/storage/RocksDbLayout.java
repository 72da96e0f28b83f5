package io.parley.server.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.engine.store.Table;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where in RocksDB a table lives: chunks in a column family of their own under their bare keys, all
 * other tables in the default family under their number, one byte, before the key.
 *
 * <p>Two families, because chunks are large, written once and deleted in order, which wants other
 * files than the small state rewritten all the time. No more than two, because each family has its
 * own memtable and the log is kept until the last of them was flushed: a family that changes rarely
 * would hold back the whole log.
 */
record RocksDbLayout(int chunksFamily) {
  private static final int STATE_FAMILY = 0;
  private static final byte[] NO_PREFIX = {};
  private static final byte[][] PREFIXES = prefixes();

  /** The number RocksDB gave the family, in its log's records. */
  int family(Table table) {
    return isChunks(table) ? chunksFamily : STATE_FAMILY;
  }

  /** What comes before each key of a table. The array is shared. */
  byte[] prefix(Table table) {
    return PREFIXES[table.ordinal()];
  }

  static boolean isChunks(Table table) {
    return table == Table.CHUNKS;
  }

  /** The name of the chunks' family. */
  static byte[] chunksFamilyName() {
    return "chunks".getBytes(UTF_8);
  }

  /** The first key after all of a table, or null where its family ends with it. */
  byte @Nullable [] end(Table table) {
    return isChunks(table) ? null : new byte[] {(byte) (table.number() + 1)};
  }

  /** A table's key as RocksDB has it. */
  byte[] key(Table table, byte[] key) {
    byte[] prefix = prefix(table);
    if (prefix.length == 0) {
      return key;
    }
    byte[] prefixed = Arrays.copyOf(prefix, prefix.length + key.length);
    System.arraycopy(key, 0, prefixed, prefix.length, key.length);
    return prefixed;
  }

  private static byte[][] prefixes() {
    byte[][] prefixes = new byte[Table.values().length][];
    for (Table table : Table.values()) {
      prefixes[table.ordinal()] = isChunks(table) ? NO_PREFIX : new byte[] {(byte) table.number()};
    }
    return prefixes;
  }
}
