package io.parley.engine.reference;

import io.parley.engine.destination.DestinationKind;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Settlement;
import io.parley.protocol.model.TypePattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a namespace is meant to do, written as plainly as possible: every message is an object,
 * every rule a loop over all of them. No paging, no windows, no bytes; slow, and easy to believe.
 *
 * <p>It knows of one consumer with credit per destination at a time, so that who gets what is no
 * matter of turns. Epochs are the engine's: it is told them with each delivery.
 */
final class ReferenceBroker {
  private static final int EPOCH_COUNTER_BITS = 40;

  private final int maxAttempts;
  private final long dedupWindowMs;
  private final long retentionMs;

  final Map<String, Type> types = new TreeMap<>();
  final Map<Integer, Place> places = new LinkedHashMap<>();
  final Map<MessageId, Ended> outcomes = new HashMap<>();
  final Map<Integer, Reader> readers = new LinkedHashMap<>();
  private final Map<MessageId, Session> sessions = new HashMap<>();
  private final Map<MessageId, Long> dedup = new HashMap<>();
  private final Map<Place, Stretch> growing = new HashMap<>();
  private int lastPlace;
  private long firstSequence = 1; // of a new inbox
  private long boot = 1;
  private long startedAtMs;
  private long nextForgetMs;
  long nowMs;

  ReferenceBroker(long nowMs, int maxAttempts, long dedupWindowMs, long retentionMs) {
    this.nowMs = nowMs;
    this.startedAtMs = nowMs;
    this.nextForgetMs = nowMs + 1_000;
    this.maxAttempts = maxAttempts;
    this.dedupWindowMs = dedupWindowMs;
    this.retentionMs = retentionMs;
  }

  // ---------------------------------------------------------------- what there is

  /** A type. */
  static final class Type {
    final MessageKind kind;
    @Nullable Place queue;
    @Nullable Place unowned;

    Type(MessageKind kind) {
      this.kind = kind;
    }
  }

  /** A queue, an inbox, or the commands of a type that nobody owns. */
  static final class Place {
    final int id;
    final DestinationKind kind;
    final String name;
    final String service;
    List<TypePattern> patterns;
    final TreeMap<Long, Copy> copies = new TreeMap<>();
    final TreeMap<Long, Copy> dead = new TreeMap<>();
    long nextSequence = 1;
    long lastEnded; // the highest epoch of which copies came back since the start
    long fence;

    Place(int id, DestinationKind kind, String name, String service, List<TypePattern> patterns) {
      this.id = id;
      this.kind = kind;
      this.name = name;
      this.service = service;
      this.patterns = patterns;
    }

    long leased() {
      return copies.values().stream().filter(copy -> copy.holder != null).count();
    }

    long bytes() {
      long bytes = dead.values().stream().mapToLong(copy -> copy.size).sum();
      bytes += copies.values().stream().filter(c -> c.single).mapToLong(c -> c.size).sum();
      return bytes
          + copies.values().stream()
              .filter(copy -> !copy.single)
              .map(copy -> copy.stretch)
              .distinct()
              .mapToLong(stretch -> stretch.bytes)
              .sum();
    }
  }

  /**
   * Messages of one group, one after the other in one place: their space goes when all are done.
   */
  static final class Stretch {
    long bytes;
  }

  /** A message in one place. */
  static final class Copy {
    final long sequence;
    final Message message;
    final int size;
    final long storedAtMs;
    final Stretch stretch;
    boolean single;
    boolean seen;
    boolean failed;
    int attempts;
    long dueMs;
    long settledEpoch;
    long lastEpoch;
    @Nullable Reader holder;
    long expiresAtMs;
    long deliveredAs;

    Copy(long sequence, Message message, int size, long storedAtMs, Stretch stretch) {
      this.sequence = sequence;
      this.message = message;
      this.size = size;
      this.storedAtMs = storedAtMs;
      this.stretch = stretch;
    }
  }

  /** A consumer. */
  static final class Reader {
    final int number;
    final Place place;
    final int leaseMs;
    final List<Copy> got = new ArrayList<>();
    int credit;
    long delivered;
    long started;

    Reader(int number, Place place, int leaseMs) {
      this.number = number;
      this.place = place;
      this.leaseMs = leaseMs;
    }
  }

  /** How a command ended. */
  record Ended(OutcomeStatus status, String code, long atMs) {}

