package io.parley.engine.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.engine.destination.Destination;
import io.parley.engine.destination.DestinationKind;
import io.parley.engine.destination.Destinations;
import io.parley.engine.destination.EventLog;
import io.parley.engine.group.Group;
import io.parley.engine.group.Keys;
import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.store.DamagedDataException;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.OutcomeMessage;
import io.parley.protocol.model.TypePattern;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The types of a namespace: what kind each is, which queue owns it, which inboxes want it.
 *
 * <p>Invariant: a type's kind never changes, and at most one queue owns a command type.
 */
public final class Catalog {
  /** Most types of a namespace. */
  public static final int TYPES_MAX = 250_000;

  /** Most queues and subscriptions of a namespace together. */
  public static final int DESTINATIONS_MAX = 250_000;

  /** Types in use whose route is kept at hand; at the bound all are found anew. */
  static final int ROUTES_MAX = 16_384;

  private static final int VERSION = 1;
  private static final byte[] POLICY = Keys.of("type-policy");
  private static final int CACHE_SLOTS = 256;

  private final Destinations destinations;
  private final EventLog events;
  private final NavigableMap<String, TypeEntry> types = new TreeMap<>();
  private final NavigableSet<TypeEntry> owned =
      new TreeSet<>(Comparator.comparingInt(TypeEntry::queue).thenComparing(TypeEntry::name));
  private final Interests interests = new Interests();
  private final NavigableSet<String> typesWithUnowned = new TreeSet<>();
  private final Map<String, Route> routes = new HashMap<>();
  private final @Nullable CachedRoute[] recent = new CachedRoute[CACHE_SLOTS];
  private boolean declaredOnly;

  /** Reads the types a store knows. */
  public Catalog(Store store, Destinations destinations, EventLog events) {
    this.destinations = destinations;
    this.events = events;
    store.scan(
        Table.TYPES,
        new byte[0],
        null,
        (key, value) -> {
          String name = new String(key, UTF_8);
          TypeEntry entry = TypeEntry.decode(name, value);
          requireThere(entry, destinations);
          keep(entry);
          return true;
        });
    destinations.all().forEach(interests::add);
    byte[] policy = store.get(Table.META, POLICY);
    declaredOnly = policy != null && new ValueReader(Table.META, policy, VERSION).u8() == 1;
  }

  private static void requireThere(TypeEntry entry, Destinations destinations) {
    for (int id : new int[] {entry.queue(), entry.unowned(), entry.from()}) {
      if (id != 0 && destinations.find(id) == null) {
        throw new DamagedDataException(
            "table TYPES: "
                + entry.name()
                + " refers to destination "
                + id
                + ", which isn't there");
      }
    }
    if (entry.from() != 0 && entry.queue() == 0) {
      throw new DamagedDataException(
          "table TYPES: " + entry.name() + " moves to no queue (expected: its owner's)");
    }
  }

  /** All types, by name. */
  public Collection<TypeEntry> types() {
    return types.values();
  }

  /** Some types by name, after one. */
  public List<TypeEntry> typesAfter(String name, int max) {
    return types.tailMap(name, false).values().stream().limit(max).toList();
  }

  /** The types a queue owns, by name. */
  public List<String> typesOf(Destination queue) {
    return owned.subSet(TypeEntry.firstOf(queue.id()), TypeEntry.firstOf(queue.id() + 1)).stream()
        .map(TypeEntry::name)
        .toList();
  }

  /** Whether types must be declared before use. */
  public boolean isDeclaredOnly() {
    return declaredOnly;
  }

  /** Sets whether types must be declared before use. */
  public void setDeclaredOnly(Group group, boolean newDeclaredOnly) {
    declaredOnly = newDeclaredOnly;
    group
        .transaction()
        .put(Table.META, POLICY, new ValueWriter(VERSION).u8(declaredOnly ? 1 : 0).done());
    forgetRoutes();
  }

  // ---------------------------------------------------------------- routing

