package io.parley.engine.destination;

import io.parley.engine.group.Chunks;
import io.parley.engine.group.Group;
import io.parley.engine.group.Keys;
import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.store.DamagedDataException;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.TypePattern;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * All queues and inboxes: finds them, remembers which of them the group being built changes, and
 * which have something to hand out.
 */
public final class Destinations {
  private static final int VERSION = 1;

  /** After which time a message is looked at again that somebody had when it expired. */
  private static final int HELD_AGAIN_MS = 1_000;

  private static final byte[] LAST_ID = Keys.of("last-destination");
  private static final byte[] FIRST_SEQUENCE = Keys.of("first-sequence");

  private final Store store;
  private final Chunks chunks;
  private final Epochs epochs;
  private final Expirations expirations;
  private final Map<Integer, Destination> byId = new LinkedHashMap<>();
  private final Map<DestinationKind, Map<String, Destination>> byName =
      new EnumMap<>(DestinationKind.class);
  private final List<Destination> touched = new ArrayList<>();
  private final NavigableSet<Destination> byWakeTime =
      new TreeSet<>(
          Comparator.<Destination>comparingLong(destination -> destination.wakeAtMs)
              .thenComparingInt(Destination::id));
  private final Attendance attendance = new Attendance();
  private final LeaseDeadlines leaseDeadlines = new LeaseDeadlines();
  private final OnTheirWay onTheirWay;
  private final List<Destination> stirring = new ArrayList<>();

  /** Those with messages or consumers, and perhaps some that had. */
  private final Set<Destination> occupied = new LinkedHashSet<>();

  private Set<Destination> toServe = new LinkedHashSet<>();
  private int lastId;

  /**
   * The first number of a new inbox's messages: none that a deleted inbox gave, so that who had a
   * message of one of that name settles none of the new one.
   */
  private long firstSequence;

  /** Reads what the store knows of destinations: their definitions and counts, no messages. */
  public Destinations(Store store, Chunks chunks, Epochs epochs) {
    this.store = store;
    this.chunks = chunks;
    this.epochs = epochs;
    this.onTheirWay = new OnTheirWay(chunks);
    this.expirations = new Expirations(store);
    for (DestinationKind kind : DestinationKind.values()) {
      byName.put(kind, new HashMap<>());
    }
    byte[] last = store.get(Table.META, LAST_ID);
    lastId = last == null ? 0 : new ValueReader(Table.META, last, VERSION).i32();
    byte[] first = store.get(Table.META, FIRST_SEQUENCE);
    firstSequence = first == null ? 1 : new ValueReader(Table.META, first, VERSION).i64();
    Map<String, String> services = new HashMap<>();
    store.scan(
        Table.DESTINATIONS,
        Keys.of(0),
        null,
        (key, value) -> {
          var definition = DestinationDefinition.decode(Keys.intAt(key, 0), value);
          add(definition.ofService(services.computeIfAbsent(definition.service(), own -> own)));
          return true;
        });
    store.scan(
        Table.DESTINATION_STATE,
        Keys.of(0),
        null,
        (key, value) -> {
          load(Keys.intAt(key, 0), value);
          return true;
        });
    store.scan(
        Table.FENCES,
        Keys.of(0),
        null,
        (key, value) -> {
          Destination destination = byId.get(Keys.intAt(key, 0));
          if (destination != null) {
            destination.fence(new ValueReader(Table.FENCES, value, VERSION).i64());
          }
          return true;
        });
    Attendance.read(
        store,
        (id, atMs) -> {
          Destination destination = byId.get(id);
          if (destination != null) {
            destination.seen(atMs);
          }
        });
  }

  private void load(int id, byte[] state) {
    Destination destination = byId.get(id);
    if (destination == null) {
      throw new DamagedDataException(
          "table DESTINATION_STATE: destination " + id + " is not defined");
    }
    destination.load(state);
    if (destination.hasSomething()) {
      occupied.add(destination);
    }
  }

  private Destination add(DestinationDefinition definition) {
    Destination destination = new Destination(definition, store, chunks, expirations);
    byId.put(definition.id(), destination);
    names(definition.kind()).put(definition.name(), destination);
    return destination;
  }

