package io.parley.engine.destination;

import io.parley.engine.group.Chunks;
import io.parley.engine.group.Group;
import io.parley.engine.group.Keys;
import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageRecord;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A queue or an inbox: its messages in order, who holds which, who consumes.
 *
 * <p>Where a message is, at any time exactly one of:
 *
 * <pre>
 *               append                     deliver                  finish
 *   sender ──────────────> run, fresh ───────────────> leased ─────────────────> gone
 *                                                     │    ▲
 *                     give back, lease ends, uncounted│    │deliver
 *                                                     ▼    │
 *                                                  returned │
 *                             fail, attempt lost      │    │ due
 *                           ───────────────────────> delayed ──> dead letter ──> redriven or dropped
 * </pre>
 *
 * <p>Invariants: sequences are given in commit order and never reused; a message that is done in
 * its run is gone or has an entry in DELAYED or DEAD_LETTERS; {@code leased} counts messages whose
 * holder has not ended.
 */
public final class Destination {
  private static final int VERSION = 1;

  private final Store store;
  private final Chunks chunks;
  private final MessageRecord view = new MessageRecord();
  private final DelayedMessages singles;
  private DestinationDefinition definition;

  // durable, in DESTINATION_STATE
  private long nextSequence = 1;
  private long waiting;
  private long dead;
  private long bytes;

  // memory alone
  private RunWindow window;
  private Run.@Nullable Builder open;
  private Set<Run> changedRuns = Set.of();
  private final LongHeap returned = new LongHeap();
  private @Nullable KeyGates gates;
  private final List<Consumer> consumers = new ArrayList<>(0);
  private int nextConsumer;
  private int leased;
  private boolean touched;
  private boolean changed;
  private long committedEnd;
  private long lastSeenMs;

  /** When {@link Destinations} serves it next because of the time; far in the future if never. */
  long wakeAtMs = Long.MAX_VALUE;

  Destination(DestinationDefinition definition, Store store, Chunks chunks) {
    this.definition = definition;
    this.store = store;
    this.chunks = chunks;
    this.singles = new DelayedMessages(definition.id(), store);
    this.window = new RunWindow(definition.id(), 1);
  }

  /** Takes over the counts a restart found. */
  void load(byte[] state) {
    ValueReader in = new ValueReader(Table.DESTINATION_STATE, state, VERSION);
    nextSequence = in.i64();
    waiting = in.i64();
    singles.restore(in.i64());
    dead = in.i64();
    bytes = in.i64();
    window = new RunWindow(id(), in.i64());
  }

  // ---------------------------------------------------------------- what it is

  /** Its number. */
  public int id() {
    return definition.id();
  }

  /** What it is. */
  public DestinationDefinition definition() {
    return definition;
  }

  void definition(DestinationDefinition newDefinition) {
    definition = newDefinition;
  }

  /**
   * Messages that wait for a consumer, those behind their ordering key included. Of those whose
   * time has come, only what is in memory: the rest counts as delayed until consumers are near it.
   */
  public long ready() {
    return waiting + singles.loaded() - leased;
  }

  /** Messages in consumers' hands. */
  public int leased() {
    return leased;
  }

  /** Messages that wait for their time, or for a consumer since it came. */
  public long delayed() {
    return singles.count() - singles.loaded();
  }

  /** Messages set aside. */
  public long dead() {
    return dead;
  }

  /** Bytes of the messages held, rounded up to whole runs. */
  public long bytes() {
    return bytes;
  }

  /** The number the next message gets. */
  public long nextSequence() {
    return nextSequence;
  }

  /** Who consumes. */
  public List<Consumer> consumers() {
    return consumers;
  }

  /**
   * When a consumer was last here, milliseconds since the epoch; 0 if none since the broker
   * started.
   */
  public long lastSeenMs() {
    return lastSeenMs;
  }

  // ---------------------------------------------------------------- messages come

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
  void append(int offset, int size, int flags) {
    if (open == null) {
      open = new Run.Builder(nextSequence);
    }
    open.add(offset, size, flags);
    nextSequence++;
    waiting++;
    bytes += size;
    changed = true;
  }