  private static final class Session {
    long last;
    long seenMs;
    final Map<Long, ErrorCode> refused = new HashMap<>();
  }

  @Nullable Place find(DestinationKind kind, String name) {
    return places.values().stream()
        .filter(place -> place.kind == kind && place.name.equals(name))
        .findFirst()
        .orElse(null);
  }

  // ---------------------------------------------------------------- what comes in

  /** Stores a batch; returns the codes of refused messages by index, or null for a gap. */
  @Nullable Map<Integer, ErrorCode> send(
      @Nullable MessageId sessionId, long first, List<Message> batch) {
    growing.clear();
    Map<Integer, ErrorCode> refused = new TreeMap<>();
    if (sessionId == null) {
      for (int i = 0; i < batch.size(); i++) {
        store(batch.get(i), i, refused);
      }
      return refused;
    }
    Session session = sessions.get(sessionId);
    if (session == null) {
      session = new Session();
      session.last = first - 1;
      sessions.put(sessionId, session);
    }
    if (first > session.last + 1) {
      return null;
    }
    for (int i = 0; i < batch.size(); i++) {
      long sequence = first + i;
      if (sequence > session.last) {
        store(batch.get(i), i, refused);
        if (refused.containsKey(i)) {
          session.refused.put(sequence, refused.get(i));
        }
        session.last = sequence;
        session.seenMs = nowMs;
      } else if (session.refused.containsKey(sequence)) {
        refused.put(i, session.refused.get(sequence));
      }
    }
    return refused;
  }

  private void store(Message message, int index, Map<Integer, ErrorCode> refused) {
    ErrorCode refusal = refusal(message, types);
    if (refusal != null) {
      refused.put(index, refusal);
      return;
    }
    List<Place> targets = route(message);
    if (targets.isEmpty() || message.dedupById() && dedup.containsKey(message.id())) {
      return;
    }
    if (message.dedupById()) {
      dedup.put(message.id(), nowMs + dedupWindowMs);
    }
    targets.forEach(place -> append(place, message));
  }

  private static @Nullable ErrorCode refusal(Message message, Map<String, Type> known) {
    Type type = known.get(message.type());
    boolean wrong = type != null && type.kind != message.kind();
    return wrong || message.kind() == MessageKind.QUERY ? ErrorCode.WRONG_KIND : null;
  }

  private List<Place> route(Message message) {
    Type type = types.computeIfAbsent(message.type(), name -> new Type(message.kind()));
    if (message.kind() == MessageKind.EVENT) {
      return places.values().stream()
          .filter(p -> p.patterns.stream().anyMatch(pattern -> pattern.matches(message.type())))
          .toList();
    }
    if (type.queue != null) {
      return List.of(type.queue);
    }
    if (type.unowned == null) {
      type.unowned = make(DestinationKind.UNOWNED, message.type(), "", List.of());
    }
    return List.of(type.unowned);
  }

  private void append(Place place, Message message) {
    int size = MessageRecord.encode(message).length;
    boolean delayed = message.notBeforeMs() > nowMs;
    if (delayed) {
      growing.remove(place);
    }
    Stretch stretch = delayed ? new Stretch() : growing.computeIfAbsent(place, p -> new Stretch());
    stretch.bytes += delayed ? 0 : size;
    Copy copy = new Copy(place.nextSequence++, message, size, nowMs, stretch);
    copy.single = delayed;
    copy.dueMs = delayed ? message.notBeforeMs() : 0;
    place.copies.put(copy.sequence, copy);
  }

  private Place make(DestinationKind kind, String name, String service, List<TypePattern> of) {
    Place place = new Place(++lastPlace, kind, name, service, of);
    if (kind == DestinationKind.INBOX) {
      place.nextSequence = firstSequence;
    }
    places.put(place.id, place);
    return place;
  }

  // ---------------------------------------------------------------- types and places

  /** Claims types; the queue's number, or why not. */
  Object claim(String service, String name, List<String> wanted) {
    for (String type : wanted) {
      if (types.containsKey(type) && types.get(type).kind != MessageKind.COMMAND) {
        return ErrorCode.WRONG_KIND;
      }
    }
    for (String type : wanted) {
      Place owner = types.containsKey(type) ? types.get(type).queue : null;
      if (owner != null && !owner.name.equals(name)) {
        return ErrorCode.OWNED_BY;
      }
    }
    return own(service, name, wanted);
  }