  @SuppressWarnings("NullAway") // the constructor puts a map for every kind
  private Map<String, Destination> names(DestinationKind kind) {
    return byName.get(kind);
  }

  /** All of them, in the order they were made. */
  public Collection<Destination> all() {
    return byId.values();
  }

  /** The one with a number, or null. */
  public @Nullable Destination find(int id) {
    return byId.get(id);
  }

  /** The one with a name, or null. */
  public @Nullable Destination find(DestinationKind kind, String name) {
    return names(kind).get(name);
  }

  /** Makes one, with a number that was never used. */
  public Destination create(
      Group group, DestinationKind kind, String name, String service, List<TypePattern> patterns) {
    lastId++;
    group.transaction().put(Table.META, LAST_ID, new ValueWriter(VERSION).i32(lastId).done());
    DestinationDefinition definition =
        new DestinationDefinition(
            lastId, kind, name, service, patterns, group.timeMs(), DestinationSettings.NONE);
    group.transaction().put(Table.DESTINATIONS, Keys.of(definition.id()), definition.encode());
    Destination made = add(definition);
    if (kind == DestinationKind.INBOX && firstSequence > 1) {
      made.messages().startAt(firstSequence);
      touch(made);
    }
    return made;
  }

  /** Changes which events an inbox gets. */
  public void redefine(Group group, Destination inbox, List<TypePattern> patterns) {
    inbox.definition(inbox.definition().withPatterns(patterns));
    group.transaction().put(Table.DESTINATIONS, Keys.of(inbox.id()), inbox.definition().encode());
  }

  /** Changes what is set for one. */
  public void configure(Group group, Destination destination, DestinationSettings settings) {
    destination.definition(destination.definition().withSettings(settings));
    group
        .transaction()
        .put(Table.DESTINATIONS, Keys.of(destination.id()), destination.definition().encode());
    wake(destination);
  }

  /** Removes one that is empty and stays so. */
  public void remove(Group group, Destination destination) {
    if (touched.remove(destination)) {
      destination.finish(group); // its runs and their chunks go
    }
    if (destination.definition().kind() == DestinationKind.INBOX) {
      firstSequence = Math.max(firstSequence, destination.nextSequence());
      byte[] first = ValueWriter.sized(VERSION, Long.BYTES).i64(firstSequence).done();
      group.transaction().put(Table.META, FIRST_SEQUENCE, first);
    }
    byId.remove(destination.id());
    names(destination.definition().kind()).remove(destination.definition().name());
    toServe.remove(destination);
    occupied.remove(destination);
    wakeAt(destination, Long.MAX_VALUE);
    group.transaction().delete(Table.DESTINATIONS, Keys.of(destination.id()));
    group.transaction().delete(Table.DESTINATION_STATE, Keys.of(destination.id()));
    group.transaction().delete(Table.FENCES, Keys.of(destination.id()));
    attendance.remove(group, destination);
  }

  /**
   * Whether an inbox gets an event that nothing retains, or is over its quota and misses it.
   *
   * @param standard quota of those for which nothing is set
   */
  public boolean admits(Group group, Destination inbox, Quota standard, int size) {
    if (inbox.overQuotaSinceMs() == 0 && !inbox.isFull(standard, size)) {
      return true;
    }
    touch(inbox);
    return inbox.admits(standard, size, group.timeMs());
  }

  /** Adds a message whose record lies in the group's chunk. */
  public void append(Group group, Destination destination, MessageRecord record, int offset) {
    touch(destination);
    if (record.has(MessageRecord.FLAG_NOT_BEFORE | MessageRecord.FLAG_PRIORITY)
        && isSingle(record, group.timeMs())) {
      destination.appendSingle(group, record, offset);
    } else {
      destination.messages().append(group, record, offset);
    }
  }

  /** One that waits for its time, or goes before others: with an ordering key it has its turn. */
  static boolean isSingle(MessageRecord record, long nowMs) {
    return record.notBeforeMs() > nowMs
        || (record.has(MessageRecord.FLAG_PRIORITY) && !record.has(MessageRecord.FLAG_KEY));
  }