  /** Where a message goes. The first use of a type fixes its kind. */
  public Route route(Group group, MessageRecord record) {
    int slot = slot(record);
    CachedRoute cached = recent[slot];
    if (cached != null && cached.kindCode == record.kindCode() && record.hasTypeOf(cached.name)) {
      return cached.route;
    }
    String type = record.type();
    Route route = routes.get(type);
    if (route == null || kindOf(type) != record.kind()) {
      route = resolve(group, type, record.kind());
      if (route.refusal() != null) {
        return route;
      }
      if (routes.size() >= ROUTES_MAX) {
        routes.clear();
      }
      routes.put(type, route);
    }
    recent[slot] = new CachedRoute(type.getBytes(UTF_8), record.kindCode(), route);
    return route;
  }

  private @Nullable MessageKind kindOf(String type) {
    TypeEntry entry = types.get(type);
    return entry == null ? null : entry.kind();
  }

  private static int slot(MessageRecord record) {
    byte[] bytes = record.array();
    int from = record.typeOffset();
    int length = record.typeLength();
    int hash = length * 31 + bytes[from + length - 1];
    hash = hash * 31 + bytes[from + length / 2];
    hash = hash * 31 + bytes[from + length * 3 / 4];
    return (hash ^ (hash >>> 8)) & (CACHE_SLOTS - 1);
  }

  /**
   * Where a message of a type would go, now. Changes nothing; a command that would wait for an
   * owner goes nowhere yet.
   */
  public Route preview(String type, MessageKind kind) {
    TypeEntry entry = types.get(type);
    try {
      checkStorable(type, kind);
      if (entry == null) {
        checkRoomForTypes(type, 1);
      }
    } catch (RefusedException e) {
      return Route.refused(e.code(), e.reason());
    }
    if (kind == MessageKind.EVENT) {
      return Route.to(interests.in(type), events.find(type));
    }
    return entry == null || entry.queue() == 0
        ? Route.to(List.of(), null)
        : Route.to(List.of(destination(entry.queue())), null);
  }

  /** The inboxes that want an event type, in the order they were made. */
  public List<Destination> inboxesOf(String type) {
    return interests.in(type);
  }

  /** A type, or null if nobody used or declared it. */
  public @Nullable TypeEntry type(String name) {
    return types.get(name);
  }

  private Route resolve(Group group, String type, MessageKind kind) {
    TypeEntry entry;
    try {
      checkStorable(type, kind);
      entry = use(group, type, kind);
    } catch (RefusedException e) {
      return Route.refused(e.code(), e.reason());
    }
    if (kind == MessageKind.EVENT) {
      return Route.to(interests.in(type), events.topic(type));
    }
    if (entry.unowned() != 0) {
      return Route.to(List.of(destination(entry.unowned())), null);
    }
    if (entry.queue() != 0) {
      return Route.to(List.of(destination(entry.queue())), null);
    }
    Destination unowned = destinations.create(group, DestinationKind.UNOWNED, type, "", List.of());
    put(group, entry.withUnowned(unowned.id()));
    return Route.to(List.of(unowned), null);
  }

  private void checkStorable(String type, MessageKind kind) {
    check(type, kind);
    if (kind == MessageKind.QUERY) {
      throw new RefusedException(
          ErrorCode.WRONG_KIND, "query type '" + type + "' can be asked, not stored");
    }
  }

  /**
   * Checks that {@link #route} would not refuse any of some messages, one after the other, without
   * making their types.
   *
   * @param batch their records
   * @throws RefusedException why it would; nothing changed
   */
  public void checkAll(MessageBatch batch) {
    Map<String, MessageKind> made = Map.of();
    MessageRecord record = new MessageRecord();
    int at = batch.offset();
    for (int i = 0; i < batch.count(); i++) {
      record.wrap(batch.bytes(), at);
      at = record.end();
      if (isRecent(record)) {
        continue;
      }
      String type = record.type();
      try {
        checkStorable(type, record.kind());
        if (!types.containsKey(type)) {
          made = made.isEmpty() ? new HashMap<>() : made;
          MessageKind before = made.putIfAbsent(type, record.kind());
          checkKind(type, record.kind(), before == null ? record.kind() : before);
          checkRoomForTypes(type, made.size());
        }
      } catch (RefusedException e) {
        throw new RefusedException(e.code(), "emitted message " + i + ": " + e.reason());
      }
    }
  }

