package io.parley.engine.intake;

import io.parley.engine.group.Group;
import io.parley.engine.group.Keys;
import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.operation.Result.Refusal;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageId;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far a producer session got, so that what it sends again after a lost confirm is stored once
 * and answered as it was.
 *
 * <p>One entry in {@link Table#PRODUCERS} under the session's id says how far it got; one under the
 * id and a sequence for each stretch of messages that were refused alike.
 */
final class ProducerSession {
  /** Messages before the last one whose refusals are remembered: more are never unconfirmed. */
  static final long UNCONFIRMED_MAX = 1_000_000;

  /** Most stretches of refused messages that are remembered. */
  static final int STRETCHES_MAX = 16_384;

  private static final int VERSION = 1;

  private final MessageId id;
  private final TreeMap<Long, Stretch> refused = new TreeMap<>();
  private long lastSequence;
  private long lastSeenMs;

  /** The first stretch that isn't written down as it is. */
  private long firstChanged = Long.MAX_VALUE;

  private boolean changed;

  ProducerSession(MessageId id, long lastSequence, long lastSeenMs) {
    this.id = id;
    this.lastSequence = lastSequence;
    this.lastSeenMs = lastSeenMs;
  }

  /** Reads a session that was last heard of before the store was opened; null if there is none. */
  static @Nullable ProducerSession load(Store store, MessageId id) {
    byte[] value = store.get(Table.PRODUCERS, Keys.of(id));
    if (value == null) {
      return null;
    }
    ValueReader in = new ValueReader(Table.PRODUCERS, value, VERSION);
    ProducerSession session = new ProducerSession(id, in.i64(), in.i64());
    scanRefused(store, id, session.refused::put);
    return session;
  }

  private static void scanRefused(Store store, MessageId id, RefusedVisitor visitor) {
    store.scan(
        Table.PRODUCERS,
        Keys.of(id, 0),
        Keys.of(id, Long.MAX_VALUE),
        (key, value) -> {
          visitor.visit(Keys.longAt(key, 16), Stretch.decode(value));
          return true;
        });
  }

  long lastSequence() {
    return lastSequence;
  }

  long lastSeenMs() {
    return lastSeenMs;
  }

  /**
   * The session got as far as a message; {@link #finish} writes that down.
   *
   * @return whether this is the first change in the group being built
   */
  boolean advance(Group group, long sequence) {
    lastSequence = sequence;
    lastSeenMs = group.timeMs();
    boolean first = !changed;
    changed = true;
    return first;
  }

  /** Writes down how far the session got in this group, with what was refused on the way. */
  void finish(Group group) {
    changed = false;
    byte[] value = ValueWriter.sized(VERSION, 16).i64(lastSequence).i64(lastSeenMs).done();
    group.transaction().put(Table.PRODUCERS, Keys.of(id), value);
    if (!refused.isEmpty()) {
      finishRefused(group);
    }
  }

  private void finishRefused(Group group) {
    refused
        .tailMap(firstChanged)
        .forEach(
            (first, stretch) ->
                group.transaction().put(Table.PRODUCERS, Keys.of(id, first), stretch.encode()));
    firstChanged = Long.MAX_VALUE;
    while (!refused.isEmpty()
        && (refused.firstKey() < lastSequence - UNCONFIRMED_MAX
            || refused.size() > STRETCHES_MAX)) {
      group.transaction().delete(Table.PRODUCERS, Keys.of(id, refused.firstKey()));
      refused.pollFirstEntry();
    }
  }

  /** A message was refused; sequences come in ascending order, {@link #finish} after them. */
  void refuse(long sequence, ErrorCode code, String message) {
    Map.Entry<Long, Stretch> before = refused.lastEntry();
    long first = sequence;
    Stretch stretch = new Stretch(1, code, message);
    if (before != null && before.getValue().goesOn(before.getKey(), sequence, code, message)) {
      first = before.getKey();
      stretch = new Stretch(before.getValue().count + 1, code, message);
    }
    refused.put(first, stretch);
    firstChanged = Math.min(firstChanged, first);
  }

  /** How a message was refused, or null if it was stored. */
  @Nullable Refusal refusalOf(long sequence, int index) {
    Map.Entry<Long, Stretch> at = refused.floorEntry(sequence);
    if (at == null || sequence >= at.getKey() + at.getValue().count) {
      return null;
    }
    return new Refusal(index, 0, at.getValue().code, at.getValue().message);
  }

  /** Removes all that is stored of the session. Scans: needs a group of its own. */
  void remove(Group group, Store store) {
    group.transaction().delete(Table.PRODUCERS, Keys.of(id));
    scanRefused(
        store,
        id,
        (first, stretch) -> group.transaction().delete(Table.PRODUCERS, Keys.of(id, first)));
  }

  @FunctionalInterface
  private interface RefusedVisitor {
    void visit(long first, Stretch stretch);
  }

  /** Messages one after the other that were refused alike. */
  private record Stretch(int count, ErrorCode code, String message) {

    boolean goesOn(long first, long sequence, ErrorCode newCode, String newMessage) {
      return sequence == first + count && code == newCode && message.equals(newMessage);
    }

    byte[] encode() {
      return new ValueWriter(VERSION).i32(count).u16(code.number()).text(message).done();
    }

    static Stretch decode(byte[] value) {
      ValueReader in = new ValueReader(Table.PRODUCERS, value, VERSION);
      int count = in.i32();
      ErrorCode code = ErrorCode.ofNumber(in.u16());
      return new Stretch(count, code == null ? ErrorCode.INTERNAL : code, in.text());
    }
  }
}