  private Object own(String service, String name, List<String> wanted) {
    Place queue = find(DestinationKind.QUEUE, name);
    if (queue != null && !queue.service.equals(service)) {
      return ErrorCode.OWNED_BY;
    }
    if (queue == null) {
      queue = make(DestinationKind.QUEUE, name, service, List.of());
    }
    for (String name2 : wanted) {
      Type type = types.computeIfAbsent(name2, n -> new Type(MessageKind.COMMAND));
      type.queue = queue;
      if (type.unowned != null) {
        adopt(type.unowned, queue);
        places.remove(type.unowned.id);
        type.unowned = null;
      }
    }
    return queue.id;
  }

  private void adopt(Place unowned, Place queue) {
    for (Copy old : unowned.copies.values()) {
      Copy copy =
          new Copy(queue.nextSequence++, old.message, old.size, old.storedAtMs, old.stretch);
      copy.single = old.single;
      copy.dueMs = old.single ? Math.max(old.dueMs, nowMs + 1) : 0;
      queue.copies.put(copy.sequence, copy);
    }
  }

  /** Declares a type; null, or why not. */
  @Nullable ErrorCode declare(String name, MessageKind kind, @Nullable String owner) {
    Type type = types.get(name);
    if (type != null && type.kind != kind) {
      return ErrorCode.WRONG_KIND;
    }
    if (owner != null) {
      if (kind != MessageKind.COMMAND) {
        return ErrorCode.INVALID_ARGUMENT;
      }
      Object owned = claim(owner, owner, List.of(name));
      return owned instanceof ErrorCode refused ? refused : null;
    }
    types.putIfAbsent(name, new Type(kind));
    return null;
  }

  /** Makes or changes a subscription; the inbox's number, or why not. */
  Object subscribe(String service, String name, List<TypePattern> patterns) {
    Place inbox = find(DestinationKind.INBOX, name);
    if (inbox == null) {
      return patterns.isEmpty()
          ? ErrorCode.NOT_FOUND
          : make(DestinationKind.INBOX, name, service, patterns).id;
    }
    if (!inbox.service.equals(service)) {
      return ErrorCode.OWNED_BY;
    }
    inbox.patterns = patterns.isEmpty() ? inbox.patterns : patterns;
    return inbox.id;
  }

  /** Deletes a subscription; how many messages are left, or why not. */
  Object delete(Place inbox) {
    if (readers.values().stream().anyMatch(reader -> reader.place == inbox)) {
      return ErrorCode.INVALID_ARGUMENT;
    }
    places.remove(inbox.id);
    firstSequence = Math.max(firstSequence, inbox.nextSequence);
    return 0L;
  }

  // ---------------------------------------------------------------- what goes out

  Reader open(int number, int place, int leaseMs) {
    Reader reader = new Reader(number, places.get(place), leaseMs);
    readers.put(number, reader);
    return reader;
  }

  /** Hands out all that may be, to those with credit; they find it in {@link Reader#got}. */
  void serve() {
    for (Reader reader : readers.values()) {
      if (reader.credit > 0
          && reader.place.lastEnded != 0
          && reader.place.lastEnded >= reader.place.fence) {
        reader.place.fence = reader.place.lastEnded + 1;
      }
    }
    for (Reader reader : readers.values()) {
      boolean moved = true;
      while (moved) {
        int before = reader.got.size();
        moved = false;
        for (Copy copy : List.copyOf(reader.place.copies.values())) {
          if (isBack(reader.place, copy)) {
            handOut(reader, copy);
          }
        }
        for (Copy copy : List.copyOf(reader.place.copies.values())) {
          if (!copy.single && !copy.seen && reader.credit > 0) {
            moved = true;
            copy.seen = true;
            handOut(reader, copy);
          }
        }
        moved |= reader.got.size() > before;
      }
    }
  }

  /** Whether a message goes before all that nobody looked at yet: it came back, or its time has. */
  private boolean isBack(Place place, Copy copy) {
    if (!copy.single) {
      return copy.seen;
    }
    boolean mayHaveOneBefore = copy.message.key() != null && !copy.failed;
    return copy.dueMs <= nowMs
        && !(mayHaveOneBefore
            && place.copies.headMap(copy.sequence).values().stream()
                .anyMatch(other -> !other.single && !other.seen));
  }

