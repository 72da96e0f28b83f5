package io.parley.engine.destination;

import io.parley.engine.group.Chunks;
import io.parley.engine.group.Group;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.PooledBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A queue or an inbox: who consumes, and who holds which of its {@link Messages}. That is memory
 * alone; after a restart nobody holds anything.
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
 * <p>Invariant: {@code leased} counts messages whose holder has not ended.
 */
public final class Destination {
  /** Messages with one of these have something to be looked after when they are finished. */
  private static final int NOT_PLAIN =
      MessageRecord.FLAG_KEY | MessageRecord.FLAG_TRACK_OUTCOME | MessageRecord.FLAG_EXPIRES;

  private final Messages messages;
  private DestinationDefinition definition;
  private final ReturnedMessages returned;
  private @Nullable KeyGates gates;
  private final List<Consumer> consumers = new ArrayList<>(0);
  private int nextConsumer;
  private int leased;
  private long fence; // durable: settles from before a restart under a lower epoch don't count
  private long lastEnded; // the highest epoch of which messages came back
  private boolean fencing;
  private long lastSeenMs;
  private boolean behind;
  private List<TypeMove> leaving = List.of();
  private @Nullable Outage outage; // null unless the last that was handled failed

  /** When {@link Destinations} serves it next because of the time; far in the future if never. */
  long wakeAtMs = Long.MAX_VALUE;

  /** Whether {@link Destinations} looks after it now and then, and something happened since. */
  boolean stirring;

  boolean stirred;

  Destination(
      DestinationDefinition definition, Store store, Chunks chunks, Expirations expirations) {
    this.definition = definition;
    this.messages = new Messages(definition.id(), store, chunks, expirations);
    this.returned = new ReturnedMessages(messages.delayed());
  }

  /** Takes over the counts a restart found. */
  void load(byte[] state) {
    messages.load(state);
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
    return messages.inRuns() + messages.delayed().loaded() - leased;
  }

  /** Messages in consumers' hands. */
  public int leased() {
    return leased;
  }

  /** Messages that wait for their time, or for a consumer since it came. */
  public long delayed() {
    return messages.delayed().count() - messages.delayed().loaded();
  }

  /** Messages set aside. */
  public long dead() {
    return messages.dead();
  }

  /** All messages held, dead letters included. */
  public long count() {
    return messages.count();
  }

  /** Bytes of the messages held, rounded up to whole runs. */
  public long bytes() {
    return messages.bytes();
  }

  /** The number the next message gets. */
  public long nextSequence() {
    return messages.nextSequence();
  }

  /** Who consumes. */
  public List<Consumer> consumers() {
    return consumers;
  }

  /**
   * When a consumer was last here, milliseconds since the epoch; 0 if none ever was. After a crash
   * up to {@value Attendance#NOTED_EVERY_MS} ms too early.
   */
  public long lastSeenMs() {
    return lastSeenMs;
  }

  /** Since when all that is handled fails, milliseconds since the epoch; 0 if it doesn't. */
  public long outageSinceMs() {
    return outage == null ? 0 : outage.sinceMs();
  }

  /** Since when it is over its quota, milliseconds since the epoch; 0 if it isn't. */
  public long overQuotaSinceMs() {
    return messages.overQuotaSinceMs();
  }

  /**
   * Whether an inbox gets its events from the log for now, because it was full or begins in the
   * past.
   */
  public boolean isBehind() {
    return behind;
  }

  void behind(boolean newBehind) {
    behind = newBehind;
  }

  /**
   * Events that it didn't get since it was made, because it was over its quota when they were
   * published, or until they weren't retained any more.
   */
  public long missed() {
    return messages.missed();
  }

  /** How much it may hold, where the broker's quota is this. */
  public Quota quota(Quota standard) {
    return standard.with(definition.settings());
  }

  /**
   * Whether a message has no room in it.
   *
   * @param standard of those for which nothing is set
   * @param size of the message, in bytes
   */
  public boolean isFull(Quota standard, int size) {
    return !hasRoomFor(standard, 1, size);
  }

