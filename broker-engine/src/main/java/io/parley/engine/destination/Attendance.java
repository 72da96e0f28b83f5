package io.parley.engine.destination;

import io.parley.engine.group.Group;
import io.parley.engine.group.Keys;
import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.ObjLongConsumer;

/**
 * Writes down when queues and inboxes were last consumed, so that one whose consumers are long gone
 * is found, whatever restarts there were. That is noted soon after the first consumer came and the
 * last one left, and again every {@value #NOTED_EVERY_MS} ms in between: after a crash it may be
 * that much too early.
 */
final class Attendance {
  static final long NOTED_EVERY_MS = 15 * 60_000;

  private static final int VERSION = 1;

  /** So that a group stays small when thousands of consumers come at once. */
  private static final int NOTED_AT_ONCE = 1_000;

  private final Set<Destination> changed = new LinkedHashSet<>();

  /** When each one with consumers was noted, the longest ago first. */
  private final Map<Destination, Long> attended = new LinkedHashMap<>();

  /** Reads what was noted. */
  static void read(Store store, ObjLongConsumer<Integer> seen) {
    store.scan(
        Table.LAST_SEEN,
        Keys.of(0),
        null,
        (key, value) -> {
          long atMs = new ValueReader(Table.LAST_SEEN, value, VERSION).i64();
          seen.accept(Keys.intAt(key, 0), atMs);
          return true;
        });
  }

  /** The first consumer came, or the last one left. */
  void changed(Destination destination) {
    attended.remove(destination);
    changed.add(destination);
  }

  /** This one is no more. */
  void remove(Group group, Destination destination) {
    attended.remove(destination);
    changed.remove(destination);
    group.transaction().delete(Table.LAST_SEEN, Keys.of(destination.id()));
  }

  /** Notes what is due. */
  void note(Group group) {
    int left = NOTED_AT_ONCE;
    for (; left > 0 && !changed.isEmpty(); left--) {
      note(group, takeFirst(changed));
    }
    for (; left > 0 && isDue(group.timeMs()); left--) {
      note(group, takeFirst(attended.keySet()));
    }
  }

  private boolean isDue(long nowMs) {
    return !attended.isEmpty() && attended.values().iterator().next() + NOTED_EVERY_MS <= nowMs;
  }

  private static Destination takeFirst(Set<Destination> from) {
    Iterator<Destination> first = from.iterator();
    Destination taken = first.next();
    first.remove();
    return taken;
  }

  private void note(Group group, Destination destination) {
    if (!destination.consumers().isEmpty()) {
      destination.seen(group.timeMs());
      attended.put(destination, group.timeMs());
    }
    group
        .transaction()
        .put(
            Table.LAST_SEEN,
            Keys.of(destination.id()),
            ValueWriter.sized(VERSION, 8).i64(destination.lastSeenMs()).done());
  }
}
