package io.parley.engine.destination;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.parley.engine.group.Chunks;
import io.parley.engine.group.Group;
import io.parley.engine.group.Keys;
import io.parley.engine.store.DamagedDataException;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The events that topics retain: for each group, the run of those it stored of a type. A run refers
 * to the group's chunk as an inbox's run does, so an event is on disk once, however many inboxes
 * have it and however long it is retained.
 *
 * <pre>
 *   shop.OrderPlaced  ├─ run at 17 ─┼─ run at 18 ─┼──── run at 31 ─┤
 *   shop.OrderPaid                  ├─ run at 18 ─┤
 *                      ▲ trimmed: too old, or too many bytes      ▲ appended
 * </pre>
 *
 * <p>Whoever reads rows sees what was committed before the group being built.
 */
public final class EventLog {
  /** Rows that one group trims. */
  static final int TRIMMED_AT_ONCE = 1_000;

  private static final long NONE = Long.MAX_VALUE;

  private final Store store;
  private final Chunks chunks;
  private final Retention standard;
  private final NavigableMap<String, Topic> topics = new TreeMap<>();
  private final NavigableSet<Topic> byTrimTime =
      new TreeSet<>(
          Comparator.<Topic>comparingLong(topic -> topic.trimAtMs).thenComparing(Topic::name));
  private final List<Topic> open = new ArrayList<>();

  /**
   * Reads which topics a store retains events of.
   *
   * @param standard how long topics keep events for which nothing is set
   */
  public EventLog(Store store, Chunks chunks, Retention standard) {
    this.store = store;
    this.chunks = chunks;
    this.standard = standard;
    store.scan(
        Table.TOPICS,
        new byte[0],
        null,
        (key, value) -> {
          Topic topic = topic(new String(key, UTF_8));
          topic.load(value);
          trimAt(topic, topic.events() > 0 ? 0 : NONE);
          return true;
        });
  }

  /** The topic of an event type; made in memory if it isn't there yet. */
  public Topic topic(String type) {
    return topics.computeIfAbsent(type, name -> new Topic(name, standard));
  }

  /** The topic of an event type, or null if nothing was published to it nor set for it. */
  public @Nullable Topic find(String type) {
    return topics.get(type);
  }

  /** All topics in use, by name. */
  public Collection<Topic> topics() {
    return topics.values();
  }

  // ---------------------------------------------------------------- events come

  /** Retains an event whose record lies in the group's chunk of events. */
  public void append(Topic topic, MessageRecord record, int offset) {
    Run.Builder run = topic.open;
    if (run == null) {
      run = new Run.Builder(0);
      topic.open = run;
      open.add(topic);
    }
    run.add(offset, record.size(), record.flags());
  }

  /** Puts what the group adds into its transaction. */
  public void finish(Group group) {
    for (int i = 0; i < open.size(); i++) {
      Topic topic = open.get(i);
      if (topic.open != null) {
        add(group, topic, topic.open.build(group.chunk(MessageKind.EVENT), group.timeMs()));
        topic.open = null;
      }
    }
    open.clear();
  }

  private void add(Group group, Topic topic, Run run) {
    group.retain(run.chunk);
    group.transaction().put(Table.EVENT_LOG, key(topic, group.position()), run.encode());
    boolean isFirst = topic.events() == 0;
    topic.added(run);
    write(group, topic);
    if (isFirst) {
      topic.firstPosition = group.position();
      trimAt(topic, group.timeMs() + topic.retention().timeMs());
    }
    if (topic.bytes() > topic.retention().bytes()) {
      trimAt(topic, 0);
    }
  }

  private static void write(Group group, Topic topic) {
    byte[] key = Keys.of(topic.name());
    if (topic.isPlain()) {
      group.transaction().delete(Table.TOPICS, key);
    } else {
      group.transaction().put(Table.TOPICS, key, topic.encode());
    }
  }

  /** Names have no byte of 0: rows of a topic adjoin, whatever others are called. */
  private static byte[] key(Topic topic, long position) {
    byte[] name = Keys.of(topic.name());
    return ByteBuffer.allocate(name.length + 1 + Long.BYTES)
        .put(name)
        .put((byte) 0)
        .putLong(position)
        .array();
  }

  private static byte[] end(Topic topic) {
    byte[] name = Keys.of(topic.name());
    byte[] end = Arrays.copyOf(name, name.length + 1);
    end[name.length] = 1;
    return end;
  }

  // ---------------------------------------------------------------- events are read

  /** Visits a topic's runs in order, from a position on. */
  void visit(Topic topic, long from, RunVisitor visitor) {
    if (topic.events() == 0) {
      return;
    }
    store.scan(
        Table.EVENT_LOG,
        key(topic, Math.max(from, topic.firstPosition)),
        end(topic),
        (key, value) -> visitor.visit(Keys.longAt(key, key.length - 8), Run.decode(0, value)));
  }

  /** A topic's first run from a position on, or null. */
  private @Nullable Row first(Topic topic, long from) {
    Row[] found = {null};
    visit(
        topic,
        from,
        (position, run) -> {
          found[0] = new Row(position, run);
          return false;
        });
    return found[0];
  }

  /** Where a topic's first run is from a position on; far off if there is none. */
  long next(Topic topic, long from) {
    Row row = first(topic, from);
    return row == null ? NONE : row.position;
  }

