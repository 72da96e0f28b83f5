package io.parley.engine.destination;

import io.parley.engine.group.Group;
import io.parley.engine.group.Keys;
import io.parley.engine.store.DamagedDataException;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one destination that are in no run (any more) and not set aside: each waits for
 * its time, or it has come and nobody has finished it yet.
 *
 * <p>All are on disk: the message in DELAYED, its turn by time in DUE, by ordering key in
 * BLOCKED_KEYS. In memory are only those that are about to be handed out or are in somebody's
 * hands, so ten million cost no heap. They come in by the page, along DUE:
 *
 * <pre>
 *     ... cursor .................. now .................
 *     | came in   | due, on disk     | not due, on disk
 * </pre>
 *
 * <p>Invariant: what is put is in memory at once, or its place in DUE is after the cursor.
 */
final class DelayedMessages {
  /** Most that come in at once. */
  static final int PAGE = 1_024;

  private static final byte[] EMPTY = {};

  private final int destination;
  private final Store store;
  private Map<Long, SingleMessage> loaded = Map.of();
  private long count;
  private long nextDueMs = Long.MAX_VALUE;
  private byte @Nullable [] cursor;

  DelayedMessages(int destination, Store store) {
    this.destination = destination;
    this.store = store;
  }

  /** Takes over the number of messages that a restart found. */
  void restore(long stored) {
    count = stored;
    nextDueMs = stored > 0 ? 0 : Long.MAX_VALUE;
  }

  /** All of them. */
  long count() {
    return count;
  }

  /** Those in memory. */
  int loaded() {
    return loaded.size();
  }

  /**
   * When the first comes due that is not in memory, milliseconds since the epoch, or earlier; far
   * in the future if there is none.
   */
  long nextDueMs() {
    return nextDueMs;
  }

  /** The one with a sequence if it is in memory, or null. */
  @Nullable SingleMessage find(long sequence) {
    return loaded.isEmpty() ? null : loaded.get(sequence); // asked for each message: no box for it
  }

  /** The one with a sequence, also as the group being built left it; null if there is none. */
  @Nullable SingleMessage stored(Transaction transaction, long sequence) {
    byte[] value = transaction.get(Table.DELAYED, Keys.of(destination, sequence));
    return value == null ? null : SingleMessage.decode(Table.DELAYED, sequence, value);
  }

  /**
   * Adds one.
   *
   * @return whether it is due and in memory; if too many are, it comes in when it is its turn
   */
  boolean put(Group group, SingleMessage message) {
    write(group, message);
    boolean due = message.dueMs <= group.timeMs();
    if (due && (loaded.size() < PAGE || message.holder() != null)) {
      keep(message);
      return true;
    }
    awaitTurn(message);
    return false;
  }

  /** Adds one that comes in when it is its turn, even if it is due. */
  void putOnDisk(Group group, SingleMessage message) {
    write(group, message);
    awaitTurn(message);
  }

  private void write(Group group, SingleMessage message) {
    Transaction transaction = group.transaction();
    transaction.put(Table.DELAYED, Keys.of(destination, message.sequence), message.encode());
    transaction.put(Table.DUE, dueKey(message), EMPTY);
    if (message.keyHash != 0) {
      transaction.put(Table.BLOCKED_KEYS, blockedKey(message), EMPTY);
    }
    count++;
  }

  /** Has it brought in along DUE, though the cursor may be past its place. */
  private void awaitTurn(SingleMessage message) {
    nextDueMs = Math.min(nextDueMs, message.dueMs);
    byte[] before = Keys.of(destination, message.dueMs, message.sequence - 1);
    if (cursor != null && Arrays.compareUnsigned(before, cursor) < 0) {
      cursor = before;
    }
  }

  /** Removes one. */
  void delete(Group group, SingleMessage message) {
    Transaction transaction = group.transaction();
    transaction.delete(Table.DELAYED, Keys.of(destination, message.sequence));
    transaction.delete(Table.DUE, dueKey(message));
    if (message.keyHash != 0) {
      transaction.delete(Table.BLOCKED_KEYS, blockedKey(message));
    }
    count--;
    unload(message.sequence);
  }

