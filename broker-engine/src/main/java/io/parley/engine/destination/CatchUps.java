package io.parley.engine.destination;

import io.parley.engine.group.Group;
import io.parley.engine.group.Keys;
import io.parley.engine.store.DamagedDataException;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The inboxes that get their events from the log for now. Such an inbox gets nothing that is
 * published to topics that retain it: that is in the log, and its turn comes.
 */
public final class CatchUps {
  /** Instead of a time: nothing of what is retained. */
  public static final long FROM_NOW = -1;

  /** Instead of a time: all that is retained. */
  public static final long FROM_EARLIEST = 0;

  private final Destinations destinations;
  private final EventLog log;
  private final Quota quota;
  private final Map<Integer, CatchUp> behind = new LinkedHashMap<>();
  private final Set<CatchUp> stirred = new LinkedHashSet<>();
  private final Set<CatchUp> changed = new LinkedHashSet<>();

  /**
   * Reads which inboxes of a store are behind.
   *
   * @param quota of inboxes for which nothing is set
   */
  public CatchUps(Store store, Destinations destinations, EventLog log, Quota quota) {
    this.destinations = destinations;
    this.log = log;
    this.quota = quota;
    store.scan(
        Table.BEHIND,
        Keys.of(0),
        null,
        (key, value) -> {
          int id = Keys.intAt(key, 0);
          Destination inbox = destinations.find(id);
          if (inbox == null) {
            throw new DamagedDataException("table BEHIND: destination " + id + " is not defined");
          }
          add(CatchUp.decode(inbox, log, quota, value));
          return true;
        });
  }

  private void add(CatchUp catchUp) {
    behind.put(catchUp.inbox.id(), catchUp);
    catchUp.inbox.behind(true);
    stirred.add(catchUp);
  }

  // ---------------------------------------------------------------- inboxes fall behind

  /** A full inbox doesn't get an event that is retained, at an offset of the group's chunk. */
  public void fallBehind(Group group, Destination inbox, Topic topic, int offset) {
    destinations.touch(inbox);
    inbox.messages().overQuota(group.timeMs());
    CatchUp catchUp = new CatchUp(inbox, log, quota, group.position(), offset, 0);
    catchUp.note(topic, group.position());
    catchUp.sought();
    add(catchUp);
    changed.add(catchUp);
  }

  /** An inbox that is behind doesn't get an event of the group being built that is retained. */
  public void note(Group group, Destination inbox, Topic topic) {
    of(inbox).note(topic, group.position());
  }

  /**
   * A new inbox gets what is retained since a time first.
   *
   * @param fromMs milliseconds since the epoch, or {@link #FROM_EARLIEST}
   */
  public void startFrom(Group group, Destination inbox, long fromMs) {
    start(group, inbox, positionSince(group, inbox, fromMs), 0);
  }

  /**
   * What waits in an inbox ends, but dead letters, and it gets what is retained since a time. Needs
   * a group of its own.
   *
   * @param fromMs milliseconds since the epoch, {@link #FROM_EARLIEST} or {@link #FROM_NOW}
   */
  public void reset(Group group, Destination inbox, long fromMs) {
    long position = fromMs == FROM_NOW ? group.position() + 1 : positionSince(group, inbox, fromMs);
    destinations.touch(inbox);
    inbox.messages().overQuota(0);
    start(group, inbox, position, inbox.nextSequence());
  }

  private void start(Group group, Destination inbox, long position, long emptyTo) {
    CatchUp before = behind.get(inbox.id());
    if (before != null) {
      stirred.remove(before);
      changed.remove(before);
    }
    CatchUp catchUp = new CatchUp(inbox, log, quota, position, 0, emptyTo);
    add(catchUp);
    changed.add(catchUp);
  }

  /** An inbox gets nothing more from the log. */
  public void leave(Group group, Destination inbox) {
    CatchUp catchUp = behind.remove(inbox.id());
    if (catchUp != null) {
      stirred.remove(catchUp);
      changed.remove(catchUp);
      inbox.behind(false);
      destinations.touch(inbox);
      inbox.messages().overQuota(0);
      group.transaction().delete(Table.BEHIND, Keys.of(inbox.id()));
    }
  }

  private long positionSince(Group group, Destination inbox, long fromMs) {
    List<Topic> wanted =
        log.topics().stream()
            .filter(topic -> topic.events() > 0 && inbox.definition().wants(topic.name()))
            .toList();
    return log.positionSince(wanted, fromMs, group.position());
  }

  /** What an inbox wants has changed. */
  public void redefined(Destination inbox) {
    CatchUp catchUp = behind.get(inbox.id());
    if (catchUp != null) {
      catchUp.seekAnew();
    }
  }

  // ---------------------------------------------------------------- they catch up

  /** Something happened to an inbox that is behind: there may be room in it now. */
  void stir(Destination inbox) {
    CatchUp catchUp = of(inbox);
    if (catchUp.canGoOn()) {
      stirred.add(catchUp);
    }
  }

  /** What an inbox may hold has changed. */
  public void roomMayHaveChanged(Destination inbox) {
    if (inbox.isBehind()) {
      stir(inbox);
    }
  }

  private CatchUp of(Destination inbox) {
    CatchUp catchUp = behind.get(inbox.id());
    if (catchUp == null) {
      throw new IllegalStateException(inbox.definition().name() + " is not behind");
    }
    return catchUp;
  }

  /** One of them that can go on, each in its turn; null if there is none. */
  public @Nullable Destination poll() {
    Iterator<CatchUp> next = stirred.iterator();
    if (!next.hasNext()) {
      return null;
    }
    CatchUp catchUp = next.next();
    next.remove();
    return catchUp.inbox;
  }

  /** Does a bounded part for one inbox, if it is behind. Needs a group of its own. */
  public void step(Group group, int inbox) {
    CatchUp catchUp = behind.get(inbox);
    if (catchUp == null) {
      return;
    }
    destinations.touch(catchUp.inbox);
    if (catchUp.step(group)) {
      behind.remove(inbox);
      catchUp.inbox.behind(false);
      changed.remove(catchUp);
      group.transaction().delete(Table.BEHIND, Keys.of(inbox));
    } else {
      changed.add(catchUp);
    }
  }

  /** Lets retained events go whose time is over; returns whether there may be more. */
  public boolean trim(Group group) {
    return log.trim(
        group,
        (topic, position, run) -> {
          for (CatchUp catchUp : behind.values()) {
            int missing = catchUp.missing(topic, position, run);
            if (missing > 0) {
              destinations.touch(catchUp.inbox);
              catchUp.inbox.messages().miss(missing);
            }
          }
        });
  }

  /** Puts where the inboxes are into the group's transaction. */
  public void finish(Group group) {
    for (CatchUp catchUp : changed) {
      group.transaction().put(Table.BEHIND, Keys.of(catchUp.inbox.id()), catchUp.encode());
    }
    changed.clear();
  }
}
