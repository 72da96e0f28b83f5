package io.parley.engine.destination;

import io.parley.engine.group.Chunks;
import io.parley.engine.group.Group;
import io.parley.engine.group.Keys;
import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.PooledBytes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one destination: which there are, in which order, and where their records lie.
 * What is said here is durable with its group. Who holds a message is the {@link Destination}'s.
 *
 * <pre>
 *   append ──> run ──────── leave ──────────────────────────> gone
 *               │                                              ▲
 *               │ set aside                                    │ take out
 *               ▼                                              │
 *             put ──> delayed ── bury ──> dead letter ─────────┤
 *                        ▲                     │               │
 *                        └────── redrive ──────┘    drop ──────┘
 * </pre>
 *
 * <p>Invariants: sequences are given in commit order and never reused; a message that is done in
 * its run is gone or has an entry in DELAYED or DEAD_LETTERS.
 */
final class Messages {
  private static final int VERSION = 1;

  /** Of the state of one that missed something, or is full. */
  private static final int VERSION_MISSED = 2;

  private final int destination;
  private final Store store;
  private final Chunks chunks;
  private final Expirations expirations;

  // durable, in DESTINATION_STATE
  private long nextSequence = 1;
  private long inRuns;
  private long dead;
  private long bytes;
  private long overQuotaSinceMs;
  private long missed;

  // memory alone, but for the delayed messages' number and the window's head
  private final DelayedMessages delayed;
  private @Nullable RunWindow window; // null while nobody looks: idle destinations cost little
  private long head = 1; // the window's, while there is none
  private @Nullable MessageRecord view;
  private Run.@Nullable Builder open;
  private long openChunk;
  private Set<Run> changedRuns = Set.of();
  private boolean touched;
  private boolean changed;
  private long committedEnd;

  Messages(int destination, Store store, Chunks chunks, Expirations expirations) {
    this.destination = destination;
    this.store = store;
    this.chunks = chunks;
    this.expirations = expirations;
    this.delayed = new DelayedMessages(destination, store);
  }

  /** Takes over the counts a restart found. */
  void load(byte[] state) {
    ValueReader in = new ValueReader(Table.DESTINATION_STATE, state, VERSION, VERSION_MISSED);
    nextSequence = in.i64();
    inRuns = in.i64();
    delayed.restore(in.i64());
    dead = in.i64();
    bytes = in.i64();
    head = in.i64();
    if (in.version() >= VERSION_MISSED) {
      overQuotaSinceMs = in.i64();
      missed = in.i64();
    }
  }

  /** The first message gets this number. */
  void startAt(long sequence) {
    nextSequence = sequence;
    head = sequence;
    changed = true;
  }

  private byte[] encodeState() {
    boolean misses = missed > 0 || overQuotaSinceMs != 0;
    ValueWriter out =
        ValueWriter.sized(misses ? VERSION_MISSED : VERSION, (misses ? 8 : 6) * Long.BYTES)
            .i64(nextSequence)
            .i64(inRuns)
            .i64(delayed.count())
            .i64(dead)
            .i64(bytes)
            .i64(head());
    return misses ? out.i64(overQuotaSinceMs).i64(missed).done() : out.done();
  }

  private RunWindow window() {
    if (window == null) {
      window = new RunWindow(destination, head);
    }
    return window;
  }

  /** The sequence before which no run is left. */
  private long head() {
    return window == null ? head : window.head();
  }

  private MessageRecord view() {
    if (view == null) {
      view = new MessageRecord();
    }
    return view;
  }

  /** Lets go of what can be made anew, between groups. What is in somebody's hands stays. */
  void rest() {
    if (window != null && window.size() == 0) {
      head = window.head();
      window = null;
    }
    view = null;
  }

  // ---------------------------------------------------------------- how many there are

  /** All of them. */
  long count() {
    return inRuns + delayed.count() + dead;
  }