  /** A topic's run at a position; null if it is trimmed. */
  @Nullable Run run(Topic topic, long position) {
    byte[] value = store.get(Table.EVENT_LOG, key(topic, position));
    return value == null ? null : Run.decode(0, value);
  }

  /**
   * The position from which on events of some topics were stored at a time or later.
   *
   * @param end the position of the group being built, which is the answer if there are none
   */
  long positionSince(Collection<Topic> some, long timeMs, long end) {
    // Times grow with positions: what one topic tells narrows the search in all others.
    long before = 0;
    long since = end;
    for (Topic topic : some) {
      long from = before + 1;
      long to = since;
      long probe = from; // most topics have nothing in between
      while (from < to) {
        Row row = first(topic, probe);
        if (row == null || row.position >= to) {
          to = probe;
        } else if (row.run.storedAtMs >= timeMs) {
          since = row.position;
          to = probe;
        } else {
          before = row.position;
          from = row.position + 1;
        }
        probe = from + (to - from) / 2;
      }
    }
    return since;
  }

  /** When a topic's oldest event was stored, milliseconds since the epoch; 0 if there is none. */
  public long oldestMs(Topic topic) {
    Row row = first(topic, 0);
    return row == null ? 0 : row.run.storedAtMs;
  }

  /**
   * How many events were stored at a time or later, of the topics that are wanted.
   *
   * @param rowsMax rows to look at
   */
  public Count countSince(Predicate<String> wanted, long timeMs, int rowsMax) {
    long[] found = {0, rowsMax};
    for (Topic topic : topics.values()) {
      if (topic.events() == 0 || !wanted.test(topic.name())) {
        continue;
      }
      if (timeMs <= 0) {
        found[0] += topic.events();
        continue;
      }
      visit(
          topic,
          positionSince(List.of(topic), timeMs, NONE),
          (position, run) -> {
            found[0] += found[1] > 0 ? run.count : 0;
            return found[1]-- > 0;
          });
    }
    return new Count(found[0], found[1] < 0);
  }

  /**
   * How many events there are.
   *
   * @param more whether there are more than were counted
   */
  public record Count(long events, boolean more) {
    /** There are none. */
    public static final Count NONE = new Count(0, false);
  }

  // ---------------------------------------------------------------- events go

  /** Sets how long a topic keeps its events; {@link Topic#NOT_SET} for the broker's. */
  public void configure(Group group, Topic topic, long timeMs, long bytes) {
    topic.retain(timeMs, bytes);
    write(group, topic);
    trimAt(topic, topic.events() > 0 ? 0 : NONE);
  }

  private void trimAt(Topic topic, long timeMs) {
    byTrimTime.remove(topic);
    topic.trimAtMs = timeMs;
    if (timeMs != NONE) {
      byTrimTime.add(topic);
    }
  }

  /** When events may have to go, milliseconds since the epoch; far off if never. */
  public long nextTrimMs() {
    return byTrimTime.isEmpty() ? NONE : byTrimTime.first().trimAtMs;
  }

  /**
   * Lets events go that are older or more than their topic keeps. Needs a group of its own.
   *
   * @param visitor is told of each run before it goes
   * @return whether there may be more
   */
  boolean trim(Group group, TrimVisitor visitor) {
    int left = TRIMMED_AT_ONCE;
    while (left > 0 && nextTrimMs() <= group.timeMs()) {
      left -= 1 + trim(group, byTrimTime.first(), left, visitor);
    }
    return nextTrimMs() <= group.timeMs();
  }

  private int trim(Group group, Topic topic, int max, TrimVisitor visitor) {
    Retention retention = topic.retention();
    List<Row> rows = new ArrayList<>();
    long[] keptSinceMs = {NONE};
    long[] bytes = {topic.bytes()};
    visit(
        topic,
        topic.firstPosition,
        (position, run) -> {
          long endsMs = run.storedAtMs + retention.timeMs();
          if (endsMs > group.timeMs() && bytes[0] <= retention.bytes()) {
            keptSinceMs[0] = endsMs;
            return false;
          }
          bytes[0] -= run.bytes;
          rows.add(new Row(position, run));
          return rows.size() < max;
        });
    if (rows.isEmpty() && keptSinceMs[0] == NONE) {
      throw new DamagedDataException(
          "topic " + topic.name() + " counts " + topic.events() + " events, but none is there");
    }
    for (Row row : rows) {
      visitor.trimmed(topic, row.position, row.run);
      group.transaction().delete(Table.EVENT_LOG, key(topic, row.position));
      group.release(row.run.chunk);
      topic.removed(row.run);
      topic.firstPosition = row.position + 1;
    }
    if (!rows.isEmpty()) {
      write(group, topic);
    }
    trimAt(topic, topic.events() == 0 ? NONE : keptSinceMs[0] == NONE ? 0 : keptSinceMs[0]);
    return rows.size();
  }

  /** The bytes of a chunk. */
  byte[] chunk(long number) {
    return chunks.load(number).array();
  }

  /** Receives a topic's runs. */
  @FunctionalInterface
  interface RunVisitor {
    /** A run at a position; returns whether to go on. */
    boolean visit(long position, Run run);
  }

  /** Is told of runs that go. */
  @FunctionalInterface
  interface TrimVisitor {
    /** A run at a position goes. */
    void trimmed(Topic topic, long position, Run run);
  }

  private record Row(long position, Run run) {}
}