  /** Adds a message that waits for its time. */
  void appendDelayed(Group group, MessageRecord record, int offset) {
    closeRun(group);
    window.skip(nextSequence);
    group.retain(group.position());
    putDelayed(
        group, SingleMessage.of(nextSequence++, group.position(), offset, record, group.timeMs()));
  }

  /** Takes over a run of commands that waited for an owner. */
  void adopt(Group group, Run run) {
    closeRun(group);
    Run moved = run.movedTo(nextSequence);
    nextSequence += moved.count;
    waiting += moved.count;
    bytes += moved.bytes;
    changed = true;
    addRun(group, moved);
  }

  /** Takes over a delayed command that waited for an owner. */
  void adopt(Group group, SingleMessage message) {
    closeRun(group);
    window.skip(nextSequence);
    putDelayed(group, message.movedTo(nextSequence++, later(group, message.dueMs)));
  }

  /** A time that has not come, so that the message stays on disk until it is its turn. */
  private static long later(Group group, long dueMs) {
    return Math.max(dueMs, group.timeMs() + 1);
  }

  private void closeRun(Group group) {
    if (open != null) {
      Run run = open.build(group.position(), group.timeMs());
      open = null;
      group.retain(run.chunk);
      addRun(group, run);
    }
  }

  private void addRun(Group group, Run run) {
    group.transaction().put(Table.RUNS, Keys.of(id(), run.firstSequence), run.encode());
    window.append(run);
  }

  /** Puts all that changed into the group's transaction. */
  void finish(Group group) {
    closeRun(group);
    for (Run run : changedRuns) {
      byte[] key = Keys.of(id(), run.firstSequence);
      if (run.isFinished()) {
        group.transaction().delete(Table.RUNS, key);
        group.release(run.chunk);
        window.remove(run);
        bytes -= run.bytes;
      } else {
        group.transaction().put(Table.RUNS, key, run.encode());
      }
    }
    changedRuns = Set.of();
    if (ready() == 0) {
      returned.clear(); // all of them were settled late
    }
    if (changed) {
      group.transaction().put(Table.DESTINATION_STATE, Keys.of(id()), encodeState());
      changed = false;
    }
    touched = false;
  }

  private byte[] encodeState() {
    return new ValueWriter(VERSION)
        .i64(nextSequence)
        .i64(waiting)
        .i64(singles.count())
        .i64(dead)
        .i64(bytes)
        .i64(window.head())
        .done();
  }

  private void note(Run run) {
    if (changedRuns.isEmpty()) {
      changedRuns = new LinkedHashSet<>();
    }
    changedRuns.add(run);
    changed = true;
  }

  /** The sequence before which messages are committed: only those can be on disk, or be settled. */
  private long committedEnd() {
    return touched ? committedEnd : nextSequence;
  }

  // ---------------------------------------------------------------- messages are settled

  /**
   * Whether a settle may count.
   *
   * @param boot of the running broker: a settle from before it counts if nobody held the message
   *     since
   * @return null if it may, else why not
   */
  public @Nullable ErrorCode refusal(Group group, long epoch, long sequence, long boot) {
    if (sequence < 1 || sequence >= committedEnd()) {
      return ErrorCode.NOT_FOUND;
    }
    SingleMessage single = singles.find(sequence);
    if (single != null) {
      return refusal(epoch, boot, single.holder(), single.settledEpoch);
    }
    Run run = window.find(sequence, store, committedEnd());
    if (run != null && !run.isDone(index(run, sequence))) {
      return refusal(epoch, boot, run.holder(index(run, sequence)), 0);
    }
    if (run == null && !window.isLoaded(sequence)) {
      return ErrorCode.LEASE_LOST; // far down the backlog: it will be delivered again in its turn
    }
    single = single(group, sequence);
    return single == null
        ? ErrorCode.ALREADY_SETTLED
        : refusal(epoch, boot, null, single.settledEpoch);
  }

  private static @Nullable ErrorCode refusal(
      long epoch, long boot, @Nullable Lease holder, long settledEpoch) {
    if (epoch == settledEpoch) {
      return ErrorCode.ALREADY_SETTLED;
    }
    boolean counts =
        holder == null
            ? epoch > settledEpoch && Epochs.bootOf(epoch) < boot
            : holder.epoch == epoch;
    return counts ? null : ErrorCode.LEASE_LOST;
  }