  /** Whether there is room for some messages of so many bytes together. */
  boolean hasRoomFor(Quota standard, int count, long bytes) {
    // Asked for each message: no object for it.
    DestinationSettings own = definition.settings();
    long maxMessages = own.maxMessages() == 0 ? standard.messages() : own.maxMessages();
    long maxBytes = own.maxBytes() == 0 ? standard.bytes() : own.maxBytes();
    return messages.count() + count <= maxMessages && messages.bytes() + bytes <= maxBytes;
  }

  /** Whether a fifth of its quota is free. */
  boolean hasRoom(Quota standard) {
    Quota quota = quota(standard);
    return messages.count() <= quota.messages() / 5 * 4
        && messages.bytes() <= quota.bytes() / 5 * 4;
  }

  /**
   * Whether an inbox gets an event that nothing retains. One that is full is over its quota, and
   * gets none until there is room for a fifth of the quota.
   *
   * @param standard of those for which nothing is set
   */
  boolean admits(Quota standard, int size, long nowMs) {
    if (messages.overQuotaSinceMs() != 0) {
      messages.overQuota(hasRoom(standard) ? 0 : messages.overQuotaSinceMs());
    }
    if (messages.overQuotaSinceMs() == 0 && isFull(standard, size)) {
      messages.overQuota(nowMs);
    }
    if (messages.overQuotaSinceMs() != 0) {
      messages.miss(1);
      return false;
    }
    return true;
  }

  /** What it holds in memory. */
  public MemoryInUse memoryInUse() {
    return new MemoryInUse(
        messages.runsInMemory(),
        messages.delayed().loaded(),
        gates == null ? 0 : gates.size(),
        gates == null ? 0 : gates.waiting(),
        returned.size() + (gates == null ? 0 : gates.ahead()));
  }

  // ---------------------------------------------------------------- a group changes it

  /** Whether it has messages or consumers. */
  boolean hasSomething() {
    return messages.inRuns() > 0
        || messages.delayed().count() > 0
        || messages.dead() > 0
        || !consumers.isEmpty();
  }

  /** Nothing happened for a while: lets go of memory that only a busy one needs. */
  void rest() {
    messages.rest();
    if (returned.isEmpty()) {
      returned.clear();
    }
    if (gates != null && gates.isIdle()) {
      gates = null;
    }
  }

  /** Its messages, for those who add to them. */
  Messages messages() {
    return messages;
  }

  /** Adds a message that waits for its time, or has priority. */
  void appendSingle(Group group, MessageRecord record, int offset) {
    long sequence = nextSequence();
    if (messages.appendSingle(group, record, offset)) {
      returned.add(sequence);
    }
  }

  /** Puts all that changed into the group's transaction. */
  void finish(Group group) {
    messages.finish(group);
    if (ready() == 0) {
      returned.clear(); // all of them were settled late
    }
  }

  // ---------------------------------------------------------------- messages are settled

  /**
   * Whether a settle may count.
   *
   * @param boot of the running broker: a settle from the start before it counts if nobody was given
   *     the message since. That start fenced what it gave out again; what an earlier one gave out
   *     may have been somebody's in between
   * @return null if it may, else why not
   */
  public @Nullable ErrorCode refusal(Group group, long epoch, long sequence, long boot) {
    if (sequence < 1 || sequence >= messages.committedEnd()) {
      return ErrorCode.NOT_FOUND;
    }
    SingleMessage single = messages.delayed().find(sequence);
    if (single != null) {
      return refusal(epoch, boot, single.holder(), single.settledEpoch);
    }
    Run run = messages.run(sequence);
    if (run != null && !run.isDone(run.index(sequence))) {
      return refusal(epoch, boot, run.holder(run.index(sequence)), 0);
    }
    if (run == null && !messages.isLoaded(sequence)) {
      return ErrorCode.LEASE_LOST; // far down the backlog: it will be delivered again in its turn
    }
    single = messages.single(group, sequence);
    return single == null
        ? ErrorCode.ALREADY_SETTLED
        : refusal(epoch, boot, null, single.settledEpoch);
  }