  /**
   * Moves some of the commands that waited for an owner into its queue.
   *
   * @return how many are left
   */
  public long handOver(Group group, Destination unowned, Destination queue, int runsMax) {
    touch(unowned);
    touch(queue);
    return unowned.messages().handOver(group, queue.messages(), runsMax);
  }

  /** The group being built changes this one. */
  public void touch(Destination destination) {
    if (destination.messages().touch()) {
      touched.add(destination);
      stir(destination);
    }
  }

  private void stir(Destination destination) {
    destination.stirred = true;
    if (!destination.stirring) {
      destination.stirring = true;
      stirring.add(destination);
      occupied.add(destination);
    }
  }

  /** Those with messages or consumers; few may have neither any more. */
  public Collection<Destination> occupied() {
    return occupied;
  }

  /**
   * Lets those rest to which nothing happened since the last call. Looks at no others. Called
   * between groups, now and then.
   */
  public void rest() {
    int left = 0;
    for (Destination destination : stirring) {
      if (destination.stirred) {
        destination.stirred = false;
        stirring.set(left++, destination);
      } else {
        destination.stirring = false;
        destination.rest();
        if (!destination.hasSomething()) {
          occupied.remove(destination);
        }
      }
    }
    stirring.subList(left, stirring.size()).clear();
  }

  /**
   * Puts all changes into the group's transaction.
   *
   * @param catchUps is told of inboxes in which there may be room now
   */
  public void finish(Group group, CatchUps catchUps) {
    for (Destination destination : touched) {
      destination.finish(group);
      if (destination.isBehind()) {
        catchUps.stir(destination);
      }
      toServe.add(destination);
    }
    touched.clear();
  }

  /** This one may have something for its consumers. */
  public void wake(Destination destination) {
    toServe.add(destination);
  }

  /** Settles under lower epochs than this count no more after a restart; it may serve again. */
  public void fence(Group group, Destination destination, long epoch) {
    group
        .transaction()
        .put(Table.FENCES, Keys.of(destination.id()), new ValueWriter(VERSION).i64(epoch).done());
    destination.fence(epoch);
    wake(destination);
  }

  /**
   * Hands out what is ready to consumers with credit. Called between groups.
   *
   * @param fences is told of those that have to be fenced before they hand out more
   */
  public List<Delivery> serve(long nowMs, Fences fences) {
    while (!byWakeTime.isEmpty() && byWakeTime.first().wakeAtMs <= nowMs) {
      Destination due = byWakeTime.first();
      wakeAt(due, Long.MAX_VALUE);
      toServe.add(due);
    }
    if (toServe.isEmpty()) {
      return List.of();
    }
    List<Delivery> deliveries = new ArrayList<>();
    Set<Destination> serving = toServe;
    toServe = new LinkedHashSet<>();
    onTheirWay.beginTurn();
    List<Destination> again = new ArrayList<>();
    for (Destination destination : serving) {
      boolean late = onTheirWay.isTurnOver();
      // Without consumers nothing is due to anybody; opening one wakes the destination.
      if (!destination.consumers().isEmpty()) {
        stir(destination);
        if (destination.takeFenceDue()) {
          fences.fence(destination, destination.lowestToCount());
        } else if (destination.serve(nowMs, epochs, deliveries) || onTheirWay.isTurnOver()) {
          (late ? toServe : again).add(destination); // who was late is among the first next time
        }
        wakeAt(
            destination,
            destination.nextDueMs() > nowMs ? destination.nextDueMs() : Long.MAX_VALUE);
      }
    }
    toServe.addAll(again);
    return deliveries;
  }

  private void wakeAt(Destination destination, long timeMs) {
    if (destination.wakeAtMs == timeMs) {
      return;
    }
    if (destination.wakeAtMs != Long.MAX_VALUE) {
      byWakeTime.remove(destination);
    }
    destination.wakeAtMs = timeMs;
    if (timeMs != Long.MAX_VALUE) {
      byWakeTime.add(destination);
    }
  }