  private byte[] dueKey(SingleMessage message) {
    return Keys.of(destination, message.dueMs, message.sequence);
  }

  private byte[] blockedKey(SingleMessage message) {
    return Keys.of(destination, message.keyHash, message.sequence);
  }

  private void keep(SingleMessage message) {
    if (loaded.isEmpty()) {
      loaded = new HashMap<>(4);
    }
    loaded.put(message.sequence, message);
  }

  /**
   * Leaves one on disk alone. It is due, so {@link #load} or {@link #lookAgain} has to bring it
   * back.
   */
  void unload(long sequence) {
    if (!loaded.isEmpty()) {
      loaded.remove(sequence);
      if (loaded.isEmpty()) {
        loaded = Map.of();
      }
    }
  }

  // The rest is called between groups: it reads committed entries.

  /** Brings in the next page of messages whose time has come; adds them to those that returned. */
  void loadDue(long nowMs, ReturnedMessages into) {
    if (nowMs < nextDueMs) {
      return;
    }
    nextDueMs = Long.MAX_VALUE;
    List<byte[]> due = new ArrayList<>();
    store.scan(
        Table.DUE,
        cursor == null ? Keys.of(destination) : cursor,
        Keys.of(destination + 1),
        (key, value) -> {
          long dueMs = Keys.longAt(key, 4);
          if (dueMs > nowMs || due.size() == PAGE) {
            nextDueMs = dueMs;
            return false;
          }
          if (cursor == null || !Arrays.equals(key, cursor)) {
            due.add(key);
          }
          return true;
        });
    for (byte[] key : due) {
      cursor = key;
      long sequence = Keys.longAt(key, 12);
      if (!loaded.containsKey(sequence)) {
        keep(read(sequence));
        into.add(sequence);
      }
    }
  }

  /** Starts anew along DUE, for those that were unloaded. */
  void lookAgain() {
    cursor = null;
    nextDueMs = 0;
  }

  /**
   * Brings in one message, if its time has come and it is not in memory yet.
   *
   * @return whether it did
   */
  boolean load(long sequence, long nowMs) {
    if (loaded.containsKey(sequence)) {
      return false;
    }
    SingleMessage message = read(sequence);
    if (message.dueMs > nowMs) {
      return false;
    }
    keep(message);
    return true;
  }

  /** The one with a sequence as it is in memory, else as it was committed; null if none is. */
  @Nullable SingleMessage look(long sequence) {
    SingleMessage message = find(sequence);
    byte[] value =
        message == null ? store.get(Table.DELAYED, Keys.of(destination, sequence)) : null;
    return value == null ? message : SingleMessage.decode(Table.DELAYED, sequence, value);
  }

  /** Those that somebody has. */
  int leased() {
    int leased = 0;
    for (SingleMessage message : loaded.values()) {
      Lease holder = message.holder();
      leased += holder != null && !holder.isEnded() ? 1 : 0;
    }
    return leased;
  }

  /** When the first is due, as committed, milliseconds since the epoch; 0 if there is none. */
  long firstDueMs() {
    long[] first = {0};
    store.scan(
        Table.DUE,
        Keys.of(destination),
        Keys.of(destination + 1),
        (key, value) -> {
          first[0] = Keys.longAt(key, 4);
          return false;
        });
    return first[0];
  }

  private SingleMessage read(long sequence) {
    byte[] value = store.get(Table.DELAYED, Keys.of(destination, sequence));
    if (value == null) {
      throw new DamagedDataException(
          "table DELAYED: no entry for destination " + destination + ", sequence " + sequence);
    }
    return SingleMessage.decode(Table.DELAYED, sequence, value);
  }

  /** The sequence of the first message with an ordering key; 0 if there is none. */
  long firstOfKey(long keyHash) {
    if (count == 0) {
      return 0;
    }
    long[] found = {0};
    store.scan(
        Table.BLOCKED_KEYS,
        Keys.of(destination, keyHash, 0),
        Keys.of(destination, keyHash, Long.MAX_VALUE),
        (key, value) -> {
          found[0] = Keys.longAt(key, 12);
          return false;
        });
    return found[0];
  }
}