  private static void handOut(Reader reader, Copy copy) {
    if (reader.credit > 0 && copy.holder == null && isFirstOfItsKey(reader.place, copy)) {
      copy.holder = reader;
      copy.deliveredAs = ++reader.delivered;
      reader.credit--;
      reader.got.add(copy);
    }
  }

  private static boolean isFirstOfItsKey(Place place, Copy copy) {
    String key = copy.message.key();
    return key == null
        || place.copies.values().stream()
            .filter(other -> other != copy && key.equals(other.message.key()))
            .noneMatch(other -> other.holder != null || other.sequence < copy.sequence);
  }

  /** Handling of a consumer's first deliveries has begun. */
  static void start(Reader reader, long deliveries) {
    reader.started = Math.max(reader.started, Math.min(deliveries, reader.delivered));
  }

  /** A delivery was made under an epoch. */
  void delivered(Reader reader, Copy copy, long epoch) {
    copy.lastEpoch = epoch;
    copy.expiresAtMs = nowMs + reader.leaseMs;
  }

  /** A consumer is gone. */
  void leave(Reader reader, boolean inGoodOrder) {
    if (inGoodOrder) {
      reader.started = 0;
    }
    for (Copy copy : List.copyOf(reader.place.copies.values())) {
      if (copy.holder == reader) {
        endLease(reader.place, copy, "CONNECTION_LOST");
      }
    }
    readers.remove(reader.number);
  }

  private static void comesBack(Place place, Copy copy) {
    if (copy.holder != null) {
      place.lastEnded = Math.max(place.lastEnded, copy.lastEpoch);
      copy.holder = null;
    }
  }

  private void endLease(Place place, Copy copy, String reason) {
    boolean started = copy.holder != null && copy.deliveredAs <= copy.holder.started;
    comesBack(place, copy);
    if (started) {
      fail(place, copy, copy.attempts + 1 >= maxAttempts, nowMs, 0, reason);
    }
  }

  /** Time passes, by 200 ms or more. */
  void pass(long ms) {
    nowMs += ms;
    for (Place place : places.values()) {
      for (Copy copy : List.copyOf(place.copies.values())) {
        if (copy.holder != null && copy.expiresAtMs <= nowMs) {
          endLease(place, copy, "LEASE_EXPIRED");
        }
      }
    }
    forget();
  }

  private void forget() {
    if (nowMs < nextForgetMs) {
      return;
    }
    nextForgetMs = nowMs + 1_000;
    dedup.values().removeIf(endMs -> endMs <= nowMs);
    sessions.values().removeIf(s -> Math.max(s.seenMs, startedAtMs) + dedupWindowMs <= nowMs);
    outcomes.values().removeIf(ended -> ended.atMs + retentionMs <= nowMs);
  }

  /** The broker ends and starts again. */
  void restart() {
    boot++;
    startedAtMs = nowMs;
    nextForgetMs = nowMs;
    readers.clear();
    for (Place place : places.values()) {
      place.lastEnded = 0;
      for (Copy copy : place.copies.values()) {
        copy.holder = null;
        copy.lastEpoch = 0;
        copy.seen = false;
      }
    }
    forget();
  }

  // ---------------------------------------------------------------- settling

  /** Settles; returns what is refused: which settlement, which sequence, why. */
  List<String> settle(Place place, List<Settlement> settlements) {
    growing.clear();
    long end = place.nextSequence;
    List<String> refused = new ArrayList<>();
    for (int i = 0; i < settlements.size(); i++) {
      Settlement settlement = settlements.get(i);
      int count = 1;
      if (settlement instanceof Settlement.Complete complete) {
        count = complete.count();
      } else if (settlement instanceof Settlement.Release release) {
        count = release.count();
      } else if (settlement instanceof Settlement.Extend extend) {
        count = extend.count();
      }
      for (int n = 0; n < count; n++) {
        ErrorCode code = settleOne(place, settlement, settlement.sequence() + n, end);
        if (code != null) {
          refused.add(i + ":" + (settlement.sequence() + n) + ":" + code);
        }
      }
    }
    return refused;
  }

