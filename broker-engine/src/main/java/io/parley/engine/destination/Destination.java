package io.parley.engine.destination;

import io.parley.engine.group.Chunks;
import io.parley.engine.group.Group;
import io.parley.engine.group.Keys;
import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.store.Store;
import io.parley.engine.store.StoreException;
import io.parley.engine.store.Table;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
  /** Most delayed messages in memory because their time has come; the rest follows as these go. */
  static final int MAX_LOADED_DUE = 65_536;

  private static final int VERSION = 1;
  private static final byte[] EMPTY = {};

  private final Store store;
  private final Chunks chunks;
  private final MessageRecord view = new MessageRecord();
  private DestinationDefinition definition;

  // durable, in DESTINATION_STATE
  private long nextSequence = 1;
  private long waiting;
  private long delayed;
  private long dead;
  private long bytes;

  // memory alone
  private RunWindow window;
  private Run.@Nullable Builder open;
  private final Set<Run> changedRuns = new LinkedHashSet<>(0);
  private final LongHeap returned = new LongHeap();
  private final KeyGates gates = new KeyGates();
  private final Map<Long, SingleMessage> singles = new HashMap<>(0);
  private final List<Consumer> consumers = new ArrayList<>(0);
  private int nextConsumer;
  private long nextDueMs = Long.MAX_VALUE;
  private byte @Nullable [] dueLoaded;
  private int leased;
  private boolean touched;
  private long committedEnd;
  private long lastSeenMs;

  Destination(DestinationDefinition definition, Store store, Chunks chunks) {
    this.definition = definition;
    this.store = store;
    this.chunks = chunks;
    this.window = new RunWindow(definition.id(), 1);
  }

  /** Takes over the counts a restart found. */
  void load(byte[] state) {
    ValueReader in = new ValueReader(Table.DESTINATION_STATE, state, VERSION);
    nextSequence = in.i64();
    waiting = in.i64();
    delayed = in.i64();
    dead = in.i64();
    bytes = in.i64();
    window = new RunWindow(id(), in.i64());
    if (delayed > 0) {
      nextDueMs = 0;
    }
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

  /** Messages that a consumer with credit could get now. */
  public long ready() {
    return waiting + singles.size() - leased;
  }

  /** Messages in consumers' hands. */
  public int leased() {
    return leased;
  }

  /** Messages that wait for their time. */
  public long delayed() {
    return delayed - singles.size();
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
  }

  /** Adds a message that waits for its time. */
  void appendDelayed(Group group, MessageRecord record, int offset) {
    closeRun(group);
    SingleMessage message =
        new SingleMessage(
            nextSequence++,
            group.position(),
            offset,
            record.size(),
            group.timeMs(),
            record.keyHash(),
            0,
            record.notBeforeMs(),
            "",
            "",
            0);
    window.skip(message.sequence);
    group.retain(group.position());
    putDelayed(group, message);
  }

  /** Takes over a run of commands that waited for an owner. */
  void adopt(Group group, Run run) {
    closeRun(group);
    Run moved = run.movedTo(nextSequence);
    nextSequence += moved.count;
    waiting += moved.count;
    bytes += moved.bytes;
    addRun(group, moved);
  }

  /** Takes over a delayed command that waited for an owner. */
  void adopt(Group group, SingleMessage message) {
    closeRun(group);
    window.skip(nextSequence);
    putDelayed(group, message.movedTo(nextSequence++));
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
    changedRuns.clear();
    byte[] state =
        new ValueWriter(VERSION)
            .i64(nextSequence)
            .i64(waiting)
            .i64(delayed)
            .i64(dead)
            .i64(bytes)
            .i64(window.head())
            .done();
    group.transaction().put(Table.DESTINATION_STATE, Keys.of(id()), state);
    touched = false;
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
  public @Nullable ErrorCode refusal(long epoch, long sequence, long boot) {
    if (sequence < 1 || sequence >= committedEnd()) {
      return ErrorCode.NOT_FOUND;
    }
    Lease holder;
    SingleMessage single = singles.get(sequence);
    if (single != null) {
      holder = single.holder();
    } else {
      Run run = window.find(sequence, store, committedEnd());
      if (run == null && !window.isLoaded(sequence)) {
        return ErrorCode.LEASE_LOST; // far down the backlog: it will be delivered again in its turn
      }
      if (run == null || run.isDone(index(run, sequence))) {
        return ErrorCode.ALREADY_SETTLED;
      }
      holder = run.holder(index(run, sequence));
    }
    boolean good = holder == null ? Epochs.bootOf(epoch) < boot : holder.epoch == epoch;
    return good ? null : ErrorCode.LEASE_LOST;
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
      leave(run, index, holder);
      index++;
    }
    if (index > from) {
      changedRuns.add(run);
    }
    return index - from;
  }

  /** The record of a message that is here; valid until the next call. */
  public MessageRecord record(long sequence) {
    SingleMessage single = singles.get(sequence);
    if (single != null) {
      return view.wrap(chunks.load(single.chunk), single.offset);
    }
    Run run = runOf(sequence);
    byte[] chunk = chunks.load(run.chunk);
    return view.wrap(chunk, run.offset(index(run, sequence), chunk));
  }

  /** Failed attempts of a message that is here. */
  public int attempts(long sequence) {
    SingleMessage single = singles.get(sequence);
    return single == null ? 0 : single.attempts;
  }

  /** The message is done with. */
  public void finish(Group group, long sequence) {
    boolean inRun = !singles.containsKey(sequence);
    SingleMessage message = takeOut(group, sequence);
    if (!inRun) {
      group.release(message.chunk);
    }
    releaseKey(message.keyHash, sequence);
  }

  /** An attempt failed: the message waits until it is due. */
  public void delay(
      Group group, long sequence, long dueMs, String errorClass, String errorMessage) {
    Lease holder = holder(sequence);
    SingleMessage message = setAside(group, sequence);
    SingleMessage later =
        message.failed(message.attempts + 1, dueMs, errorClass, errorMessage, group.timeMs());
    if (later.keyHash != 0) {
      gates.forgetIfAlone(later.keyHash);
    }
    if (holder != null) {
      later.holder(holder.ended());
    }
    putDelayed(group, later);
  }

  /** The message is set aside. */
  public void bury(Group group, long sequence, String errorClass, String errorMessage) {
    SingleMessage message = setAside(group, sequence);
    SingleMessage letter =
        message.failed(
            message.attempts + 1, message.dueMs, errorClass, errorMessage, group.timeMs());
    group.transaction().put(Table.DEAD_LETTERS, Keys.of(id(), sequence), letter.encode());
    dead++;
    bytes += letter.size;
    releaseKey(letter.keyHash, sequence);
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
  }

  /**
   * The leases of some messages last until a later time. Messages of an ended lease stay as they
   * are.
   */
  public void extend(long sequence, int count, long expiresAtMs) {
    for (long s = sequence; s < sequence + count; s++) {
      Lease holder = holder(s);
      if (holder == null || holder.isEnded() || holder.expiresAtMs == expiresAtMs) {
        continue;
      }
      Consumer consumer = holder.consumer;
      if (holder.held == 1 || covers(sequence, count, holder)) {
        holder.expiresAtMs = expiresAtMs;
      } else {
        Lease own = new Lease(consumer, holder.epoch, s, 1, holder.delivery(s), expiresAtMs);
        consumer.add(own);
        point(s, own);
        consumer.letGo(holder);
      }
    }
  }

  private static boolean covers(long sequence, int count, Lease lease) {
    return sequence <= lease.firstSequence && sequence + count >= lease.firstSequence + lease.count;
  }

  /**
   * Takes a message out of where it is, but keeps its record: its chunk is referred to for it
   * alone.
   */
  private SingleMessage setAside(Group group, long sequence) {
    boolean inRun = !singles.containsKey(sequence);
    SingleMessage message = takeOut(group, sequence);
    if (inRun) {
      group.retain(message.chunk);
    }
    return message;
  }

  /** Takes a message out of its run or of the delayed ones. */
  private SingleMessage takeOut(Group group, long sequence) {
    SingleMessage single = singles.remove(sequence);
    if (single != null) {
      if (single.holder() != null && !single.holder().isEnded()) {
        letGo(single.holder());
      }
      deleteDelayed(group, single);
      return single;
    }
    Run run = runOf(sequence);
    MessageRecord record = record(sequence);
    SingleMessage message =
        new SingleMessage(
            sequence,
            run.chunk,
            record.offset(),
            record.size(),
            run.storedAtMs,
            record.keyHash(),
            0,
            0,
            "",
            "",
            0);
    int index = index(run, sequence);
    leave(run, index, run.holder(index));
    changedRuns.add(run);
    return message;
  }

  private void leave(Run run, int index, @Nullable Lease holder) {
    run.setDone(index);
    waiting--;
    if (holder != null && !holder.isEnded()) {
      letGo(holder);
    }
  }

  private void letGo(Lease holder) {
    holder.consumer.letGo(holder);
    leased--;
  }

  private void releaseKey(long keyHash, long sequence) {
    if (keyHash != 0) {
      long next = gates.release(keyHash, sequence);
      if (next != 0) {
        returned.add(next);
      }
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
    SingleMessage single = singles.get(sequence);
    if (single != null) {
      return single.holder();
    }
    Run run = runOf(sequence);
    return run.holder(index(run, sequence));
  }

  private void point(long sequence, Lease lease) {
    SingleMessage single = singles.get(sequence);
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

  // ---------------------------------------------------------------- messages wait for their time

  private void putDelayed(Group group, SingleMessage message) {
    group.transaction().put(Table.DELAYED, Keys.of(id(), message.sequence), message.encode());
    group.transaction().put(Table.DUE, Keys.of(id(), message.dueMs, message.sequence), EMPTY);
    if (message.keyHash != 0) {
      group
          .transaction()
          .put(Table.BLOCKED_KEYS, Keys.of(id(), message.keyHash, message.sequence), EMPTY);
    }
    delayed++;
    bytes += message.size;
    if (message.dueMs <= group.timeMs()) {
      singles.put(message.sequence, message);
      returned.add(message.sequence);
    } else {
      nextDueMs = Math.min(nextDueMs, message.dueMs);
    }
  }

  private void deleteDelayed(Group group, SingleMessage message) {
    group.transaction().delete(Table.DELAYED, Keys.of(id(), message.sequence));
    group.transaction().delete(Table.DUE, Keys.of(id(), message.dueMs, message.sequence));
    if (message.keyHash != 0) {
      group
          .transaction()
          .delete(Table.BLOCKED_KEYS, Keys.of(id(), message.keyHash, message.sequence));
    }
    delayed--;
    bytes -= message.size;
  }

  /**
   * When the next delayed message is due, milliseconds since the epoch; far in the future if none.
   */
  public long nextDueMs() {
    return nextDueMs;
  }

  /** Loads messages whose time has come. Called between groups: it reads committed entries. */
  void loadDue(long nowMs) {
    if (nowMs < nextDueMs || singles.size() >= MAX_LOADED_DUE) {
      return;
    }
    nextDueMs = Long.MAX_VALUE;
    List<byte[]> due = new ArrayList<>();
    byte[] from = dueLoaded == null ? Keys.of(id(), 0, 0) : dueLoaded;
    store.scan(
        Table.DUE,
        from,
        Keys.of(id() + 1),
        (key, value) -> {
          long dueMs = Keys.longAt(key, 4);
          if (dueMs > nowMs || singles.size() + due.size() >= MAX_LOADED_DUE) {
            nextDueMs = dueMs;
            return false;
          }
          due.add(key);
          return true;
        });
    for (byte[] key : due) {
      dueLoaded = key;
      long sequence = Keys.longAt(key, 12);
      if (!singles.containsKey(sequence)) {
        singles.put(sequence, loadSingle(Table.DELAYED, sequence));
        returned.add(sequence);
      }
    }
  }

  private SingleMessage loadSingle(Table table, long sequence) {
    byte[] value = store.get(table, Keys.of(id(), sequence));
    if (value == null) {
      throw new StoreException(
          "table " + table + ": no entry for destination " + id() + ", sequence " + sequence);
    }
    return SingleMessage.decode(table, sequence, value);
  }

  private long firstBlocked(long keyHash) {
    long[] found = {0};
    store.scan(
        Table.BLOCKED_KEYS,
        Keys.of(id(), keyHash, 0),
        Keys.of(id(), keyHash, Long.MAX_VALUE),
        (key, value) -> {
          found[0] = Keys.longAt(key, 12);
          return false;
        });
    return found[0];
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
    group.transaction().delete(Table.DEAD_LETTERS, Keys.of(id(), letter.sequence));
    dead--;
    bytes -= letter.size;
    putDelayed(group, letter.redriven(group.timeMs()));
  }

  /** A dead letter is gone for good. */
  public void drop(Group group, SingleMessage letter) {
    group.transaction().delete(Table.DEAD_LETTERS, Keys.of(id(), letter.sequence));
    dead--;
    bytes -= letter.size;
    group.release(letter.chunk);
  }

  /** The record of a message that has an entry of its own; valid until the next call. */
  public MessageRecord record(SingleMessage message) {
    return view.wrap(chunks.load(message.chunk), message.offset);
  }

  // ---------------------------------------------------------------- messages that nobody owns move
  // on

  /**
   * Hands over some of the oldest messages to the queue that owns them now. Reads committed
   * entries.
   *
   * @return how many messages are left
   */
  long handOver(Group group, Destination queue, int runsMax) {
    List<Run> runs = new ArrayList<>();
    store.scan(
        Table.RUNS,
        Keys.of(id(), 0),
        Keys.of(id() + 1),
        (key, value) -> {
          runs.add(Run.decode(Keys.longAt(key, 4), value));
          return runs.size() < runsMax;
        });
    for (Run run : runs) {
      queue.adopt(group, run);
      group.transaction().delete(Table.RUNS, Keys.of(id(), run.firstSequence));
      waiting -= run.count;
      bytes -= run.bytes;
    }
    if (waiting == 0) {
      handOverDelayed(group, queue, runsMax);
    }
    window = new RunWindow(id(), waiting == 0 ? nextSequence : 1);
    return waiting + delayed;
  }

  private void handOverDelayed(Group group, Destination queue, int max) {
    List<SingleMessage> messages = new ArrayList<>();
    delayedMessages(
        0,
        message -> {
          messages.add(message);
          return messages.size() < max;
        });
    for (SingleMessage message : messages) {
      deleteDelayed(group, message);
      singles.remove(message.sequence);
      queue.adopt(group, message);
    }
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
    SingleMessage single = singles.get(sequence);
    if (single != null) {
      return single.holder() == lease;
    }
    Run run = window.find(sequence, store, committedEnd());
    return run != null
        && !run.isDone(index(run, sequence))
        && run.holder(index(run, sequence)) == lease;
  }

  /** Gives ready messages to consumers with credit, in turn. Called between groups. */
  void serve(long nowMs, Epochs epochs) {
    loadDue(nowMs);
    int share = evenShare();
    int idle = 0;
    while (idle < consumers.size() && ready() > gates.waiting()) {
      nextConsumer = nextConsumer % consumers.size();
      Consumer consumer = consumers.get(nextConsumer++);
      if (consumer.isReady() && grant(consumer, share, nowMs, epochs)) {
        idle = 0;
      } else {
        idle++;
      }
    }
  }

  /** What is ready by consumers that can take some, so that one of them doesn't get all of it. */
  private int evenShare() {
    int able = 0;
    for (Consumer consumer : consumers) {
      if (consumer.isReady()) {
        able++;
      }
    }
    return able == 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, (ready() + able - 1) / able);
  }

  private boolean grant(Consumer consumer, int share, long nowMs, Epochs epochs) {
    int messages = Math.min(Math.max(share, 1), consumer.credit());
    Grant grant = new Grant(consumer, messages, epochs.next(), nowMs);
    while (grant.hasRoom() && !returned.isEmpty()) {
      grantReturned(grant, returned.poll());
    }
    while (grant.hasRoom() && !gates.isFull()) {
      Run run = window.atCursor(store, committedEnd());
      if (run == null) {
        break;
      }
      grantFresh(grant, run);
    }
    return grant.deliver();
  }

  private void grantReturned(Grant grant, long sequence) {
    SingleMessage single = singles.get(sequence);
    if (single != null) {
      if ((single.holder() == null || single.holder().isEnded())
          && mayPass(sequence, single.keyHash)) {
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
      return;
    }
    Run run = window.find(sequence, store, committedEnd());
    if (run == null || run.isDone(index(run, sequence))) {
      return; // settled late, under the lease it returned from
    }
    Lease holder = run.holder(index(run, sequence));
    if ((holder == null || holder.isEnded()) && mayPass(sequence, keyOf(run, sequence))) {
      lease(grant, run, index(run, sequence), index(run, sequence) + 1);
    }
  }

  private void grantFresh(Grant grant, Run run) {
    int from = index(run, window.cursor());
    if (run.isDone(from) || run.holder(from) != null) {
      window.advance(run, run.firstSequence + from + 1);
      return;
    }
    if ((run.flags & MessageRecord.FLAG_KEY) != 0) {
      long sequence = run.firstSequence + from;
      if (mayPass(sequence, keyOf(run, sequence))) {
        lease(grant, run, from, from + 1);
      }
      window.advance(run, sequence + 1);
      return;
    }
    int to = Math.min(run.fragmentEnd(from), from + grant.room());
    int end = from + 1;
    while (end < to && !run.isDone(end) && run.holder(end) == null) {
      end++;
    }
    end = lease(grant, run, from, end);
    window.advance(run, run.firstSequence + end);
  }

  /**
   * Leases adjoining messages of a run, as many as fit the grant's bytes; returns where it ended.
   */
  private int lease(Grant grant, Run run, int from, int to) {
    byte[] chunk = chunks.load(run.chunk);
    int offset = run.offset(from, chunk);
    int end = to;
    while (end > from + 1 && run.endOffset(end - 1, chunk) - offset > grant.bytesLeft()) {
      end = from + (end - from) / 2;
    }
    Lease lease = grant.take(run.firstSequence + from, end - from);
    for (int i = from; i < end; i++) {
      run.setHolder(i, lease);
    }
    leased += end - from;
    grant.add(lease, 1, run.storedAtMs, chunk, offset, run.endOffset(end - 1, chunk) - offset);
    return end;
  }

  private long keyOf(Run run, long sequence) {
    if ((run.flags & MessageRecord.FLAG_KEY) == 0) {
      return 0;
    }
    byte[] chunk = chunks.load(run.chunk);
    return view.wrap(chunk, run.offset(index(run, sequence), chunk)).keyHash();
  }

  /**
   * Whether no earlier message of its key is in the way. If one is, the message waits behind it.
   */
  private boolean mayPass(long sequence, long keyHash) {
    if (keyHash == 0) {
      return true;
    }
    long holder = gates.holder(keyHash);
    if (holder == 0 || holder == sequence) {
      long blocked = delayed > 0 ? firstBlocked(keyHash) : 0;
      if (blocked == 0 || blocked >= sequence) {
        gates.take(keyHash, sequence);
        return true;
      }
      gates.take(keyHash, blocked);
    }
    gates.await(keyHash, sequence);
    return false;
  }

  /** Messages that wait behind an earlier one of their key. */
  public int blocked() {
    return gates.waiting();
  }

  /** Messages of runs from the oldest, in anybody's hands or none; reads committed entries. */
  public void messages(MessageVisitor visitor) {
    store.scan(
        Table.RUNS,
        Keys.of(id(), 0),
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
    SingleMessage single = singles.get(sequence);
    if (single != null) {
      return single.holder() != null && !single.holder().isEnded();
    }
    Run run = window.isLoaded(sequence) ? window.find(sequence, store, committedEnd()) : null;
    Lease holder = run == null ? null : run.holder(index(run, sequence));
    return holder != null && !holder.isEnded();
  }

  /** Whether a delayed message's time has come. */
  public boolean isDue(long sequence) {
    return singles.containsKey(sequence);
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