  /** The message with a sequence if it is a delayed one, in memory or not; else null. */
  private @Nullable SingleMessage single(Group group, long sequence) {
    SingleMessage single = singles.find(sequence);
    if (single != null || delayed() == 0) {
      return single;
    }
    Run run = window.find(sequence, store, committedEnd());
    boolean inRun = run != null && !run.isDone(index(run, sequence));
    return inRun ? null : singles.stored(group.transaction(), sequence);
  }

  /**
   * Finishes messages that need no look at their records: from one on, as many as lie in one run
   * and are held under the epoch.
   *
   * @return how many; 0 if the first is not of that kind
   */
  public int finishPlain(long epoch, long sequence, int count) {
    Run run = window.find(sequence, store, committedEnd());
    if (run == null
        || (run.flags & (MessageRecord.FLAG_KEY | MessageRecord.FLAG_TRACK_OUTCOME)) != 0) {
      return 0;
    }
    int from = index(run, sequence);
    int to = Math.min(run.count, from + count);
    int index = from;
    while (index < to) {
      Lease holder = run.holder(index);
      if (holder == null || holder.epoch != epoch || run.isDone(index)) {
        break;
      }
      leave(run, index);
      index++;
    }
    return index - from;
  }

  /** The record of a message that is here; valid until the next call. */
  public MessageRecord record(Group group, long sequence) {
    SingleMessage single = single(group, sequence);
    if (single != null) {
      return record(single);
    }
    Run run = runOf(sequence);
    return record(run, index(run, sequence));
  }

  /** The record of a message that has an entry of its own; valid until the next call. */
  public MessageRecord record(SingleMessage message) {
    return view.wrap(chunks.load(message.chunk), message.offset);
  }

  private MessageRecord record(Run run, int index) {
    byte[] chunk = chunks.load(run.chunk);
    return view.wrap(chunk, run.offset(index, chunk));
  }

  /** Failed attempts of a message that is here. */
  public int attempts(Group group, long sequence) {
    SingleMessage single = single(group, sequence);
    return single == null ? 0 : single.attempts;
  }

  /** The message is done with. */
  public void finish(Group group, long sequence) {
    SingleMessage single = single(group, sequence);
    if (single != null) {
      takeOut(group, single);
      group.release(single.chunk);
      leaveKey(single.keyHash, sequence);
    } else {
      Run run = runOf(sequence);
      long keyHash = keyHash(run, index(run, sequence));
      leave(run, index(run, sequence));
      leaveKey(keyHash, sequence);
    }
  }

  /**
   * An attempt failed: the message waits until it is due.
   *
   * @param epoch of the lease that is settled by this; 0 if it was lost: then a late settle under
   *     it still counts, until the message is handed out again
   */
  public void delay(
      Group group, long sequence, long dueMs, long epoch, String errorClass, String errorMessage) {
    Lease holder = holder(sequence);
    SingleMessage message = setAside(group, sequence);
    SingleMessage later = message.failed(dueMs, epoch, group.timeMs(), errorClass, errorMessage);
    if (epoch == 0 && holder != null) {
      later.holder(holder.ended());
    }
    if (later.keyHash != 0) {
      gates().pause(later.keyHash, sequence);
    }
    putDelayed(group, later);
  }

  /** The message is set aside; {@code epoch} as in {@link #delay}. */
  public void bury(Group group, long sequence, long epoch, String errorClass, String errorMessage) {
    SingleMessage message = setAside(group, sequence);
    SingleMessage letter =
        message.failed(message.dueMs, epoch, group.timeMs(), errorClass, errorMessage);
    group.transaction().put(Table.DEAD_LETTERS, Keys.of(id(), sequence), letter.encode());
    dead++;
    bytes += letter.size;
    leaveKey(letter.keyHash, sequence);
  }