  /**
   * When {@link #serve} has something to do without anything else happening, milliseconds since the
   * epoch; 0 for at once, far in the future for never.
   */
  public long nextDueMs() {
    if (!toServe.isEmpty()) {
      return onTheirWay.isFull() ? Long.MAX_VALUE : 0; // what is on its way leaves with its group
    }
    return byWakeTime.isEmpty() ? Long.MAX_VALUE : byWakeTime.first().wakeAtMs;
  }

  /** Whether messages have to be ended whose time is over; asked once for each {@link #expired}. */
  public boolean takeExpiring(long nowMs) {
    boolean due = expirations.nextMs() <= nowMs;
    if (due) {
      expirations.taken();
    }
    return due;
  }

  /**
   * Waiting messages whose time is over, the earliest first. One that is in somebody's hands is
   * looked at again after a while. Reads committed entries: needs a group of its own.
   *
   * @param max most entries looked at
   * @param visitor ends each
   * @return whether there may be more
   */
  public boolean expired(Group group, int max, BiConsumer<Destination, WaitingMessage> visitor) {
    List<Expirations.Due> due = expirations.due(group.timeMs(), max);
    for (Expirations.Due next : due) {
      Destination destination = byId.get(next.destination());
      WaitingMessage message =
          destination == null ? null : destination.waiting(group, next.sequence(), next.run());
      expirations.delete(group, next.atMs(), next.destination(), next.sequence());
      if (destination == null || message == null) {
        continue; // handled, or moved on
      }
      if (message.isLeased()) {
        long again = group.timeMs() + HELD_AGAIN_MS;
        expirations.put(group, again, next.destination(), next.sequence(), next.run());
      } else {
        touch(destination);
        visitor.accept(destination, message);
      }
    }
    return due.size() == max;
  }

  /** Adds a consumer; it has no credit yet. */
  public Consumer open(Destination destination, DeliverySink sink, int leaseMs, long nowMs) {
    stir(destination);
    wake(destination);
    if (destination.consumers().isEmpty()) {
      attendance.changed(destination);
    }
    return destination.open(sink, leaseMs, nowMs, leaseDeadlines, onTheirWay);
  }

  /**
   * A consumer is gone: what it holds returns.
   *
   * @param lost receives the messages whose handling had begun
   */
  public void abandon(Consumer consumer, long nowMs, LostAttempts lost) {
    consumer.close();
    Destination destination = consumer.destination();
    for (Lease lease : List.copyOf(consumer.leases())) {
      endLease(destination, lease, lost);
    }
    leaseDeadlines.forget(consumer);
    destination.remove(consumer, nowMs);
    if (destination.consumers().isEmpty() && byId.containsKey(destination.id())) {
      attendance.changed(destination);
    }
    stir(destination);
    wake(destination);
  }

  /** Writes down which of them were consumed lately, so that it is known after a restart. */
  public void noteAttendance(Group group) {
    attendance.note(group);
  }

  /**
   * Ends the leases whose time is over.
   *
   * @param lost receives the messages whose handling had begun
   * @return of how many messages
   */
  public int expireLeases(long nowMs, LostAttempts lost) {
    int expired = 0;
    for (Consumer consumer : leaseDeadlines.due(nowMs)) {
      for (Lease lease : consumer.expired(nowMs)) {
        expired += lease.held;
        endLease(consumer.destination(), lease, lost);
        wake(consumer.destination());
      }
    }
    return expired;
  }

  private static void endLease(Destination destination, Lease lease, LostAttempts lost) {
    List<Long> started = destination.endLease(lease);
    if (!started.isEmpty()) {
      lost.lost(destination, lease.epoch, started);
    }
  }

  /** Is told of destinations that are about to hand out messages a second time. */
  @FunctionalInterface
  public interface Fences {
    /** Under no lower epoch than this may a settle count after a restart. */
    void fence(Destination destination, long epoch);
  }

  /** Is told of messages whose handling had begun when their lease ended. */
  @FunctionalInterface
  public interface LostAttempts {
    /** Messages delivered under one epoch. */
    void lost(Destination destination, long epoch, List<Long> sequences);
  }
}