  private @Nullable ErrorCode refusal(
      long epoch, long boot, @Nullable Lease holder, long settledEpoch) {
    if (epoch == settledEpoch) {
      return ErrorCode.ALREADY_SETTLED;
    }
    boolean counts =
        holder == null
            ? epoch > settledEpoch && epoch >= fence && Epochs.bootOf(epoch) == boot - 1
            : holder.epoch == epoch;
    return counts ? null : ErrorCode.LEASE_LOST;
  }

  /**
   * Finishes messages that need no look at their records: from one on, as many as lie in one run
   * and are held under the epoch.
   *
   * @return how many; 0 if the first is not of that kind
   */
  public int finishPlain(long epoch, long sequence, int count) {
    Run run = messages.run(sequence);
    if (run == null || (run.flags & NOT_PLAIN) != 0) {
      return 0;
    }
    int from = run.index(sequence);
    int to = Math.min(run.count, from + count);
    int index = from;
    while (index < to) {
      Lease holder = run.holder(index);
      if (holder == null || holder.epoch != epoch || run.isDone(index)) {
        break;
      }
      letGo(holder);
      messages.leave(run, index);
      index++;
    }
    if (outage != null && index > from) {
      outage = null;
    }
    return index - from;
  }

  /** The record of a message that is here; valid until the next call. */
  public MessageRecord record(Group group, long sequence) {
    return messages.record(group, sequence);
  }

  /** The record of a message that has an entry of its own; valid until the next call. */
  public MessageRecord record(SingleMessage message) {
    return messages.record(message);
  }

  /** Failed attempts of a message that is here. */
  public int attempts(Group group, long sequence) {
    SingleMessage single = messages.single(group, sequence);
    return single == null ? 0 : single.attempts;
  }

  /** The message is done with. */
  public void finish(Group group, long sequence) {
    outage = null;
    letGo(holder(sequence));
    leaveKey(messages.remove(group, sequence), sequence);
  }

  /**
   * A message failed that may succeed another time.
   *
   * @param outageAfter failures in a row that are taken for an outage; 0 for never
   * @return whether this one began an outage
   */
  public boolean noteFailure(long sequence, long nowMs, int outageAfter) {
    if (outage == null) {
      outage = new Outage();
    }
    return outage.failed(sequence, nowMs, outageAfter);
  }

  /** Whether all that is handled fails, so that failures don't count as attempts. */
  public boolean isOutage() {
    return outage != null && outage.isOpen();
  }

  /**
   * An attempt failed: the message waits until it is due.
   *
   * @param epoch of the lease that is settled by this; 0 if it was lost: then a late settle under
   *     it still counts, until the message is handed out again
   * @param counts whether it counts as an attempt
   */
  public void delay(
      Group group,
      long sequence,
      long dueMs,
      long epoch,
      boolean counts,
      String errorClass,
      String errorMessage) {
    Lease holder = holder(sequence);
    letGo(holder);
    SingleMessage later =
        messages
            .setAside(group, sequence)
            .failed(dueMs, epoch, counts, group.timeMs(), errorClass, errorMessage);
    if (epoch == 0 && holder != null) {
      later.holder(holder.ended());
    }
    if (later.keyHash != 0) {
      gates().pause(later.keyHash, sequence);
    }
    if (messages.put(group, later)) {
      returned.add(sequence);
    }
  }

  /** The message is set aside; {@code epoch} as in {@link #delay}. */
  public void bury(Group group, long sequence, long epoch, String errorClass, String errorMessage) {
    letGo(holder(sequence));
    SingleMessage message = messages.setAside(group, sequence);
    messages.bury(
        group,
        message.failed(message.dueMs, epoch, true, group.timeMs(), errorClass, errorMessage));
    leaveKey(message.keyHash, sequence);
  }