  /** The message goes back untouched. */
  public void giveBack(long sequence) {
    Lease holder = holder(sequence);
    if (holder == null || holder.isEnded()) {
      return;
    }
    point(sequence, holder.ended());
    letGo(holder);
    returned.add(sequence);
    if (gates != null && gates.isAnyDelayedBehind()) {
      gates.giveBack(keyHash(sequence), sequence);
    }
  }

  /**
   * The leases of some messages last until another time.
   *
   * @param sequence of the first; all must be leased
   */
  public void extend(long sequence, int count, long expiresAtMs) {
    long end = sequence + count;
    long from = sequence;
    while (from < end) {
      Lease lease = holder(from);
      if (lease == null || lease.isEnded()) {
        throw new IllegalStateException(definition.name() + ": nobody holds message " + from);
      }
      long to = from + 1;
      while (to < end && holder(to) == lease) {
        to++;
      }
      if (to - from == lease.held) {
        lease.consumer.prolong(lease, expiresAtMs);
      } else {
        Lease own = lease.consumer.split(lease, from, (int) (to - from), expiresAtMs);
        for (long s = from; s < to; s++) {
          point(s, own);
        }
      }
      from = to;
    }
  }

  /**
   * Takes a message out of where it is, but keeps its record: its chunk is referred to for it
   * alone.
   */
  private SingleMessage setAside(Group group, long sequence) {
    SingleMessage single = single(group, sequence);
    if (single != null) {
      takeOut(group, single);
      return single;
    }
    Run run = runOf(sequence);
    int index = index(run, sequence);
    MessageRecord record = record(run, index);
    group.retain(run.chunk);
    leave(run, index);
    return SingleMessage.of(sequence, run.chunk, record.offset(), record, run.storedAtMs);
  }

  private void takeOut(Group group, SingleMessage single) {
    if (single.holder() != null && !single.holder().isEnded()) {
      letGo(single.holder());
    }
    singles.delete(group, single);
    bytes -= single.size;
    changed = true;
  }

  private void leave(Run run, int index) {
    Lease holder = run.holder(index);
    run.setDone(index);
    waiting--;
    if (holder != null && !holder.isEnded()) {
      letGo(holder);
    }
    note(run);
  }

  private void letGo(Lease holder) {
    holder.consumer.letGo(holder);
    leased--;
  }

  private KeyGates gates() {
    if (gates == null) {
      gates = new KeyGates(singles, returned, this::isLeased);
    }
    return gates;
  }

  private void leaveKey(long keyHash, long sequence) {
    if (keyHash != 0) {
      gates().leave(keyHash, sequence);
    }
  }

  private Run runOf(long sequence) {
    Run run = window.find(sequence, store, committedEnd());
    if (run == null) {
      throw new IllegalStateException(definition.name() + ": no message " + sequence);
    }
    return run;
  }

  private @Nullable Lease holder(long sequence) {
    SingleMessage single = singles.find(sequence);
    if (single != null) {
      return single.holder();
    }
    Run run = window.find(sequence, store, committedEnd());
    if (run == null || run.isDone(index(run, sequence))) {
      return null;
    }
    return run.holder(index(run, sequence));
  }

  private void point(long sequence, Lease lease) {
    SingleMessage single = singles.find(sequence);
    if (single != null) {
      single.holder(lease);
    } else {
      Run run = runOf(sequence);
      run.setHolder(index(run, sequence), lease);
    }
  }

  private static int index(Run run, long sequence) {
    return (int) (sequence - run.firstSequence);
  }

  private void putDelayed(Group group, SingleMessage message) {
    if (singles.put(group, message)) {
      returned.add(message.sequence);
    }
    bytes += message.size;
    changed = true;
  }

  /**
   * When a message comes due that is not in memory, milliseconds since the epoch; far in the future
   * if none does.
   */
  long nextDueMs() {
    return singles.nextDueMs();
  }

  // ---------------------------------------------------------------- dead letters

  /**
   * Dead letters in order of sequence, from one on. Reads committed entries.
   *
   * @param visitor returns false to stop
   */
  public void deadLetters(long fromSequence, Predicate<SingleMessage> visitor) {
    scanSingles(Table.DEAD_LETTERS, fromSequence, visitor);
  }