  /** Since when it is over its quota, milliseconds since the epoch; 0 if it isn't. */
  long overQuotaSinceMs() {
    return overQuotaSinceMs;
  }

  /** It is over its quota since a time; 0 if it isn't any more. */
  void overQuota(long sinceMs) {
    changed |= sinceMs != overQuotaSinceMs;
    overQuotaSinceMs = sinceMs;
  }

  /** Events that it didn't get. */
  long missed() {
    return missed;
  }

  /** It doesn't get so many. */
  void miss(int events) {
    missed += events;
    changed = true;
  }

  /** Those that are in runs and not done. */
  long inRuns() {
    return inRuns;
  }

  /** Those that left their run, or never were in one. */
  DelayedMessages delayed() {
    return delayed;
  }

  /** Dead letters. */
  long dead() {
    return dead;
  }

  /** Bytes of all of them, rounded up to whole runs. */
  long bytes() {
    return bytes;
  }

  /** The number the next message gets. */
  long nextSequence() {
    return nextSequence;
  }

  /** The sequence before which messages are committed: only those can be on disk, or be settled. */
  long committedEnd() {
    return touched ? committedEnd : nextSequence;
  }

  /** Runs in memory. */
  int runsInMemory() {
    return window == null ? 0 : window.size();
  }

  // ---------------------------------------------------------------- they come

  /** Whether this is the first change in the group being built. */
  boolean touch() {
    boolean first = !touched;
    if (first) {
      committedEnd = nextSequence;
      touched = true;
    }
    return first;
  }

  /** Adds a message whose record lies in the group's chunk. */
  void append(Group group, MessageRecord record, int offset) {
    if (open == null) {
      open = new Run.Builder(nextSequence);
      openChunk = group.chunk(record.kind());
    }
    int size = record.size();
    open.add(offset, size, record.flags());
    if (record.has(MessageRecord.FLAG_EXPIRES)) {
      noteExpiry(group, record, nextSequence, open.firstSequence());
    }
    nextSequence++;
    inRuns++;
    bytes += size;
    changed = true;
  }

  /**
   * Adds a message that waits for its time, or has priority.
   *
   * @return whether it is due, and in memory
   */
  boolean appendSingle(Group group, MessageRecord record, int offset) {
    closeRun(group);
    window().skip(nextSequence);
    long chunk = group.chunk(record.kind());
    group.retain(chunk);
    noteExpiry(group, record, nextSequence, 0);
    return put(group, SingleMessage.of(nextSequence++, chunk, offset, record, group.timeMs()));
  }

  /** Adds the messages of another destination's run, whose chunk is retained for them. */
  void adopt(Group group, Run run) {
    closeRun(group);
    Run moved = run.movedTo(nextSequence);
    nextSequence += moved.count;
    inRuns += moved.count;
    bytes += moved.bytes;
    changed = true;
    addRun(group, moved);
    if ((moved.flags & MessageRecord.FLAG_EXPIRES) != 0) {
      for (int i = 0; i < moved.count; i++) {
        noteExpiry(group, record(moved, i), moved.firstSequence + i, moved.firstSequence);
      }
    }
  }

  /** Adds another destination's delayed message. */
  void adopt(Group group, SingleMessage message) {
    closeRun(group);
    window().skip(nextSequence);
    noteExpiry(group, record(message), nextSequence, 0);
    bytes += message.size;
    changed = true;
    // What comes by its priority keeps its place in DUE; the rest comes once this group is over.
    long dueMs =
        message.isByPriority() ? message.dueMs : Math.max(message.dueMs, group.timeMs() + 1);
    delayed.putOnDisk(group, message.movedTo(nextSequence++, dueMs));
  }

  /** It has to end when its time comes, if it still waits then. */
  private void noteExpiry(Group group, MessageRecord record, long sequence, long run) {
    if (record.has(MessageRecord.FLAG_EXPIRES)) {
      expirations.put(group, record.expiresAtMs(), destination, sequence, run);
    }
  }