  private boolean isRecent(MessageRecord record) {
    CachedRoute cached = recent[slot(record)];
    return cached != null && cached.kindCode == record.kindCode() && record.hasTypeOf(cached.name);
  }

  private Destination destination(int id) {
    Destination destination = destinations.find(id);
    if (destination == null) {
      throw new IllegalStateException("type refers to destination " + id + ", which isn't there");
    }
    return destination;
  }

  private void forgetRoutes() {
    routes.clear();
    Arrays.fill(recent, null);
  }

  /** One more queue or inbox leaves the routes of all types alone but those it names. */
  private void forgetRoute(String type) {
    routes.remove(type);
    Arrays.fill(recent, null);
  }

  private void forgetRoutes(Destination inbox) {
    for (TypePattern pattern : inbox.definition().patterns()) {
      if (pattern.isWildcard()) {
        forgetRoutes();
      } else {
        forgetRoute(pattern.text());
      }
    }
  }

  // ---------------------------------------------------------------- types

  /** The type, of this kind; made now if the policy allows. */
  private TypeEntry use(Group group, String type, MessageKind kind) {
    check(type, kind);
    TypeEntry entry = types.get(type);
    if (entry == null) {
      checkRoomForTypes(type, 1);
      entry = new TypeEntry(type, kind, 0, 0, 0, false);
      put(group, entry);
    }
    return entry;
  }

  /** Whether a type may be used as this kind. */
  private void check(String type, MessageKind kind) {
    TypeEntry entry = types.get(type);
    if (entry == null && declaredOnly) {
      throw new RefusedException(
          ErrorCode.TYPE_NOT_DECLARED,
          "type '"
              + type
              + "' is not declared (policy 'declared': declare it with"
              + " 'parley type declare' first)");
    }
    if (entry != null) {
      checkKind(type, kind, entry.kind());
    }
  }

  private static void checkKind(String type, MessageKind used, MessageKind is) {
    if (used != is) {
      throw new RefusedException(
          ErrorCode.WRONG_KIND,
          "type '"
              + type
              + "' used as "
              + name(used)
              + " (expected: "
              + name(is)
              + ", which it is for ever)");
    }
  }

  private void checkRoomForTypes(String type, int newTypes) {
    if (types.size() + newTypes > TYPES_MAX) {
      throw new RefusedException(
          ErrorCode.TOO_MANY,
          "type '"
              + type
              + "' would be one more than "
              + TYPES_MAX
              + " (expected: at most "
              + TYPES_MAX
              + " types in a namespace)");
    }
  }

  /** Whether all of these may be used as this kind, those not known yet included. */
  private void checkAll(List<String> names, MessageKind kind) {
    Set<String> newTypes = new HashSet<>();
    for (String type : names) {
      check(type, kind);
      if (!types.containsKey(type)) {
        newTypes.add(type);
        checkRoomForTypes(type, newTypes.size());
      }
    }
  }

  private void put(Group group, TypeEntry entry) {
    keep(entry);
    group.transaction().put(Table.TYPES, Keys.of(entry.name()), entry.encode());
  }

  private void keep(TypeEntry entry) {
    TypeEntry before = types.put(entry.name(), entry);
    if (before != null) {
      owned.remove(before);
    }
    if (entry.queue() != 0) {
      owned.add(entry);
    }
    if (entry.unowned() == 0) {
      typesWithUnowned.remove(entry.name());
    } else {
      typesWithUnowned.add(entry.name());
    }
  }

