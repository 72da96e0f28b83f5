package io.parley.server.storage;

import io.parley.engine.store.Table;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Where in RocksDB a table lives: under its number, one byte, before the key. Number 0 is the
 * store's own: how far the journal is in the tables, and what is left in which segment.
 */
final class RocksDbLayout {
  private static final byte OWN = 0;
  private static final byte SEGMENTS = 's';
  private static final byte[][] PREFIXES = prefixes();

  /** Number of the last record of the journal whose changes are in the tables. */
  static final byte[] APPLIED = {OWN, 'a'};

  static final byte[] SEGMENTS_FROM = {OWN, SEGMENTS};
  static final byte[] SEGMENTS_TO = {OWN, SEGMENTS + 1};

  private RocksDbLayout() {}

  /** How many chunks, and bytes of them, are left in a segment. */
  static byte[] segmentKey(long segment) {
    return ByteBuffer.allocate(2 + Long.BYTES).put(SEGMENTS_FROM).putLong(segment).array();
  }

  static long segmentOf(byte[] key) {
    return ByteBuffer.wrap(key).getLong(2);
  }

  /** What comes before each key of a table. The array is shared. */
  static byte[] prefix(Table table) {
    return PREFIXES[table.ordinal()];
  }

  /** The first key after all of a table. */
  static byte[] end(Table table) {
    return new byte[] {(byte) (table.number() + 1)};
  }

  /** A table's key as RocksDB has it. */
  static byte[] key(Table table, byte[] key) {
    byte[] prefix = prefix(table);
    byte[] prefixed = Arrays.copyOf(prefix, prefix.length + key.length);
    System.arraycopy(key, 0, prefixed, prefix.length, key.length);
    return prefixed;
  }

  private static byte[][] prefixes() {
    byte[][] prefixes = new byte[Table.values().length][];
    for (Table table : Table.values()) {
      prefixes[table.ordinal()] = new byte[] {(byte) table.number()};
    }
    return prefixes;
  }
}