  /** It doesn't wait any more. */
  void forgetExpiry(Group group, MessageRecord record, long sequence) {
    if (record.has(MessageRecord.FLAG_EXPIRES)) {
      expirations.delete(group, record.expiresAtMs(), destination, sequence);
    }
  }

  private void closeRun(Group group) {
    if (open != null) {
      Run run = open.build(openChunk, group.timeMs());
      open = null;
      group.retain(run.chunk);
      addRun(group, run);
    }
  }

  private void addRun(Group group, Run run) {
    group.transaction().insert(Table.RUNS, Keys.of(destination, run.firstSequence), run.encode());
    window().append(run);
  }

  /** Puts all that changed into the group's transaction. */
  void finish(Group group) {
    closeRun(group);
    for (Run run : changedRuns) {
      byte[] key = Keys.of(destination, run.firstSequence);
      if (run.isFinished()) {
        group.transaction().delete(Table.RUNS, key);
        group.release(run.chunk);
        window().remove(run);
        bytes -= run.bytes;
      } else {
        group.transaction().put(Table.RUNS, key, run.encode());
      }
    }
    changedRuns = Set.of();
    if (changed) {
      group.transaction().put(Table.DESTINATION_STATE, Keys.of(destination), encodeState());
      changed = false;
    }
    touched = false;
  }

  // ---------------------------------------------------------------- they are found

  /** The run that a committed message is or was in; null if it isn't in memory, or gone. */
  @Nullable Run run(long sequence) {
    return window().find(sequence, store, committedEnd());
  }

  /** The run that a message of a run is in. */
  Run runOf(long sequence) {
    Run run = run(sequence);
    if (run == null) {
      throw new IllegalStateException("destination " + destination + ": no message " + sequence);
    }
    return run;
  }

  /** The run that starts with a sequence, as it is in memory or as it was committed; or null. */
  @Nullable Run runAt(long firstSequence) {
    Run run = window == null ? null : window.loaded(firstSequence);
    if (run != null) {
      return run;
    }
    byte[] value = store.get(Table.RUNS, Keys.of(destination, firstSequence));
    return value == null ? null : Run.decode(firstSequence, value);
  }

  /**
   * The run that starts with a sequence, as the group being built left it; null if it is gone.
   * Nothing else may change runs in this group.
   */
  @Nullable Run runInGroup(long firstSequence) {
    for (Run run : changedRuns) {
      if (run.firstSequence == firstSequence) {
        return run;
      }
    }
    return runAt(firstSequence);
  }

  /** The committed dead letter with a sequence, or null. */
  @Nullable SingleMessage deadLetter(long sequence) {
    byte[] value = store.get(Table.DEAD_LETTERS, Keys.of(destination, sequence));
    return value == null ? null : SingleMessage.decode(Table.DEAD_LETTERS, sequence, value);
  }

  /** The record of a message that was found at a place; null if it is gone since. */
  @Nullable MessageRecord record(MessagePlace place) {
    Run run = place.run() == 0 ? null : runAt(place.run());
    if (run != null && !run.isDone(run.index(place.sequence()))) {
      return record(run, run.index(place.sequence()));
    }
    SingleMessage single = delayed.look(place.sequence());
    single = single == null ? deadLetter(place.sequence()) : single;
    return single == null ? null : record(single);
  }

  /** Whether a message's run would be in memory, if it still existed. */
  boolean isLoaded(long sequence) {
    return window == null ? sequence < head : window.isLoaded(sequence);
  }

  /** The message with a sequence if it is a delayed one, in memory or not; else null. */
  @Nullable SingleMessage single(Group group, long sequence) {
    SingleMessage single = delayed.find(sequence);
    if (single != null || delayed.count() == delayed.loaded()) {
      return single;
    }
    Run run = run(sequence);
    boolean inRun = run != null && !run.isDone(run.index(sequence));
    return inRun ? null : delayed.stored(group.transaction(), sequence);
  }

