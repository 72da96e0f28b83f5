package io.parley.engine.intake;

import io.parley.engine.group.Group;
import io.parley.engine.group.Keys;
import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;

/**
 * How many bytes of messages a namespace holds at most: waiting ones, dead letters and retained
 * events, each once however many inboxes have it. Messages that were stored together go together,
 * so what is done with counts as long as one of them isn't.
 */
public final class NamespaceQuota {
  /** Fewest bytes that can be asked for. */
  public static final long BYTES_MIN = 1024 * 1024;

  /** Most bytes that can be asked for. */
  public static final long BYTES_MAX = 1L << 50;

  /** Nothing is set for the namespace alone. */
  public static final long NOT_SET = 0;

  private static final int VERSION = 1;
  private static final byte[] KEY = Keys.of("quota");

  private final Store store;
  private final long standard;
  private long own;
  private long position;
  private long left;

  /**
   * Reads what is set for the namespace.
   *
   * @param standard holds where nothing is
   */
  NamespaceQuota(Store store, long standard) {
    this.store = store;
    this.standard = standard;
    byte[] set = store.get(Table.META, KEY);
    own = set == null ? NOT_SET : new ValueReader(Table.META, set, VERSION).i64();
  }

  /** What is set for this namespace alone, or {@link #NOT_SET}. */
  public long own() {
    return own;
  }

  /** Most bytes. */
  public long bytes() {
    return own == NOT_SET ? standard : own;
  }

  /** Bytes there are, without the group being built. */
  public long used() {
    return store.chunkBytes();
  }

  /** Sets the quota for this namespace alone, or {@link #NOT_SET}. */
  void set(Group group, long newOwn) {
    own = newOwn;
    position = 0;
    if (own == NOT_SET) {
      group.transaction().delete(Table.META, KEY);
    } else {
      group.transaction().put(Table.META, KEY, new ValueWriter(VERSION).i64(own).done());
    }
  }

  /** Whether there is room for a message of so many bytes; asked for each, so it is counted. */
  boolean hasRoom(Group group, int size) {
    if (position != group.position()) {
      position = group.position();
      left = bytes() - store.chunkBytes();
    }
    return size <= left;
  }

  /** A message is stored in the group. */
  void add(Group group, int size) {
    if (position == group.position()) {
      left -= size;
    }
  }
}
