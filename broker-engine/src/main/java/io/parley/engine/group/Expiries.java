package io.parley.engine.group;

import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import io.parley.protocol.model.MessageId;
import java.util.ArrayList;
import java.util.List;

/** What is to be forgotten when: one index by time for everything that is kept for a while. */
public final class Expiries {
  /** An entry of OUTCOMES. */
  public static final byte OUTCOME = 1;

  /** An entry of DEDUP. */
  public static final byte DEDUP = 2;

  /** An entry of PRODUCERS. */
  public static final byte PRODUCER = 3;

  private static final byte[] EMPTY = {};

  private Expiries() {}

  /** Notes that something is to be forgotten at a time. */
  public static void put(Group group, long timeMs, byte what, MessageId id) {
    group.transaction().put(Table.EXPIRIES, Keys.of(timeMs, what, id), EMPTY);
  }

  /** Takes the note away. */
  public static void delete(Group group, Due due) {
    group.transaction().delete(Table.EXPIRIES, Keys.of(due.timeMs, due.what, due.id));
  }

  /**
   * What is to be forgotten by now, oldest first. Reads committed entries.
   *
   * @param fromMs nothing is left from before
   */
  public static List<Due> due(Store store, long fromMs, long nowMs, int max) {
    List<Due> due = new ArrayList<>();
    store.scan(
        Table.EXPIRIES,
        Keys.of(fromMs),
        Keys.of(nowMs + 1),
        (key, value) -> {
          due.add(new Due(Keys.longAt(key, 0), key[8], Keys.idAt(key, 9)));
          return due.size() < max;
        });
    return due;
  }

  /** One thing to be forgotten. */
  public record Due(long timeMs, byte what, MessageId id) {}
}