  /** The record of a message that is here; valid until the next call. */
  MessageRecord record(Group group, long sequence) {
    SingleMessage single = single(group, sequence);
    if (single != null) {
      return record(single);
    }
    Run run = runOf(sequence);
    return record(run, run.index(sequence));
  }

  /** The record of a message that has an entry of its own; valid until the next call. */
  MessageRecord record(SingleMessage message) {
    byte[] chunk = chunks.load(message.chunk).array();
    Run.sizeAt(view(), chunk, message.offset, Table.DELAYED);
    return view();
  }

  /** The record of a message of a run; valid until the next call. */
  MessageRecord record(Run run, int index) {
    byte[] chunk = chunks.load(run.chunk).array();
    return view().wrap(chunk, run.offset(index, chunk));
  }

  /** The chunk that a message lies in; to be retained by who still holds it in the next group. */
  PooledBytes chunk(long position) {
    return chunks.load(position);
  }

  /** Hash of a message's ordering key; 0 if it has none. */
  long keyHash(long sequence) {
    SingleMessage single = delayed.find(sequence);
    if (single != null) {
      return single.keyHash;
    }
    Run run = runOf(sequence);
    return keyHash(run, run.index(sequence));
  }

  /** As {@link #keyHash(long)}. */
  long keyHash(Run run, int index) {
    return (run.flags & MessageRecord.FLAG_KEY) == 0 ? 0 : record(run, index).keyHash();
  }

  /**
   * Moves the cursor to the next message that nobody looked at yet; returns its run, or null if
   * there is none.
   */
  @Nullable Run fresh() {
    Run run = window().atCursor(store, committedEnd());
    while (run != null && !run.isFresh(run.index(window().cursor()))) {
      window().advance(run, window().cursor() + 1);
      run = window().atCursor(store, committedEnd());
    }
    return run;
  }

  /** Whether the next that nobody looked at yet needn't be read. */
  boolean isFreshInMemory() {
    Run run = fresh();
    return run != null && chunks.isInMemory(run.chunk);
  }

  /** The sequence before which all messages were looked at. */
  long cursor() {
    return window().cursor();
  }

  /** Messages of a run up to here were looked at. */
  void advance(Run run, long sequence) {
    window().advance(run, sequence);
  }

  /** Messages of runs from the oldest, done ones left out; reads committed entries. */
  void visit(Destination.MessageVisitor visitor) {
    store.scan(
        Table.RUNS,
        Keys.of(destination, head()),
        Keys.of(destination + 1),
        (key, value) -> {
          Run run = Run.decode(Keys.longAt(key, 4), value);
          byte[] chunk = chunks.load(run.chunk).array();
          boolean more = true;
          for (int i = 0; i < run.count && more; i++) {
            if (!run.isDone(i)) {
              MessageRecord record = view().wrap(chunk, run.offset(i, chunk));
              more = visitor.visit(run.firstSequence + i, run.storedAtMs, record);
            }
          }
          return more;
        });
  }

  /** Where the oldest messages of runs are, then delayed ones; at most so many of each. */
  List<MessagePlace> firstPlaces(int limit) {
    List<MessagePlace> places = new ArrayList<>();
    store.scan(
        Table.RUNS,
        Keys.of(destination, head()),
        Keys.of(destination + 1),
        (key, value) -> {
          Run run = Run.decode(Keys.longAt(key, 4), value);
          for (int i = 0; i < run.count && places.size() < limit; i++) {
            if (!run.isDone(i)) {
              places.add(
                  new MessagePlace(
                      destination, run.firstSequence + i, run.firstSequence, places.size()));
            }
          }
          return places.size() < limit;
        });
    int end = places.size() + limit;
    visit(
        Table.DELAYED,
        0,
        message -> {
          places.add(new MessagePlace(destination, message.sequence, 0, 0));
          return places.size() < end;
        });
    return places;
  }

