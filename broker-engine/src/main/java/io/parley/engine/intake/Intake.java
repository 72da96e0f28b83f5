package io.parley.engine.intake;

import io.parley.engine.catalog.Catalog;
import io.parley.engine.catalog.RefusedException;
import io.parley.engine.catalog.Route;
import io.parley.engine.destination.CatchUps;
import io.parley.engine.destination.Destination;
import io.parley.engine.destination.Destinations;
import io.parley.engine.destination.EventLog;
import io.parley.engine.destination.Quota;
import io.parley.engine.destination.Topic;
import io.parley.engine.group.Expiries;
import io.parley.engine.group.Group;
import io.parley.engine.group.Keys;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.operation.Result.Refusal;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.OutcomeMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Stores what is sent, published and emitted: each record once in the group's chunk, and a
 * reference in each destination it is for.
 */
public final class Intake {
  private static final byte[] EMPTY = {};
  private static final int IN_CONVERSATION =
      MessageRecord.FLAG_CORRELATION | MessageRecord.FLAG_CAUSATION;

  private final Store store;
  private final Catalog catalog;
  private final Destinations destinations;
  private final EventLog events;
  private final CatchUps catchUps;
  private final long dedupWindowMs;
  private final Quota quota;
  private final NamespaceQuota namespaceQuota;
  private final Map<MessageId, ProducerSession> sessions = new HashMap<>();
  private final List<CausedMessage> caused = new ArrayList<>();
  private final List<ProducerSession> advanced = new ArrayList<>();

  /** Of the batch being stored; copied for the result. */
  private final List<Refusal> refusals = new ArrayList<>();

  private final MessageRecord record = new MessageRecord();
  private long startedAtMs;

  /**
   * An intake that routes by a catalog.
   *
   * @param events retains those that are published
   * @param quota of queues and inboxes for which nothing is set
   * @param namespaceBytes most bytes of messages there are, where nothing is set
   */
  public Intake(
      Store store,
      Catalog catalog,
      Destinations destinations,
      EventLog events,
      CatchUps catchUps,
      long dedupWindowMs,
      Quota quota,
      long namespaceBytes) {
    this.store = store;
    this.catalog = catalog;
    this.destinations = destinations;
    this.events = events;
    this.catchUps = catchUps;
    this.dedupWindowMs = dedupWindowMs;
    this.quota = quota;
    this.namespaceQuota = new NamespaceQuota(store, namespaceBytes);
  }

  /** How much the namespace may hold. */
  public NamespaceQuota namespaceQuota() {
    return namespaceQuota;
  }

  /** Sets how much the namespace may hold; {@link NamespaceQuota#NOT_SET} for the broker's. */
  public void limit(Group group, long bytes) {
    namespaceQuota.set(group, bytes);
  }

  /**
   * Tells when the broker started: sessions from before get their whole window from then on,
   * because their clients couldn't come back while it was down.
   */
  public void startedAt(long nowMs) {
    startedAtMs = nowMs;
  }

  /** Stores a batch, but what its session sent before and what is refused. */
  public Result send(Group group, Operation.Send send) {
    if (send.session() == null) {
      refusals.clear();
      store(group, send.batch(), 0, send.invalid(), true);
      return sent();
    }
    ProducerSession session = session(group, send.session(), send.firstSequence());
    long expected = session.lastSequence() + 1;
    if (send.firstSequence() > expected) {
      return new Result.Refused(
          ErrorCode.OUT_OF_SEQUENCE,
          "first sequence: " + send.firstSequence() + " (expected: at most " + expected + ")");
    }
    int count = send.batch().count();
    int repeated = (int) Math.min(expected - send.firstSequence(), count);
    refusals.clear();
    for (int i = 0; i < repeated; i++) {
      Refusal before = session.refusalOf(send.firstSequence() + i, i);
      if (before != null) {
        refusals.add(before);
      }
    }
    if (repeated < count) {
      int known = refusals.size();
      store(group, send.batch(), repeated, send.invalid(), true);
      for (int i = known; i < refusals.size(); i++) {
        Refusal refusal = refusals.get(i);
        session.refuse(send.firstSequence() + refusal.index(), refusal.code(), refusal.message());
      }
      if (session.advance(group, send.firstSequence() + count - 1)) {
        advanced.add(session);
      }
    }
    return sent();
  }