  private static String name(MessageKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /** Fixes query types' kind. */
  public void offerAnswers(Group group, List<String> names) {
    checkAll(names, MessageKind.QUERY);
    for (String type : names) {
      use(group, type, MessageKind.QUERY);
    }
  }

  /**
   * Declares a type, and for a command type its owner if one is named.
   *
   * @throws RefusedException WRONG_KIND, OWNED_BY, INVALID_ARGUMENT or TOO_MANY; nothing changed
   */
  public void declare(Group group, String type, MessageKind kind, @Nullable String owner) {
    TypeEntry entry = types.get(type);
    if (entry == null) {
      checkRoomForTypes(type, 1);
      entry = new TypeEntry(type, kind, 0, 0, 0, true);
    } else {
      checkKind(type, kind, entry.kind());
    }
    if (owner != null) {
      if (kind != MessageKind.COMMAND) {
        throw new RefusedException(
            ErrorCode.INVALID_ARGUMENT,
            "owner '"
                + owner
                + "' of "
                + name(kind)
                + " type '"
                + type
                + "' (expected: none; only command types are owned)");
      }
      checkOwner(type, owner);
      Destination queue = queue(group, owner, owner);
      entry = entry.ownedBy(queue.id());
    }
    put(group, entry.asDeclared());
    forgetRoute(type);
  }

  // ---------------------------------------------------------------- queues and inboxes

  /**
   * Gives a service's queue command types.
   *
   * @return the queue
   * @throws RefusedException OWNED_BY, WRONG_KIND, TYPE_NOT_DECLARED or TOO_MANY; nothing changed
   */
  public Destination claim(Group group, String service, String queueName, List<String> names) {
    checkAll(names, MessageKind.COMMAND);
    names.forEach(type -> checkOwner(type, queueName));
    Destination queue = queue(group, service, queueName);
    for (String type : names) {
      own(group, use(group, type, MessageKind.COMMAND), queue);
    }
    return queue;
  }

  private void own(Group group, TypeEntry entry, Destination queue) {
    if (entry.queue() != queue.id()) {
      put(group, entry.ownedBy(queue.id()));
      forgetRoute(entry.name());
    }
  }

  /**
   * Makes another queue the owner of a command type. Commands are left in the one before: they have
   * to move, see {@link #moved}.
   *
   * @return the queue before, or null if there is none, or it is the same
   * @throws RefusedException NOT_FOUND, WRONG_KIND, OWNED_BY, TOO_MANY, or OVERLOADED while
   *     commands still move; nothing changed
   */
  public @Nullable Destination transfer(Group group, String type, String service, String name) {
    TypeEntry entry = types.get(type);
    if (entry == null) {
      throw new RefusedException(
          ErrorCode.NOT_FOUND,
          "type: '" + type + "' (expected: one that exists; list them with 'parley type list')");
    }
    checkKind(type, MessageKind.COMMAND, entry.kind());
    if (entry.from() != 0 || (entry.queue() != 0 && entry.unowned() != 0)) {
      throw new RefusedException(
          ErrorCode.OVERLOADED,
          "type '"
              + type
              + "' still moves to queue '"
              + destination(entry.queue()).definition().name()
              + "' (expected: its commands are there, and leases of those left have ended)");
    }
    Destination queue = queue(group, service, name);
    if (entry.queue() == queue.id()) {
      return null;
    }
    put(group, entry.ownedBy(queue.id()).movingFrom(entry.queue()));
    forgetRoute(type);
    return entry.queue() == 0 ? null : destination(entry.queue());
  }

  /**
   * More of a transferred type's commands are left than move at once: new ones wait behind them.
   */
  public void holdBack(Group group, String type) {
    TypeEntry entry = known(type);
    if (entry.unowned() == 0) {
      Destination later = destinations.create(group, DestinationKind.UNOWNED, type, "", List.of());
      put(group, entry.withUnowned(later.id()));
      forgetRoute(type);
    }
  }

  /** Where commands wait that came after a type was transferred; null if nowhere. */
  public @Nullable Destination heldBack(String type) {
    int later = known(type).unowned();
    return later == 0 ? null : destination(later);
  }

  /** Nothing is left of a type in the queue that owned it before. */
  public void moved(Group group, String type) {
    put(group, known(type).movingFrom(0));
  }

  /** Whether commands of a type still move, or wait until they have. */
  public boolean isMoving(String type) {
    TypeEntry entry = types.get(type);
    return entry != null && (entry.from() != 0 || (entry.queue() != 0 && entry.unowned() != 0));
  }

  /** The types whose commands still move from the queue before. */
  public List<TypeEntry> moving() {
    return types.values().stream().filter(entry -> entry.from() != 0).toList();
  }

  private TypeEntry known(String type) {
    TypeEntry entry = types.get(type);
    if (entry == null) {
      throw new IllegalStateException("no type " + type);
    }
    return entry;
  }

  /** Where commands are that still have to move, from before their type was owned. */
  public List<Destination> adoptions() {
    return adoptions(typesWithUnowned);
  }

  /** As {@link #adoptions()}, of some types alone. */
  public List<Destination> adoptions(Collection<String> ofTypes) {
    List<Destination> waiting = new ArrayList<>();
    for (String type : ofTypes) {
      TypeEntry entry = types.get(type);
      // What came after a transfer waits until what came before has moved.
      if (entry != null && entry.queue() != 0 && entry.unowned() != 0 && entry.from() == 0) {
        waiting.add(destination(entry.unowned()));
      }
    }
    return waiting;
  }

  /** The queue that owns the type of some unowned commands now, or null. */
  public @Nullable Destination ownerOf(Destination unowned) {
    TypeEntry entry = types.get(unowned.definition().name());
    return entry == null || entry.queue() == 0 ? null : destination(entry.queue());
  }

  /** All unowned commands of a type have moved to its queue; new ones go there directly. */
  public void adopted(Group group, Destination unowned) {
    TypeEntry entry = types.get(unowned.definition().name());
    if (entry != null) {
      put(group, entry.withUnowned(0));
      destinations.remove(group, unowned);
      forgetRoute(entry.name());
    }
  }

  /**
   * Makes a service's subscription or changes its patterns.
   *
   * @return the inbox
   * @throws RefusedException OWNED_BY, NOT_FOUND or TOO_MANY; nothing changed
   */
  public Destination subscribe(
      Group group, String service, String subscription, List<TypePattern> patterns) {
    Destination inbox = destinations.find(DestinationKind.INBOX, subscription);
    if (OutcomeMessage.isInbox(subscription) && !patterns.isEmpty()) {
      throw new RefusedException(
          ErrorCode.INVALID_NAME,
          "subscription '"
              + subscription
              + "' to events (expected: a name that doesn't end in '"
              + OutcomeMessage.INBOX_SUFFIX
              + "', as those of outcome inboxes do)");
    }
    if (inbox == null && subscription.equals(OutcomeMessage.inboxOf(service))) {
      checkRoom(subscription);
      inbox = outcomeInbox(group, service);
    }
    if (inbox == null) {
      if (patterns.isEmpty()) {
        throw new RefusedException(
            ErrorCode.NOT_FOUND,
            "subscription '"
                + subscription
                + "' does not exist (expected: one that does, or types"
                + " to make it with)");
      }
      checkRoom(subscription);
      inbox = destinations.create(group, DestinationKind.INBOX, subscription, service, patterns);
      interests.add(inbox);
      forgetRoutes(inbox);
    } else if (!inbox.definition().service().equals(service)) {
      throw ownedBy("subscription", inbox, service);
    } else if (!patterns.isEmpty() && !patterns.equals(inbox.definition().patterns())) {
      interests.remove(inbox);
      forgetRoutes(inbox);
      destinations.redefine(group, inbox, patterns);
      interests.add(inbox);
      forgetRoutes(inbox);
    }
    return inbox;
  }

  /**
   * An inbox gets no more events.
   *
   * @throws RefusedException INVALID_ARGUMENT while it has consumers; nothing changed
   */
  public void unsubscribe(Group group, Destination inbox) {
    checkUnattended(inbox);
    if (!inbox.definition().patterns().isEmpty()) {
      interests.remove(inbox);
      forgetRoutes(inbox);
      destinations.redefine(group, inbox, List.of());
    }
  }

  /**
   * Whether nobody consumes from an inbox, so that it may be deleted.
   *
   * @throws RefusedException INVALID_ARGUMENT
   */
  public static void checkUnattended(Destination inbox) {
    int consumers = inbox.consumers().size();
    if (consumers > 0) {
      throw new RefusedException(
          ErrorCode.INVALID_ARGUMENT,
          "subscription '"
              + inbox.definition().name()
              + "' has consumers: "
              + consumers
              + " (expected: none; stop them first)");
    }
  }

  /**
   * A service's outcome inbox, made now if need be: whatever the bounds, as an outcome has to go
   * somewhere.
   */
  public Destination outcomeInbox(Group group, String service) {
    String name = OutcomeMessage.inboxOf(service);
    Destination inbox = destinations.find(DestinationKind.INBOX, name);
    return inbox == null
        ? destinations.create(group, DestinationKind.INBOX, name, service, List.of())
        : inbox;
  }

  /**
   * Whether a command's outcome can go to a service's outcome inbox.
   *
   * @throws RefusedException OWNED_BY or TOO_MANY
   */
  public void checkOutcomeInbox(String service) {
    String name = OutcomeMessage.inboxOf(service);
    Destination inbox = destinations.find(DestinationKind.INBOX, name);
    if (inbox == null) {
      checkRoom(name);
    } else if (!inbox.definition().service().equals(service)) {
      throw ownedBy("subscription", inbox, service);
    }
  }

  private static RefusedException ownedBy(String what, Destination owned, String service) {
    return new RefusedException(
        ErrorCode.OWNED_BY,
        what
            + " '"
            + owned.definition().name()
            + "' is OWNED_BY "
            + owned.definition().service()
            + " (asked for by "
            + service
            + ")");
  }

  private Destination queue(Group group, String service, String name) {
    checkQueue(service, name);
    Destination queue = destinations.find(DestinationKind.QUEUE, name);
    if (queue == null) {
      checkRoom(name);
      queue = destinations.create(group, DestinationKind.QUEUE, name, service, List.of());
    }
    return queue;
  }

  private void checkRoom(String name) {
    if (destinations.all().size() >= DESTINATIONS_MAX) {
      throw new RefusedException(
          ErrorCode.TOO_MANY,
          "'"
              + name
              + "' would be one more than "
              + DESTINATIONS_MAX
              + " (expected: at most "
              + DESTINATIONS_MAX
              + " queues and subscriptions in a namespace)");
    }
  }

  private void checkQueue(String service, String name) {
    Destination queue = destinations.find(DestinationKind.QUEUE, name);
    if (queue != null && !queue.definition().service().equals(service)) {
      throw ownedBy("queue", queue, service);
    }
  }

  private void checkOwner(String type, String queueName) {
    TypeEntry entry = types.get(type);
    if (entry == null || entry.queue() == 0) {
      return;
    }
    DestinationOwner owner = ownerOf(entry);
    if (!owner.queue.equals(queueName)) {
      throw new RefusedException(
          ErrorCode.OWNED_BY,
          "command type '"
              + type
              + "' is OWNED_BY "
              + owner.service
              + ", queue "
              + owner.queue
              + " (asked for by queue "
              + queueName
              + ")");
    }
  }

  private DestinationOwner ownerOf(TypeEntry entry) {
    var definition = destination(entry.queue()).definition();
    return new DestinationOwner(definition.service(), definition.name());
  }

  private record DestinationOwner(String service, String queue) {}

  private record CachedRoute(byte[] name, int kindCode, Route route) {}
}