  private @Nullable ErrorCode settleOne(
      Place place, Settlement settlement, long sequence, long end) {
    if (sequence < 1 || sequence >= end) {
      return ErrorCode.NOT_FOUND;
    }
    Copy copy = place.copies.get(sequence);
    if (copy == null || settlement.epoch() == copy.settledEpoch) {
      return ErrorCode.ALREADY_SETTLED;
    }
    boolean counts =
        copy.lastEpoch != 0
            ? settlement.epoch() == copy.lastEpoch
            : settlement.epoch() > copy.settledEpoch
                && settlement.epoch() >= place.fence
                && settlement.epoch() >>> EPOCH_COUNTER_BITS == boot - 1;
    if (!counts) {
      return ErrorCode.LEASE_LOST;
    }
    if (settlement instanceof Settlement.Complete) {
      complete(place, copy);
    } else if (settlement instanceof Settlement.CompleteWith with) {
      List<Message> emitted = messages(with.emitted());
      Map<String, Type> known = new HashMap<>(types);
      for (Message message : emitted) {
        if (refusal(message, known) != null) {
          return ErrorCode.WRONG_KIND;
        }
        known.putIfAbsent(message.type(), new Type(message.kind()));
      }
      complete(place, copy);
      emitted.forEach(message -> store(message, 0, new HashMap<>()));
    } else if (settlement instanceof Settlement.Reject reject) {
      if (place.kind == DestinationKind.INBOX) {
        return ErrorCode.NOT_REJECTABLE;
      }
      end(place, copy, OutcomeStatus.REJECTED, reject.code());
      place.copies.remove(sequence);
    } else if (settlement instanceof Settlement.Fail fail) {
      boolean last = fail.isFinal() || copy.attempts + 1 >= maxAttempts;
      fail(place, copy, last, nowMs + fail.retryAfterMs(), fail.epoch(), fail.errorClass());
    } else if (settlement instanceof Settlement.Release) {
      comesBack(place, copy);
    } else if (settlement instanceof Settlement.Extend extend) {
      if (copy.holder == null) {
        return ErrorCode.LEASE_LOST;
      }
      copy.expiresAtMs = nowMs + extend.leaseMs();
    }
    return null;
  }

  private void complete(Place place, Copy copy) {
    if (copy.message.trackOutcome()) {
      end(place, copy, OutcomeStatus.COMPLETED, "");
    }
    place.copies.remove(copy.sequence);
  }

  private void end(Place place, Copy copy, OutcomeStatus status, String code) {
    if (place.kind == DestinationKind.QUEUE) {
      outcomes.put(copy.message.id(), new Ended(status, code, nowMs));
    }
  }

  /** An attempt failed; epoch 0 if its lease was lost: then the holder may still settle it. */
  private void fail(
      Place place, Copy copy, boolean last, long dueMs, long epoch, String errorClass) {
    copy.attempts++;
    copy.failed = true;
    copy.single = true;
    copy.holder = null;
    copy.dueMs = dueMs;
    if (epoch != 0) {
      copy.settledEpoch = Math.max(copy.settledEpoch, epoch);
      copy.lastEpoch = 0;
    }
    if (last) {
      end(place, copy, OutcomeStatus.DEAD_LETTERED, errorClass);
      place.copies.remove(copy.sequence);
      place.dead.put(copy.sequence, copy);
    }
  }

  // ---------------------------------------------------------------- dead letters

  /** Puts dead letters back, one or all; returns how many. */
  int redrive(Place place, @Nullable MessageId id) {
    List<Copy> letters = letters(place, id);
    for (Copy letter : letters) {
      place.dead.remove(letter.sequence);
      letter.attempts = 0;
      letter.dueMs = nowMs + 1;
      letter.lastEpoch = 0;
      place.copies.put(letter.sequence, letter);
      if (place.kind == DestinationKind.QUEUE) {
        outcomes.remove(letter.message.id());
      }
    }
    return letters.size();
  }

  /** Drops dead letters, one or all; returns how many. */
  int drop(Place place, @Nullable MessageId id) {
    List<Copy> letters = letters(place, id);
    letters.forEach(letter -> place.dead.remove(letter.sequence));
    return letters.size();
  }

  private static List<Copy> letters(Place place, @Nullable MessageId id) {
    return place.dead.values().stream()
        .filter(letter -> id == null || letter.message.id().equals(id))
        .limit(id == null ? Long.MAX_VALUE : 1)
        .toList();
  }

  static List<Message> messages(MessageBatch batch) {
    List<Message> messages = new ArrayList<>();
    MessageRecord record = new MessageRecord();
    int at = batch.offset();
    for (int i = 0; i < batch.count(); i++) {
      messages.add(record.wrap(batch.bytes(), at).toMessage());
      at = record.end();
    }
    return messages;
  }
}