  /**
   * Dead letters or delayed messages in order of sequence, from one on; reads committed entries.
   */
  void visit(Table table, long fromSequence, Predicate<SingleMessage> visitor) {
    store.scan(
        table,
        Keys.of(destination, fromSequence),
        Keys.of(destination + 1),
        (key, value) -> visitor.test(SingleMessage.decode(table, Keys.longAt(key, 4), value)));
  }

  // ---------------------------------------------------------------- they go

  /**
   * The message is done with.
   *
   * @return hash of its ordering key; 0 if it had none
   */
  long remove(Group group, long sequence) {
    SingleMessage single = single(group, sequence);
    if (single != null) {
      forgetExpiry(group, record(single), sequence);
      takeOut(group, single);
      group.release(single.chunk);
      return single.keyHash;
    }
    Run run = runOf(sequence);
    if ((run.flags & MessageRecord.FLAG_EXPIRES) != 0) {
      forgetExpiry(group, record(run, run.index(sequence)), sequence);
    }
    long keyHash = keyHash(run, run.index(sequence));
    leave(run, run.index(sequence));
    return keyHash;
  }

  /**
   * Takes a message out of where it is, but keeps its record: its chunk is referred to for it
   * alone.
   */
  SingleMessage setAside(Group group, long sequence) {
    SingleMessage single = single(group, sequence);
    if (single != null) {
      takeOut(group, single);
      return single;
    }
    Run run = runOf(sequence);
    int index = run.index(sequence);
    MessageRecord record = record(run, index);
    group.retain(run.chunk);
    leave(run, index);
    return SingleMessage.of(sequence, run.chunk, record.offset(), record, run.storedAtMs);
  }

  /** A delayed message leaves, and takes its reference to its chunk along. */
  void takeOut(Group group, SingleMessage single) {
    delayed.delete(group, single);
    bytes -= single.size;
    changed = true;
  }

  /** A message is no longer in its run. */
  void leave(Run run, int index) {
    run.setDone(index);
    inRuns--;
    if (changedRuns.isEmpty()) {
      changedRuns = new LinkedHashSet<>();
    }
    changedRuns.add(run);
    changed = true;
  }

  /**
   * Adds a message that was set aside to the delayed ones.
   *
   * @return whether it is due, and therefore in memory
   */
  boolean put(Group group, SingleMessage message) {
    bytes += message.size;
    changed = true;
    return delayed.put(group, message);
  }

  /** Adds a message that was set aside to the dead letters. */
  void bury(Group group, SingleMessage letter) {
    forgetExpiry(group, record(letter), letter.sequence);
    group
        .transaction()
        .put(Table.DEAD_LETTERS, Keys.of(destination, letter.sequence), letter.encode());
    dead++;
    bytes += letter.size;
    changed = true;
  }

  /** A dead letter may be handled again, with no attempts counted. */
  void redrive(Group group, SingleMessage letter) {
    removeLetter(group, letter);
    noteExpiry(group, record(letter), letter.sequence, 0);
    put(group, letter.redriven(group.timeMs() + 1)); // so that it stays on disk until its turn
  }

  /** A dead letter is gone for good. */
  void drop(Group group, SingleMessage letter) {
    removeLetter(group, letter);
    group.release(letter.chunk);
  }

  /** A dead letter leaves, and takes its reference to its chunk along. */
  void takeLetter(Group group, SingleMessage letter) {
    removeLetter(group, letter);
  }

  /** Adds another destination's dead letter. */
  void adoptLetter(Group group, SingleMessage letter) {
    closeRun(group);
    window().skip(nextSequence);
    bury(group, letter.movedTo(nextSequence++, letter.dueMs));
  }

  /** Runs from a sequence on, as they are in memory or committed, of so many messages or more. */
  List<Run> runsFrom(long fromSequence, int messages) {
    List<Run> runs = new ArrayList<>();
    long[] left = {messages};
    store.scan(
        Table.RUNS,
        Keys.of(destination, Math.max(fromSequence, head())),
        Keys.of(destination + 1),
        (key, value) -> {
          long first = Keys.longAt(key, 4);
          Run run = window == null ? null : window.loaded(first);
          run = run == null ? Run.decode(first, value) : run;
          runs.add(run);
          left[0] -= run.count;
          return left[0] > 0;
        });
    return runs;
  }