  private Result sent() {
    return refusals.isEmpty() ? Result.Sent.ALL : new Result.Sent(List.copyOf(refusals));
  }

  /** Writes down how far the producer sessions got in a group. */
  public void finish(Group group) {
    record.letGo();
    for (int i = 0; i < advanced.size(); i++) {
      advanced.get(i).finish(group);
    }
    advanced.clear();
  }

  private ProducerSession session(Group group, MessageId id, long firstSequence) {
    ProducerSession session = sessions.get(id);
    if (session == null) {
      session = ProducerSession.load(store, id);
      if (session == null) {
        session = new ProducerSession(id, firstSequence - 1, group.timeMs());
        Expiries.put(group, group.timeMs() + dedupWindowMs, Expiries.PRODUCER, id);
      }
      sessions.put(id, session);
    }
    return session;
  }

  /**
   * Stores the records from one on: those of the first one's kind are copied at once with all that
   * follow, others one by one.
   *
   * @param hasBounds whether a full queue refuses: a settle always gets through, with all it emits
   */
  private void store(
      Group group, MessageBatch batch, int from, List<Refusal> invalid, boolean hasBounds) {
    byte[] bytes = batch.bytes();
    int at = batch.offset();
    for (int i = 0; i < from; i++) {
      at = record.wrap(bytes, at).end();
    }
    MessageKind copied = null; // of this kind the rest of the batch is in the chunk, from base on
    int base = 0;
    int start = at;
    int nextInvalid = 0;
    for (int i = from; i < batch.count(); i++) {
      record.wrap(bytes, at);
      while (nextInvalid < invalid.size() && invalid.get(nextInvalid).index() < i) {
        nextInvalid++;
      }
      if (nextInvalid < invalid.size() && invalid.get(nextInvalid).index() == i) {
        refusals.add(invalid.get(nextInvalid));
        at = record.end();
        continue;
      }
      Route route = catalog.route(group, record);
      if (route.refusal() != null) {
        refusals.add(new Refusal(i, 0, route.refusal(), route.reason()));
      } else if (route.leadsAnywhere()
          && !isStored(group, record) // what is needs no room
          && (!hasBounds || hasRoom(group, route, record, i))) {
        namespaceQuota.add(group, record.size());
        remember(group, record);
        MessageKind kind = record.kind();
        if (copied == null) {
          base = group.store(kind, bytes, start, batch.offset() + batch.length() - start);
          copied = kind;
        }
        append(
            group,
            route,
            kind == copied ? base + at - start : group.store(kind, bytes, at, record.size()));
        if (record.has(IN_CONVERSATION)) {
          caused.add(CausedMessage.of(record, group.timeMs()));
        }
      }
      at = record.end();
    }
  }

  private void append(Group group, Route route, int offset) {
    Topic topic = route.topic();
    List<Destination> to = route.destinations();
    if (topic != null && topic.retains()) {
      appendRetained(group, topic, to, offset);
      return;
    }
    for (int d = 0; d < to.size(); d++) {
      Destination destination = to.get(d);
      if (topic == null || destinations.admits(group, destination, quota, record.size())) {
        destinations.append(group, destination, record, offset);
      }
    }
  }

  private void appendRetained(Group group, Topic topic, List<Destination> inboxes, int offset) {
    events.append(topic, record, offset);
    for (int d = 0; d < inboxes.size(); d++) {
      Destination inbox = inboxes.get(d);
      if (inbox.isBehind()) {
        catchUps.note(group, inbox, topic);
      } else if (inbox.isFull(quota, record.size())) {
        catchUps.fallBehind(group, inbox, topic, offset);
      } else {
        destinations.append(group, inbox, record, offset);
      }
    }
  }

  /**
   * Whether there is room for a message: in the namespace, and for a command in its queue, and for
   * its outcome where that is to go; else refuses it.
   */
  private boolean hasRoom(Group group, Route route, MessageRecord record, int index) {
    if (!namespaceQuota.hasRoom(group, record.size())) {
      refusals.add(
          new Refusal(
              index,
              0,
              ErrorCode.QUOTA_EXCEEDED,
              "namespace: "
                  + namespaceQuota.used()
                  + " bytes and "
                  + record.size()
                  + " more (expected: at most "
                  + namespaceQuota.bytes()
                  + " bytes)"));
      return false;
    }
    if (record.kind() != MessageKind.COMMAND) {
      return true;
    }
    Destination queue = route.destinations().get(0);
    if (queue.isFull(quota, record.size())) {
      refusals.add(
          new Refusal(index, 0, ErrorCode.QUOTA_EXCEEDED, full("queue", queue, record.size())));
      return false;
    }
    return !record.has(MessageRecord.FLAG_TRACK_OUTCOME) || hasRoomForOutcome(group, record, index);
  }

