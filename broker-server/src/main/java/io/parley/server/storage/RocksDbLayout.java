package io.parley.server.storage;

import io.parley.engine.store.Table;
import java.nio.ByteBuffer;

/**
 * Where in RocksDB a table lives: under its number, one byte, before the key. Number 0 is the
 * store's own: how far the journal is in the tables, and what is left in which segment.
 */
final class RocksDbLayout {
  private static final byte OWN = 0;
  private static final byte SEGMENTS = 's';

  /** Number of the last record of the journal whose changes are in the tables. */
  static final RowKey APPLIED = new RowKey(new byte[] {OWN, 'a'});

  static final RowKey SEGMENTS_FROM = new RowKey(new byte[] {OWN, SEGMENTS});
  static final RowKey SEGMENTS_TO = new RowKey(new byte[] {OWN, SEGMENTS + 1});

  private RocksDbLayout() {}

  /** How many chunks, and bytes of them, are left in a segment. */
  static RowKey segmentKey(long segment) {
    byte[] key =
        ByteBuffer.allocate(2 + Long.BYTES).put(OWN).put(SEGMENTS).putLong(segment).array();
    return new RowKey(key);
  }

  static long segmentOf(RowKey key) {
    return ByteBuffer.wrap(key.bytes()).getLong(2);
  }

  /** A table's key as RocksDB has it. */
  static RowKey key(Table table, byte[] key) {
    byte[] prefixed = new byte[1 + key.length];
    prefixed[0] = (byte) table.number();
    System.arraycopy(key, 0, prefixed, 1, key.length);
    return new RowKey(prefixed);
  }

  /** The first key after all of a table. */
  static RowKey end(Table table) {
    return new RowKey(new byte[] {(byte) (table.number() + 1)});
  }
}