  /**
   * Delayed messages from a sequence on, as they are in memory or committed: so many, and all up to
   * another sequence.
   */
  List<SingleMessage> delayedFrom(long fromSequence, int count, long end) {
    List<SingleMessage> found = new ArrayList<>();
    visit(
        Table.DELAYED,
        fromSequence,
        message -> {
          if (found.size() >= count && message.sequence >= end) {
            return false;
          }
          SingleMessage near = delayed.find(message.sequence);
          found.add(near == null ? message : near);
          return true;
        });
    return found;
  }

  /** Committed dead letters from a sequence on; so many at most. */
  List<SingleMessage> lettersFrom(long fromSequence, int count) {
    List<SingleMessage> found = new ArrayList<>();
    visit(
        Table.DEAD_LETTERS,
        fromSequence,
        letter -> {
          found.add(letter);
          return found.size() < count;
        });
    return found;
  }

  private void removeLetter(Group group, SingleMessage letter) {
    group.transaction().delete(Table.DEAD_LETTERS, Keys.of(destination, letter.sequence));
    dead--;
    bytes -= letter.size;
    changed = true;
  }

  // ---------------------------------------------------------------- unowned ones move on

  /**
   * Hands over some of the oldest messages, in their order, to the queue that owns them now. Reads
   * committed entries; none of them is in anybody's hands.
   *
   * @param max runs, and delayed messages, that are moved at once
   * @return how many messages are left
   */
  long handOver(Group group, Messages queue, int max) {
    List<Run> runs = new ArrayList<>();
    store.scan(
        Table.RUNS,
        Keys.of(destination, head()),
        Keys.of(destination + 1),
        (key, value) -> {
          runs.add(Run.decode(Keys.longAt(key, 4), value));
          return runs.size() < max;
        });
    List<SingleMessage> others = new ArrayList<>();
    visit(
        Table.DELAYED,
        0,
        message -> {
          others.add(message);
          return others.size() < max;
        });
    // What is past the end of a full list has to wait for what is missing before it.
    long end =
        Math.min(
            runs.size() < max ? Long.MAX_VALUE : runs.get(max - 1).endSequence(),
            others.size() < max ? Long.MAX_VALUE : others.get(max - 1).sequence + 1);
    int nextOther = 0;
    for (Run run : runs) {
      nextOther = handOver(group, queue, others, nextOther, Math.min(run.firstSequence, end));
      if (run.firstSequence < end) {
        handOver(group, queue, run);
      }
    }
    handOver(group, queue, others, nextOther, end);
    head = Math.min(end, nextSequence);
    window = null;
    return inRuns + delayed.count();
  }

  private void handOver(Group group, Messages queue, Run run) {
    queue.adopt(group, run.doneCount() == 0 ? run : rest(run));
    group.transaction().delete(Table.RUNS, Keys.of(destination, run.firstSequence));
    inRuns -= run.count - run.doneCount();
    bytes -= run.bytes;
    changed = true;
  }

  /** What is left of a run of which some expired or were cancelled. */
  private Run rest(Run run) {
    Run.Builder left = new Run.Builder(0);
    for (int i = 0; i < run.count; i++) {
      if (!run.isDone(i)) {
        MessageRecord record = record(run, i);
        left.add(record.offset(), record.size(), record.flags());
      }
    }
    return left.build(run.chunk, run.storedAtMs);
  }

  /** Hands over delayed messages up to a sequence; returns which is the next. */
  private int handOver(
      Group group, Messages queue, List<SingleMessage> others, int from, long end) {
    int next = from;
    while (next < others.size() && others.get(next).sequence < end) {
      SingleMessage message = others.get(next++);
      takeOut(group, message);
      queue.adopt(group, message);
    }
    return next;
  }
}