  /** Delayed messages in order of sequence; as {@link #deadLetters}. */
  public void delayedMessages(long fromSequence, Predicate<SingleMessage> visitor) {
    scanSingles(Table.DELAYED, fromSequence, visitor);
  }

  private void scanSingles(Table table, long fromSequence, Predicate<SingleMessage> visitor) {
    store.scan(
        table,
        Keys.of(id(), fromSequence),
        Keys.of(id() + 1),
        (key, value) -> visitor.test(SingleMessage.decode(table, Keys.longAt(key, 4), value)));
  }

  /** A dead letter may be handled again, with no attempts counted. */
  public void redrive(Group group, SingleMessage letter) {
    removeLetter(group, letter);
    putDelayed(group, letter.redriven(later(group, 0)));
  }

  /** A dead letter is gone for good. */
  public void drop(Group group, SingleMessage letter) {
    removeLetter(group, letter);
    group.release(letter.chunk);
  }

  private void removeLetter(Group group, SingleMessage letter) {
    group.transaction().delete(Table.DEAD_LETTERS, Keys.of(id(), letter.sequence));
    dead--;
    bytes -= letter.size;
    changed = true;
  }

  // ---------------------------------------------------------------- unowned messages move on

  /**
   * Hands over some of the oldest messages, in their order, to the queue that owns them now. Reads
   * committed entries.
   *
   * @param max runs, and delayed messages, that are moved at once
   * @return how many messages are left
   */
  long handOver(Group group, Destination queue, int max) {
    List<Run> runs = new ArrayList<>();
    store.scan(
        Table.RUNS,
        Keys.of(id(), window.head()),
        Keys.of(id() + 1),
        (key, value) -> {
          runs.add(Run.decode(Keys.longAt(key, 4), value));
          return runs.size() < max;
        });
    List<SingleMessage> others = new ArrayList<>();
    delayedMessages(
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
    window = new RunWindow(id(), Math.min(end, nextSequence));
    return waiting + singles.count();
  }

  private void handOver(Group group, Destination queue, Run run) {
    queue.adopt(group, run);
    group.transaction().delete(Table.RUNS, Keys.of(id(), run.firstSequence));
    waiting -= run.count;
    bytes -= run.bytes;
    changed = true;
  }

  /** Hands over delayed messages up to a sequence; returns which is the next. */
  private int handOver(
      Group group, Destination queue, List<SingleMessage> others, int from, long end) {
    int next = from;
    while (next < others.size() && others.get(next).sequence < end) {
      SingleMessage message = others.get(next++);
      takeOut(group, message);
      queue.adopt(group, message);
    }
    return next;
  }

  // ---------------------------------------------------------------- messages go out

  /** Adds a consumer; it has no credit yet. */
  Consumer open(DeliverySink sink, int leaseMs, long nowMs) {
    Consumer consumer = new Consumer(this, sink, leaseMs);
    consumers.add(consumer);
    lastSeenMs = nowMs;
    return consumer;
  }

  /** Removes a consumer that holds nothing any more. */
  void remove(Consumer consumer, long nowMs) {
    consumers.remove(consumer);
    lastSeenMs = nowMs;
  }

  /**
   * A lease is over. Its messages return, but those whose handling had begun.
   *
   * @return the sequences of messages whose handling had begun: they wait for their attempt to be
   *     counted
   */
  List<Long> endLease(Lease lease) {
    List<Long> started = new ArrayList<>(0);
    long end = lease.firstSequence + lease.count;
    for (long s = lease.firstSequence; s < end && lease.held > 0; s++) {
      if (!isHeldBy(s, lease)) {
        continue;
      }
      if (lease.hasStarted(s)) {
        point(s, lease.ended());
        letGo(lease);
        started.add(s);
      } else {
        giveBack(s);
      }
    }
    return started;
  }

  private boolean isHeldBy(long sequence, Lease lease) {
    return holder(sequence) == lease;
  }

  /**
   * Gives ready messages to consumers with credit, in turn. Called between groups.
   *
   * @return whether there may be more to hand out at once
   */
  boolean serve(long nowMs, Epochs epochs) {
    if (gates != null) {
      gates.fetchFreed(nowMs);
      gates.lookAgain();
    }
    if (returned.size() + (gates == null ? 0 : gates.ahead()) < DelayedMessages.PAGE) {
      singles.loadDue(nowMs, returned);
    }
    int share = evenShare();
    int idle = 0;
    while (idle < consumers.size() && grantable() > 0) {
      nextConsumer = nextConsumer % consumers.size();
      Consumer consumer = consumers.get(nextConsumer++);
      if (consumer.isReady() && grant(consumer, share, nowMs, epochs)) {
        idle = 0;
      } else {
        idle++;
      }
    }
    return singles.nextDueMs() <= nowMs && evenShare() > 0;
  }

  private long grantable() {
    return gates == null ? ready() : ready() - gates.waiting();
  }

  /** What is ready by consumers that can take some, so that one of them doesn't get all of it. */
  private int evenShare() {
    int able = 0;
    for (Consumer consumer : consumers) {
      if (consumer.isReady()) {
        able++;
      }
    }
    return able == 0
        ? 0
        : (int) Math.max(1, Math.min(Integer.MAX_VALUE, (grantable() + able - 1) / able));
  }

  private boolean grant(Consumer consumer, int share, long nowMs, Epochs epochs) {
    int messages = Math.min(Math.max(share, 1), consumer.credit());
    Grant grant = new Grant(consumer, messages, epochs.next(), nowMs);
    returnThoseBehindTheCursor();
    do {
      grantReturned(grant, nowMs);
      while (grant.hasRoom() && (gates == null || !gates.isFull())) {
        Run run = freshRun();
        if (run == null) {
          break;
        }
        grantFresh(grant, run, nowMs);
      }
      returnThoseBehindTheCursor();
    } while (grant.hasRoom() && !returned.isEmpty()); // some came back by this
    return grant.deliver();
  }

  private void grantReturned(Grant grant, long nowMs) {
    while (grant.hasRoom() && !returned.isEmpty()) {
      long sequence = returned.poll();
      if (!grantReturned(grant, sequence, nowMs)) {
        returned.add(sequence);
        grant.close();
      }
    }
  }

  private void returnThoseBehindTheCursor() {
    if (gates != null && gates.ahead() > 0) {
      freshRun();
      gates.cursorAt(window.cursor());
    }
  }

  /**
   * Moves the cursor to the next message that nobody looked at yet; returns its run, or null if
   * there is none.
   */
  private @Nullable Run freshRun() {
    Run run = window.atCursor(store, committedEnd());
    while (run != null && !isFresh(run, index(run, window.cursor()))) {
      window.advance(run, window.cursor() + 1);
      run = window.atCursor(store, committedEnd());
    }
    return run;
  }

  /**
   * Grants a message that came back, unless it is gone or has to wait.
   *
   * @return false if it has to stay because it doesn't fit
   */
  private boolean grantReturned(Grant grant, long sequence, long nowMs) {
    SingleMessage single = singles.find(sequence);
    if (single != null) {
      if (single.holder() != null && !single.holder().isEnded()) {
        return true;
      }
      if (!grant.fits(0, single.size)) {
        return false;
      }
      if (single.keyHash != 0 && !single.hasFailed() && isFreshBefore(sequence)) {
        gates().awaitCursor(sequence);
      } else if (mayPass(single.keyHash, sequence, single, nowMs)) {
        Lease lease = grant.take(sequence, 1);
        single.holder(lease);
        leased++;
        grant.add(
            lease,
            single.attempts + 1,
            single.storedAtMs,
            chunks.load(single.chunk),
            single.offset,
            single.size);
      }
      return true;
    }
    Run run = window.find(sequence, store, committedEnd());
    if (run == null || run.isDone(index(run, sequence))) {
      return true; // settled late, under the lease it returned from
    }
    int index = index(run, sequence);
    Lease holder = run.holder(index);
    if (holder != null && !holder.isEnded()) {
      return true;
    }
    if (!grant.fits(0, record(run, index).size())) {
      return false;
    }
    if (mayPass(keyHash(run, index), sequence, null, nowMs)) {
      lease(grant, run, index, index + 1);
    }
    return true;
  }

  /** Grants messages from the cursor on, as far as they adjoin, fit and may pass. */
  private void grantFresh(Grant grant, Run run, long nowMs) {
    int from = index(run, window.cursor());
    boolean keyed = (run.flags & MessageRecord.FLAG_KEY) != 0;
    int to = Math.min(run.fragmentEnd(from), from + grant.room());
    int size = 0;
    int end = from;
    int passed = from;
    while (end < to && isFresh(run, end)) {
      int more = record(run, end).size();
      if (!grant.fits(size, more)) {
        grant.close();
        break;
      }
      passed = end + 1;
      if (keyed && !mayPass(keyHash(run, end), run.firstSequence + end, null, nowMs)) {
        break; // it waits: what comes after it is another segment
      }
      size += more;
      end++;
    }
    if (end > from) {
      lease(grant, run, from, end);
    }
    window.advance(run, run.firstSequence + passed);
  }

  /**
   * Whether a message was never handed out, nor settled by somebody who got it before a restart.
   */
  private static boolean isFresh(Run run, int index) {
    return !run.isDone(index) && run.holder(index) == null;
  }

  /** Leases adjoining messages of a run. */
  private void lease(Grant grant, Run run, int from, int end) {
    byte[] chunk = chunks.load(run.chunk);
    int offset = run.offset(from, chunk);
    Lease lease = grant.take(run.firstSequence + from, end - from);
    for (int i = from; i < end; i++) {
      run.setHolder(i, lease);
    }
    leased += end - from;
    int length = record(run, end - 1).end() - offset;
    grant.add(lease, 1, run.storedAtMs, chunk, offset, length);
  }

  private long keyHash(long sequence) {
    SingleMessage single = singles.find(sequence);
    if (single != null) {
      return single.keyHash;
    }
    Run run = runOf(sequence);
    return keyHash(run, index(run, sequence));
  }

  private long keyHash(Run run, int index) {
    return (run.flags & MessageRecord.FLAG_KEY) == 0 ? 0 : record(run, index).keyHash();
  }

  private boolean mayPass(long keyHash, long sequence, @Nullable SingleMessage single, long nowMs) {
    return keyHash == 0 || gates().pass(keyHash, sequence, single, nowMs);
  }

  /** Whether there are messages before a sequence that nobody looked at yet. */
  private boolean isFreshBefore(long sequence) {
    return freshRun() != null && window.cursor() < sequence;
  }

  /** What it holds in memory. */
  public MemoryInUse memoryInUse() {
    return new MemoryInUse(
        window.size(),
        singles.loaded(),
        gates == null ? 0 : gates.size(),
        gates == null ? 0 : gates.waiting(),
        returned.size() + (gates == null ? 0 : gates.ahead()));
  }

  /** Messages of runs from the oldest, in anybody's hands or none; reads committed entries. */
  public void messages(MessageVisitor visitor) {
    store.scan(
        Table.RUNS,
        Keys.of(id(), window.head()),
        Keys.of(id() + 1),
        (key, value) -> {
          Run run = Run.decode(Keys.longAt(key, 4), value);
          byte[] chunk = chunks.load(run.chunk);
          boolean more = true;
          for (int i = 0; i < run.count && more; i++) {
            if (!run.isDone(i)) {
              view.wrap(chunk, run.offset(i, chunk));
              more = visitor.visit(run.firstSequence + i, run.storedAtMs, view);
            }
          }
          return more;
        });
  }

  /** Whether a consumer holds a message. */
  public boolean isLeased(long sequence) {
    boolean near = singles.find(sequence) != null || window.isLoaded(sequence);
    Lease holder = near ? holder(sequence) : null;
    return holder != null && !holder.isEnded();
  }

  /** Whether a delayed message's time has come, and consumers are near it. */
  public boolean isDue(long sequence) {
    return singles.find(sequence) != null;
  }

  /** Receives messages in order. */
  @FunctionalInterface
  public interface MessageVisitor {
    /**
     * One message.
     *
     * @param record valid during the call
     * @return whether to go on
     */
    boolean visit(long sequence, long storedAtMs, MessageRecord record);
  }
}