  /** The message goes back untouched. */
  public void giveBack(long sequence) {
    Lease holder = holder(sequence);
    if (holder == null || holder.isEnded()) {
      return;
    }
    point(sequence, holder.ended());
    letGo(holder);
    lastEnded = Math.max(lastEnded, holder.epoch);
    returned.add(sequence);
    if (gates != null && gates.isAnyDelayedBehind()) {
      gates.giveBack(messages.keyHash(sequence), sequence);
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

  // ---------------------------------------------------------------- who holds a message

  /** Whether a consumer holds a message. */
  public boolean isLeased(long sequence) {
    boolean near = messages.delayed().find(sequence) != null || messages.isLoaded(sequence);
    Lease holder = near ? holder(sequence) : null;
    return holder != null && !holder.isEnded();
  }

  private @Nullable Lease holder(long sequence) {
    SingleMessage single = messages.delayed().find(sequence);
    if (single != null) {
      return single.holder();
    }
    Run run = messages.run(sequence);
    if (run == null || run.isDone(run.index(sequence))) {
      return null;
    }
    return run.holder(run.index(sequence));
  }

  private void point(long sequence, Lease lease) {
    SingleMessage single = messages.delayed().find(sequence);
    if (single != null) {
      single.holder(lease);
    } else {
      Run run = messages.runOf(sequence);
      run.setHolder(run.index(sequence), lease);
    }
  }

  private void letGo(@Nullable Lease holder) {
    if (holder != null && !holder.isEnded()) {
      holder.consumer.letGo(holder);
      leased--;
      for (int i = 0; i < leaving.size(); i++) {
        leaving.get(i).stir();
      }
    }
  }

  private KeyGates gates() {
    if (gates == null) {
      gates = new KeyGates(messages.delayed(), returned, this::isLeased);
    }
    return gates;
  }

  private void leaveKey(long keyHash, long sequence) {
    if (keyHash != 0) {
      gates().leave(keyHash, sequence);
    }
  }

  // ---------------------------------------------------------------- a type moves away

  /** Messages of a type leave for another queue; nothing is handed out until they have. */
  void leaving(TypeMove move) {
    leaving = leaving.isEmpty() ? new ArrayList<>(1) : leaving;
    leaving.add(move);
  }

  /** Nothing is left of a type. */
  void left(TypeMove move) {
    leaving.remove(move);
  }

  private boolean standsStill() {
    for (int i = 0; i < leaving.size(); i++) {
      if (!leaving.get(i).isPassOver()) {
        return true;
      }
    }
    return false;
  }

  private boolean isStray(long sequence) {
    for (int i = 0; i < leaving.size(); i++) {
      if (leaving.get(i).isStray(sequence)) {
        return true;
      }
    }
    return false;
  }

  /** A message of a run, which nobody holds, is another queue's now, or nobody's. */
  void moveAway(Run run, int index) {
    long keyHash = messages.keyHash(run, index);
    messages.leave(run, index);
    if (gates != null) {
      leaveKey(keyHash, run.firstSequence + index);
    }
  }

  /** As {@link #moveAway(Run, int)}, of a delayed message. */
  void moveAway(Group group, SingleMessage message) {
    messages.takeOut(group, message);
    if (gates != null) {
      leaveKey(message.keyHash, message.sequence);
    }
  }

  /**
   * A message wherever it waits or is held. Reads committed entries: needs a group of its own.
   *
   * @param run first sequence of the run it was in; 0 if it was in none
   * @return null if it is done with, set aside, or moved on
   */
  public @Nullable WaitingMessage waiting(Group group, long sequence, long run) {
    Run found = run == 0 ? null : messages.runInGroup(run);
    if (found != null && !found.isDone(found.index(sequence))) {
      return new WaitingMessage(this, sequence, found, null);
    }
    SingleMessage single = messages.delayed().find(sequence);
    if (single == null) {
      single = messages.delayed().stored(group.transaction(), sequence);
    }
    return single == null ? null : new WaitingMessage(this, sequence, null, single);
  }

  /**
   * A part of a walk over its messages.
   *
   * @param from where to begin: 0, or what the part before said
   * @param atOnce messages to look at
   */
  public MessagePass pass(long from, int atOnce) {
    return new MessagePass(this, messages, from, atOnce);
  }

  // ---------------------------------------------------------------- a look at messages

  /** Messages of runs from the oldest, in anybody's hands or none; reads committed entries. */
  public void messages(MessageVisitor visitor) {
    messages.visit(visitor);
  }

  /**
   * Dead letters in order of sequence, from one on. Reads committed entries.
   *
   * @param visitor returns false to stop
   */
  public void deadLetters(long fromSequence, Predicate<SingleMessage> visitor) {
    messages.visit(Table.DEAD_LETTERS, fromSequence, visitor);
  }

  /** Committed dead letters from a sequence on; so many at most. */
  public List<SingleMessage> deadLettersFrom(long fromSequence, int count) {
    return messages.lettersFrom(fromSequence, count);
  }

  /** Delayed messages in order of sequence; as {@link #deadLetters}. */
  public void delayedMessages(long fromSequence, Predicate<SingleMessage> visitor) {
    messages.visit(Table.DELAYED, fromSequence, visitor);
  }

  /** Whether a delayed message's time has come, and consumers are near it. */
  public boolean isDue(long sequence) {
    return messages.delayed().find(sequence) != null;
  }

  /** A dead letter may be handled again, with no attempts counted. */
  public void redrive(Group group, SingleMessage letter) {
    messages.redrive(group, letter);
  }

  /** A dead letter is gone for good. */
  public void drop(Group group, SingleMessage letter) {
    messages.drop(group, letter);
  }

  /**
   * Why a message is where it is. Called between groups; reads committed entries of that message
   * alone.
   *
   * @return null if it is gone since it was found
   */
  public @Nullable Standing standing(MessagePlace place, long nowMs) {
    return new Standings(this, messages, gates).at(place, nowMs);
  }

  /**
   * Where the first messages are: of runs from the oldest, then delayed ones by sequence. Reads
   * committed entries.
   *
   * @param limit most of each
   */
  public List<MessagePlace> firstPlaces(int limit) {
    return messages.firstPlaces(limit);
  }

  /** The record of a message that was found at a place; null if it is gone since. */
  public @Nullable MessageRecord record(MessagePlace place) {
    return messages.record(place);
  }

  /** When the first delayed message is due, milliseconds since the epoch; 0 if there is none. */
  public long firstDueMs() {
    return messages.delayed().firstDueMs();
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

  // ---------------------------------------------------------------- consumers come and go

  /** Adds a consumer; it has no credit yet. */
  Consumer open(
      DeliverySink sink, int leaseMs, long nowMs, LeaseDeadlines deadlines, OnTheirWay onTheirWay) {
    Consumer consumer = new Consumer(this, sink, leaseMs, deadlines, onTheirWay);
    consumers.add(consumer);
    seen(nowMs);
    return consumer;
  }

  /** Removes a consumer that holds nothing any more. */
  void remove(Consumer consumer, long nowMs) {
    consumers.remove(consumer);
    seen(nowMs);
  }

  /** There was a consumer at that time. */
  void seen(long atMs) {
    lastSeenMs = atMs;
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
      if (holder(s) != lease) {
        continue;
      }
      if (lease.hasStarted(s)) {
        point(s, lease.ended());
        letGo(lease);
        lastEnded = Math.max(lastEnded, lease.epoch);
        started.add(s);
      } else {
        giveBack(s);
      }
    }
    return started;
  }

  // ---------------------------------------------------------------- messages go out

  /**
   * When it may have something to hand out though nothing happens: a message comes due that is not
   * in memory, or the next is tried in an outage. Milliseconds since the epoch; far in the future
   * if never.
   */
  long nextDueMs() {
    if (definition.settings().paused()) {
      return Long.MAX_VALUE;
    }
    if (outage != null && outage.isOpen()) {
      long readyAtMs = grantable() > 0 ? 0 : messages.delayed().nextDueMs();
      return leased > 0 ? Long.MAX_VALUE : Math.max(outage.probeAtMs(), readyAtMs);
    }
    return messages.delayed().nextDueMs();
  }

  /**
   * Whether it has to be fenced before it hands out more, told once: something came back whose
   * holder might settle late. While the broker runs, who has it now is known; after a restart it
   * isn't, so what is handed out a second time is written down first, and a first time isn't.
   */
  boolean takeFenceDue() {
    boolean due = !fencing && lastEnded != 0 && lastEnded >= fence && hasReadyConsumer();
    fencing |= due;
    return due;
  }

  /** The lowest epoch under which nothing came back. */
  long lowestToCount() {
    return lastEnded + 1;
  }

  /** It is fenced. */
  void fence(long epoch) {
    fence = epoch;
    fencing = false;
  }

  private boolean hasReadyConsumer() {
    for (int i = 0; i < consumers.size(); i++) {
      if (consumers.get(i).isReady()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Gives ready messages to consumers with credit, in turn: to each an even share, or a piece that
   * is worth its while if that is more. Called between groups.
   *
   * @param deliveries receives what they get
   * @return whether there may be more to hand out at once
   */
  boolean serve(long nowMs, Epochs epochs, List<Delivery> deliveries) {
    if (standsStill() || fencing || definition.settings().paused()) {
      return false;
    }
    boolean probes = isOutage();
    if (probes && (leased > 0 || nowMs < nextDueMs())) {
      return false;
    }
    if (gates != null) {
      gates.fetchFreed(nowMs);
      gates.lookAgain();
    }
    if (returned.size() + (gates == null ? 0 : gates.ahead()) < DelayedMessages.PAGE) {
      messages.delayed().loadDue(nowMs, returned);
    }
    int share = probes ? 1 : evenShare();
    int idle = 0;
    while (idle < consumers.size() && grantable() > 0 && !(probes && leased > 0)) {
      nextConsumer = nextConsumer % consumers.size();
      Consumer consumer = consumers.get(nextConsumer++);
      Delivery delivery =
          consumer.isReady() && (!consumer.hasReadEnough() || isNextInMemory())
              ? grant(consumer, probes ? 1 : Math.max(share, consumer.piece()), nowMs, epochs)
              : null;
      if (delivery == null) {
        idle++;
      } else {
        deliveries.add(delivery);
        idle = 0;
      }
    }
    return !probes && nextDueMs() <= nowMs && evenShare() > 0;
  }

  /** Whether what comes next can be handed out without reading. */
  private boolean isNextInMemory() {
    return returned.isEmpty() && messages.isFreshInMemory();
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

  private @Nullable Delivery grant(Consumer consumer, int share, long nowMs, Epochs epochs) {
    int room = Math.min(Math.max(share, 1), consumer.credit());
    Grant grant = new Grant(consumer, room, epochs.next(), nowMs);
    returnThoseBehindTheCursor();
    do {
      grantReturned(grant, nowMs);
      while (grant.hasRoom() && !isMoreDue(nowMs) && (gates == null || !gates.isFull())) {
        Run run = messages.fresh();
        if (run == null) {
          break;
        }
        grantFresh(grant, run, nowMs);
      }
      returnThoseBehindTheCursor();
    } while (grant.hasRoom() && !returned.isEmpty()); // some came back by this
    return grant.delivery();
  }

  /** Whether due messages come first that {@link #serve} brings in the next time. */
  private boolean isMoreDue(long nowMs) {
    return messages.delayed().nextDueMs() <= nowMs
        && returned.isEmpty()
        && (gates == null || gates.ahead() == 0);
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
      messages.fresh();
      gates.cursorAt(messages.cursor());
    }
  }

  /**
   * Grants a message that came back, unless it is gone or has to wait.
   *
   * @return false if it has to stay because it doesn't fit
   */
  private boolean grantReturned(Grant grant, long sequence, long nowMs) {
    if (isStray(sequence)) {
      return true; // it moves on
    }
    SingleMessage single = messages.delayed().find(sequence);
    if (single != null) {
      return grantSingle(grant, single, nowMs);
    }
    Run run = messages.run(sequence);
    if (run == null || run.isDone(run.index(sequence))) {
      return true; // settled late, under the lease it returned from
    }
    int index = run.index(sequence);
    Lease holder = run.holder(index);
    if (holder != null && !holder.isEnded()) {
      return true;
    }
    MessageRecord record = messages.record(run, index);
    if (isExpired(record, nowMs)) {
      return true;
    }
    if (!grant.fits(0, record.size())) {
      return false;
    }
    if (mayPass(messages.keyHash(run, index), sequence, null, nowMs)) {
      lease(grant, run, index, index + 1);
    }
    return true;
  }

  private boolean grantSingle(Grant grant, SingleMessage single, long nowMs) {
    if (single.holder() != null && !single.holder().isEnded()) {
      return true;
    }
    if (isExpired(messages.record(single), nowMs)) {
      return true;
    }
    if (!grant.fits(0, single.size)) {
      return false;
    }
    if (single.keyHash != 0 && !single.hasFailed() && isFreshBefore(single.sequence)) {
      gates().awaitCursor(single.sequence);
    } else if (mayPass(single.keyHash, single.sequence, single, nowMs)) {
      Lease lease = grant.take(single.sequence, 1);
      single.holder(lease);
      leased++;
      PooledBytes chunk = messages.chunk(single.chunk);
      grant.add(lease, single.attempts + 1, single.storedAtMs, chunk, single.offset, single.size);
    }
    return true;
  }

  /** Grants messages from the cursor on, as far as they adjoin, fit and may pass. */
  private void grantFresh(Grant grant, Run run, long nowMs) {
    int from = run.index(messages.cursor());
    boolean keyed = (run.flags & MessageRecord.FLAG_KEY) != 0;
    int to = Math.min(run.fragmentEnd(from), from + grant.room());
    int size = 0;
    int end = from;
    int passed = from;
    while (end < to && run.isFresh(end)) {
      MessageRecord record = messages.record(run, end);
      if (isExpired(record, nowMs)) {
        passed = end + 1;
        break;
      }
      int more = record.size();
      if (!grant.fits(size, more)) {
        grant.close();
        break;
      }
      passed = end + 1;
      if (keyed && !mayPass(messages.keyHash(run, end), run.firstSequence + end, null, nowMs)) {
        break; // it waits: what comes after it is another segment
      }
      size += more;
      end++;
    }
    if (end > from) {
      lease(grant, run, from, end);
    }
    messages.advance(run, run.firstSequence + passed);
  }

  /** Leases adjoining messages of a run. */
  private void lease(Grant grant, Run run, int from, int end) {
    PooledBytes chunk = messages.chunk(run.chunk);
    int offset = run.offset(from, chunk.array());
    Lease lease = grant.take(run.firstSequence + from, end - from);
    for (int i = from; i < end; i++) {
      run.setHolder(i, lease);
    }
    leased += end - from;
    int length = messages.record(run, end - 1).end() - offset;
    grant.add(lease, 1, run.storedAtMs, chunk, offset, length);
  }

  private boolean mayPass(long keyHash, long sequence, @Nullable SingleMessage single, long nowMs) {
    return keyHash == 0 || gates().pass(keyHash, sequence, single, nowMs);
  }

  /** Whether it is too late for a message: it stays until {@link Expirations} has it ended. */
  private static boolean isExpired(MessageRecord record, long nowMs) {
    return record.has(MessageRecord.FLAG_EXPIRES) && record.expiresAtMs() <= nowMs;
  }

  /** Whether there are messages before a sequence that nobody looked at yet. */
  private boolean isFreshBefore(long sequence) {
    return messages.fresh() != null && messages.cursor() < sequence;
  }
}
