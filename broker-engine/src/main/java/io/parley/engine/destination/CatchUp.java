package io.parley.engine.destination;

import io.parley.engine.group.Group;
import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.store.Table;
import io.parley.protocol.model.MessageRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * An inbox that gets its events from the log for now, because it was full, or begins in the past:
 * brings them in, in the order they were stored, until it has all. An event is brought in by
 * reference, as a publish does.
 *
 * <pre>
 *   reset ──> emptying ──> bringing in ──────────────> has all: gets what is published
 *                               │    ▲
 *                          full ▼    │ a fifth is free
 *                              waiting
 * </pre>
 *
 * <p>Each step is bounded, and needs a group of its own.
 */
final class CatchUp {
  /** Events brought in, or messages ended, by one step. */
  static final int STEP_MESSAGES = 10_000;

  /** Rows of the log brought in by one step. */
  static final int STEP_ROWS = 500;

  private static final int VERSION = 1;

  /** Flags of events that may need an entry of their own. */
  private static final int APART = MessageRecord.FLAG_NOT_BEFORE | MessageRecord.FLAG_PRIORITY;

  final Destination inbox;
  private final EventLog log;
  private final Quota quota;

  // durable: it has all before these
  private long position;
  private int offset;
  private long emptyTo; // messages before this sequence are to end first; 0 if none are

  // memory alone
  private long emptied;
  private boolean emptiedRuns;
  private boolean sought;
  private final PriorityQueue<Next> queue =
      new PriorityQueue<>(
          Comparator.<Next>comparingLong(next -> next.position)
              .thenComparing(next -> next.topic.name()));
  private final Set<Topic> queued = new HashSet<>();
  private int rowsLeft;
  private int messagesLeft;
  private boolean full;
  private int bytesWanted; // of the event for which there was no room

  /**
   * An inbox that has all events before a place.
   *
   * @param position of a group
   * @param offset in that group's chunk of events
   * @param emptyTo messages before this sequence end first; 0 for none
   * @param quota of inboxes for which nothing is set
   */
  CatchUp(Destination inbox, EventLog log, Quota quota, long position, int offset, long emptyTo) {
    this.inbox = inbox;
    this.log = log;
    this.quota = quota;
    this.position = position;
    this.offset = offset;
    this.emptyTo = emptyTo;
  }

  static CatchUp decode(Destination inbox, EventLog log, Quota quota, byte[] value) {
    ValueReader in = new ValueReader(Table.BEHIND, value, VERSION);
    return new CatchUp(inbox, log, quota, in.i64(), in.i32(), in.i64());
  }

  /** The value in {@link Table#BEHIND}. */
  byte[] encode() {
    return ValueWriter.sized(VERSION, 2 * Long.BYTES + Integer.BYTES)
        .i64(position)
        .i32(offset)
        .i64(emptyTo)
        .done();
  }

  // ---------------------------------------------------------------- what is next in the log

  /** A topic it wants has an event at a position, and perhaps more behind it. */
  void note(Topic topic, long at) {
    if (queued.add(topic)) {
      queue.add(new Next(topic, at));
    }
  }

  /** Nothing of the log from here on is missing in what was noted. */
  void sought() {
    sought = true;
  }

  /** What the inbox wants has changed: the log is searched anew. */
  void seekAnew() {
    sought = false;
    queue.clear();
    queued.clear();
  }

  private void seek() {
    seekAnew();
    for (Topic topic : log.topics()) {
      if (topic.events() > 0 && inbox.definition().wants(topic.name())) {
        note(topic, Math.max(position, topic.firstPosition));
      }
    }
    sought = true;
  }

  /** Events of a topic that go before the inbox got them. */
  int missing(Topic topic, long at, Run run) {
    if (at < position || !inbox.definition().wants(topic.name())) {
      return 0;
    }
    if (at > position || offset == 0) {
      return run.count;
    }
    int missing = 0;
    byte[] chunk = log.chunk(run.chunk);
    for (int i = 0; i < run.count; i++) {
      missing += run.offset(i, chunk) >= offset ? 1 : 0;
    }
    return missing;
  }

  // ---------------------------------------------------------------- steps

  /** Whether a step would do something. */
  boolean canGoOn() {
    return emptyTo > 0
        || inbox.overQuotaSinceMs() == 0
        || inbox.count() == 0
        || (inbox.hasRoom(quota) && inbox.hasRoomFor(quota, 1, bytesWanted));
  }

  /**
   * Does a bounded part.
   *
   * @return whether the inbox has all
   */
  boolean step(Group group) {
    if (emptyTo > 0) {
      empty(group);
      return false;
    }
    if (!canGoOn()) {
      return false;
    }
    inbox.messages().overQuota(0);
    if (!sought) {
      seek();
    }
    rowsLeft = STEP_ROWS;
    messagesLeft = STEP_MESSAGES;
    full = false;
    while (!queue.isEmpty() && goesOn()) {
      bringIn(group);
    }
    if (full) {
      inbox.messages().overQuota(group.timeMs());
    }
    hasAllBefore(queue.isEmpty() ? group.position() : queue.element().position);
    return queue.isEmpty() && !full;
  }