  private boolean hasRoomForOutcome(Group group, MessageRecord record, int index) {
    String service = OutcomeMessage.serviceOf(record);
    if (service == null) {
      return true;
    }
    try {
      catalog.checkOutcomeInbox(service);
    } catch (RefusedException e) {
      refusals.add(new Refusal(index, 0, e.code(), e.reason()));
      return false;
    }
    Destination inbox = catalog.outcomeInbox(group, service);
    if (inbox.isFull(quota, record.size())) {
      refusals.add(
          new Refusal(
              index, 0, ErrorCode.QUOTA_EXCEEDED, full("outcome inbox", inbox, record.size())));
      return false;
    }
    return true;
  }

  private String full(String what, Destination queue, int size) {
    Quota its = queue.quota(quota);
    return what
        + " '"
        + queue.definition().name()
        + "': "
        + (queue.count() + 1)
        + " messages, "
        + (queue.bytes() + size)
        + " bytes (expected: at most "
        + its.messages()
        + " messages, "
        + its.bytes()
        + " bytes)";
  }

  /** Whether a message of this id was stored inside the window. */
  private static boolean isStored(Group group, MessageRecord sent) {
    return sent.has(MessageRecord.FLAG_DEDUP)
        && group.transaction().get(Table.DEDUP, Keys.of(sent.id())) != null;
  }

  private void remember(Group group, MessageRecord sent) {
    if (sent.has(MessageRecord.FLAG_DEDUP)) {
      MessageId id = sent.id();
      group.transaction().put(Table.DEDUP, Keys.of(id), EMPTY);
      Expiries.put(group, group.timeMs() + dedupWindowMs, Expiries.DEDUP, id);
    }
  }

  /**
   * Checks that all of a handler's messages can be stored. Asked before {@link #emit}, so that a
   * completion stays whole.
   *
   * @throws RefusedException why one of them can't; nothing changed
   */
  public void checkEmitted(MessageBatch emitted) {
    catalog.checkAll(emitted);
  }

  /**
   * A message is completed, and messages of its handler's follow: if it is the first, it is told.
   */
  public void causes(Group group, MessageRecord completed) {
    boolean isToldAlready =
        !caused.isEmpty() && caused.get(caused.size() - 1).id().equals(completed.id());
    if (!completed.has(IN_CONVERSATION) && !isToldAlready) {
      caused.add(CausedMessage.of(completed, group.timeMs()));
    }
  }

  /** Messages of conversations that the group just built stored; empties the list. */
  public List<CausedMessage> takeCaused() {
    if (caused.isEmpty()) {
      return List.of();
    }
    List<CausedMessage> taken = List.copyOf(caused);
    caused.clear();
    return taken;
  }

  /**
   * Stores a message of the broker's own in one inbox, whatever its quota: what a settle brings
   * about always gets through.
   */
  public void deliver(Group group, Destination inbox, byte[] message) {
    record.wrap(message, 0);
    destinations.append(
        group, inbox, record, group.store(MessageKind.EVENT, message, 0, message.length));
    caused.add(CausedMessage.of(record, group.timeMs()));
  }

  /** Stores a handler's messages. */
  public void emit(Group group, MessageBatch emitted) {
    refusals.clear();
    store(group, emitted, 0, List.of(), false);
  }

  /**
   * A producer session may be forgotten, unless it was heard of since. Scans: needs a group of its
   * own.
   */
  public void forgetSession(Group group, MessageId id) {
    ProducerSession session = sessions.get(id);
    if (session == null) {
      session = ProducerSession.load(store, id);
    }
    if (session == null) {
      return;
    }
    long endMs = Math.max(session.lastSeenMs(), startedAtMs) + dedupWindowMs;
    if (endMs > group.timeMs()) {
      Expiries.put(group, endMs, Expiries.PRODUCER, id);
    } else {
      session.remove(group, store);
      sessions.remove(id);
    }
  }
}