  private boolean goesOn() {
    return !full && rowsLeft > 0 && messagesLeft > 0;
  }

  private void hasAllBefore(long next) {
    if (next > position) {
      position = next;
      offset = 0;
    }
  }

  /** Ends messages from before the reset that nobody has; who has one settles it. */
  private void empty(Group group) {
    MessagePass.Action end =
        message -> {
          if (message.sequence() < emptyTo) {
            message.remove(group);
          }
        };
    MessagePass pass = inbox.pass(emptied, STEP_MESSAGES);
    emptied = emptiedRuns ? pass.singles(single -> true, end) : pass.inOrder(end);
    if (emptied >= emptyTo) {
      emptyTo = emptiedRuns ? 0 : emptyTo;
      emptiedRuns = true;
      emptied = 0;
    }
  }

  /** Brings in what comes next: of one topic as far as no other has an event before. */
  private void bringIn(Group group) {
    List<Next> together = new ArrayList<>(1);
    Next first = queue.remove();
    together.add(first);
    while (!queue.isEmpty() && queue.element().position <= first.position) {
      together.add(queue.remove());
    }
    if (together.size() == 1) {
      bringInTopic(group, first, queue.isEmpty() ? Long.MAX_VALUE : queue.element().position);
    } else {
      bringInTogether(group, together, first.position);
    }
  }

  private void bringInTopic(Group group, Next next, long end) {
    long[] found = {Long.MAX_VALUE};
    log.visit(
        next.topic,
        next.position,
        (at, run) -> {
          found[0] = at;
          if (at >= end || !goesOn()) {
            return false;
          }
          hasAllBefore(at);
          if (isWhole(run) && inbox.hasRoomFor(quota, run.count, run.bytes)) {
            rowsLeft--;
            messagesLeft -= run.count;
            group.retain(run.chunk);
            inbox.messages().adopt(group, run);
          } else if (!bringInEvents(group, List.of(run), at)) {
            return false;
          }
          found[0] = Long.MAX_VALUE;
          return true;
        });
    queueAgain(next.topic, found[0]);
  }

  /** Brings in what several topics got by one group. */
  private void bringInTogether(Group group, List<Next> together, long at) {
    hasAllBefore(at);
    List<Run> runs = new ArrayList<>(together.size());
    for (Next next : together) {
      Run run = log.run(next.topic, at);
      if (run != null) {
        runs.add(run);
      }
    }
    boolean all = runs.isEmpty() || bringInEvents(group, runs, at);
    for (Next next : together) {
      queueAgain(next.topic, all ? log.next(next.topic, at + 1) : at);
    }
  }

  private void queueAgain(Topic topic, long at) {
    if (at == Long.MAX_VALUE) {
      queued.remove(topic);
    } else {
      queue.add(new Next(topic, at));
    }
  }

  /** Whether a run can be had as it is, without a look at its events. */
  private boolean isWhole(Run run) {
    return offset == 0 && (run.flags & APART) == 0;
  }

  /**
   * Brings in events of one group one by one, in their order.
   *
   * @return whether all; else it is full
   */
  private boolean bringInEvents(Group group, List<Run> runs, long at) {
    Run any = runs.get(0);
    byte[] chunk = log.chunk(any.chunk);
    MessageRecord record = new MessageRecord();
    Run.Builder plain = new Run.Builder(0);
    rowsLeft -= runs.size();
    for (int next : offsets(runs, chunk)) {
      record.wrap(chunk, next);
      if (next < offset) {
        continue;
      }
      boolean isAlone = inbox.count() == 0 && plain.count() == 0; // larger than the whole quota
      if (!isAlone && !inbox.hasRoomFor(quota, plain.count() + 1, plain.bytes() + record.size())) {
        full = true;
        bytesWanted = record.size();
        offset = next;
        break;
      }
      messagesLeft--;
      if (Destinations.isSingle(record, group.timeMs())) {
        adopt(group, plain, any);
        plain = new Run.Builder(0);
        group.retain(any.chunk);
        inbox.messages().adopt(group, SingleMessage.of(0, any.chunk, next, record, any.storedAtMs));
      } else {
        plain.add(next, record.size(), record.flags());
      }
    }
    adopt(group, plain, any);
    if (!full) {
      hasAllBefore(at + 1);
    }
    return !full;
  }

  private void adopt(Group group, Run.Builder plain, Run from) {
    if (plain.count() > 0) {
      group.retain(from.chunk);
      inbox.messages().adopt(group, plain.build(from.chunk, from.storedAtMs));
    }
  }

  private static int[] offsets(List<Run> runs, byte[] chunk) {
    int[] offsets = new int[runs.stream().mapToInt(run -> run.count).sum()];
    int count = 0;
    for (Run run : runs) {
      for (int i = 0; i < run.count; i++) {
        offsets[count++] = run.offset(i, chunk);
      }
    }
    Arrays.sort(offsets);
    return offsets;
  }

  private record Next(Topic topic, long position) {}
}
