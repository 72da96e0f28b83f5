package io.parley.engine.sequencer;

import io.parley.engine.Engine;
import io.parley.engine.destination.Delivery;
import io.parley.engine.destination.Destination;
import io.parley.engine.intake.CausedMessage;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.outcome.OutcomeLedger;
import io.parley.engine.store.Store;
import io.parley.engine.store.StoreException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The order of one node: takes all that waits as one group, applies it, writes it, and once it is
 * durable answers and lets out the deliveries. {@link #runOnce} is the whole loop; {@link
 * SequencerThread} calls it in production, tests call it themselves.
 *
 * <pre>
 *   waiting ──apply, write──> written ──sync──> answered, delivered
 * </pre>
 *
 * <p>While more waits, a group is synced beside this thread and the next one is applied meanwhile;
 * else the sync is done in place, which spares two wake-ups. Everything that leaves – answers,
 * deliveries, outcomes – belongs to the last group it may depend on, and leaves with that.
 *
 * <p>When the store fails, everything in flight is answered with that, and no change is accepted
 * until the store can be opened anew. Meanwhile who looks sees what was durable; who registers a
 * consumer or responder waits.
 */
public final class LocalSequencer implements Sequencer {
  private static final long LEASE_SWEEP_MS = 200;
  private static final long FORGET_MS = 1_000;
  private static final long REOPEN_MS = 500;

  /** Registrations that wait for a store to work again. */
  private static final int HELD_MAX = 10_000;

  private final Store store;
  private final Supplier<Engine> engines;
  private final SequencerListener listener;
  private final SteadyTime time;
  private final int groupBytesMax;
  private final int settleWaitMs;
  private final Queue<Entry> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicLong bytesInFlight = new AtomicLong();
  private final Queue<Entry> proposed = new ArrayDeque<>();
  private final Queue<Entry> proposedScans = new ArrayDeque<>();
  private final Deque<WrittenGroup> written = new ArrayDeque<>();
  private WrittenGroup group = new WrittenGroup();

  /** How many of the written groups the sync under way covers; 0 while there is none. */
  private int syncing;

  private @Nullable SyncBeside beside;

  /**
   * Whether a sync beside was begun and not asked about since. Written by the owner, read by any.
   */
  private volatile boolean isSyncing;

  /**
   * Whether nothing more is applied until the sync under way has ended: there is a group behind it
   * already. Written by the owner, read by any.
   */
  private volatile boolean isHeldBack;

  private boolean scannedLast;
  private @Nullable Engine engine;
  private @Nullable StoreException failure;

  /** What was durable when the store failed, to be looked at; null if it can't be read. */
  private @Nullable Engine durable;

  /** What waits until the store works again. */
  private final Queue<Entry> held = new ArrayDeque<>();

  private long nextSweepMs;
  private long nextForgetMs;
  private long nextReopenMs;
  private Runnable wakeUp = () -> {};

  /**
   * A sequencer over a store.
   *
   * @param engines makes an engine from what the store holds; called now and after each {@link
   *     Store#reopen}
   * @param groupBytesMax bytes of operations after which a group takes no more
   * @param settleWaitMs longest that the sync of operations nobody waits for is put off; 0 for not
   *     at all
   */
  public LocalSequencer(
      Store store,
      Supplier<Engine> engines,
      SequencerListener listener,
      SteadyTime time,
      int groupBytesMax,
      int settleWaitMs) {
    this.store = store;
    this.engines = engines;
    this.listener = listener;
    this.time = time;
    this.groupBytesMax = groupBytesMax;
    this.settleWaitMs = settleWaitMs;
    Engine first = engines.get();
    time.atLeast(first.timeMs());
    engine = first;
    listener.available(first);
  }

  /** What wakes the thread that calls {@link #runOnce}. Set before the first submit. */
  void onWork(Runnable newWakeUp) {
    wakeUp = newWakeUp;
  }

  /** What syncs beside the thread that calls {@link #runOnce}; without, it does so itself. */
  public void syncBeside(SyncBeside newBeside) {
    beside = newBeside;
  }

  @Override
  public void submit(Operation operation, Reply reply) {
    enqueue(new Entry(operation, reply, null, false, null, operation.sizeBytes()));
  }

  @Override
  public void execute(Task task) {
    enqueue(new Entry(null, null, task, true, null, 0));
  }

  @Override
  public void adjust(Task task) {
    enqueue(new Entry(null, null, task, false, null, 0));
  }

  @Override
  public Sequencer lane() {
    return new Lane();
  }

  private void enqueue(Entry entry) {
    bytesInFlight.addAndGet(entry.sizeBytes);
    waiting.add(entry);
    if (!isHeldBack) { // else the end of the sync wakes it
      wakeUp.run();
    }
  }

  @Override
  public long bytesInFlight() {
    return bytesInFlight.get();
  }

  /** Whether there is something to do at once. Any thread. */
  boolean hasWork() {
    SyncBeside current = beside;
    boolean synced = isSyncing && current != null && current.isDone();
    return synced || (!isHeldBack && !waiting.isEmpty());
  }

  /** Whether all that was submitted is answered. */
  boolean isIdle() {
    return waiting.isEmpty() && written.isEmpty();
  }

  /** Whether the engine is ahead of what others were told: something it applied isn't durable. */
  public boolean isAhead() {
    return !written.isEmpty();
  }

  /**
   * Runs one group and what is due.
   *
   * @return how many milliseconds may pass until the next call if nothing is submitted; 0 for at
   *     once
   */
  public long runOnce() {
    long nowMs = time.millis();
    Engine current = engine;
    if (current == null) {
      return failAllAndReopen(nowMs);
    }
    try {
      answerIfSynced(current);
      housekeep(current, nowMs);
      if (syncing == 0 || written.size() == syncing) {
        runGroup(current, nowMs);
        collectProposals(current);
      }
      if (syncing == 0 && mayOverlap()) {
        startSyncBeside();
      }
      if (proposed.isEmpty()) { // else messages come back in two parts, the later ones first
        letOut(current, current.serve(nowMs));
      }
      if (syncing == 0 ? isSyncDue(nowMs) : written.getLast().observes()) {
        syncInPlace(current);
      }
      isHeldBack = syncing > 0 && written.size() > syncing;
      return isHeldBack ? nextSweepMs - nowMs : untilNext(current);
    } catch (StoreException e) {
      fail(e, nowMs);
      return 0;
    }
  }

  private long untilNext(Engine current) {
    if (!proposed.isEmpty() || !proposedScans.isEmpty() || !waiting.isEmpty()) {
      return 0;
    }
    long nextMs = Math.min(nextSweepMs, current.nextDueMs());
    if (syncing == 0 && !written.isEmpty()) {
      nextMs = Math.min(nextMs, written.getFirst().syncByMs);
    }
    return Math.max(0, nextMs - time.millis());
  }

  private void housekeep(Engine current, long nowMs) {
    if (nowMs >= nextSweepMs) {
      nextSweepMs = nowMs + LEASE_SWEEP_MS;
      current.expireLeases(nowMs);
      current.expireMessages(nowMs);
      current.trimEvents(nowMs);
      current.rest();
      store.maintain();
    }
    if (nowMs >= nextForgetMs) {
      nextForgetMs = nowMs + FORGET_MS;
      propose(new Operation.Forget());
    }
  }

  private void runGroup(Engine current, long nowMs) {
    WrittenGroup next = group;
    next.beginNanos = System.nanoTime();
    next.syncByMs = nowMs + settleWaitMs;
    boolean scans = false;
    current.begin(nowMs);
    while (next.bytes < groupBytesMax && !scans) {
      Entry entry = next(current);
      if (entry == null || (entry.scans() && !next.isEmpty())) {
        break;
      }
      if (entry.lane != null && entry.lane.failure != null) {
        waiting.remove();
        bytesInFlight.addAndGet(-entry.sizeBytes);
        entry.fail(entry.lane.failure);
        continue;
      }
      take(current, entry);
      scans = entry.scans();
    }
    scannedLast = scans;
    next.appliedNanos = System.nanoTime();
    current.write();
    next.outcomes = current.outcomes().takeRecorded();
    next.outages = current.takeOutages();
    next.caused = current.takeCaused();
    if (!next.isEmpty()) {
      written.add(next);
      group = new WrittenGroup();
    }
  }

  // ---------------------------------------------------------------- syncing and answering

  /**
   * Whether somebody waits for what is written, or it has waited long enough. Nobody waits for the
   * confirm of a plain completion, so the sync it needs is left to what comes next, if that comes
   * soon: one sync less for each message at low rates, and no send behind it.
   */
  private boolean isSyncDue(long nowMs) {
    for (WrittenGroup group : written) {
      if (group.isUrgent() || group.syncByMs <= nowMs) {
        return true;
      }
    }
    return false;
  }

  /** Whether it pays to sync beside this thread: there is something to apply meanwhile. */
  private boolean mayOverlap() {
    return beside != null
        && !waiting.isEmpty()
        && !written.isEmpty()
        && !written.getLast().observes();
  }

  private void startSyncBeside() {
    if (beside != null) {
      syncing = written.size();
      isSyncing = true;
      beside.start(store);
    }
  }

  private void answerIfSynced(Engine current) {
    if (syncing > 0 && beside != null && beside.isDone()) {
      awaitSync();
      answer(current, syncing);
      syncing = 0;
    }
  }

  private void awaitSync() {
    if (syncing > 0 && beside != null) {
      isSyncing = false;
      beside.await();
    }
  }

  private void syncInPlace(Engine current) {
    awaitSync();
    store.sync();
    syncing = 0;
    answer(current, written.size());
  }

  /** What leaves now belongs to the last group that is written, if that isn't durable yet. */
  private void letOut(Engine current, List<Delivery> deliveries) {
    if (written.isEmpty()) {
      send(current, deliveries);
    } else {
      written.getLast().deliveries.addAll(deliveries);
    }
  }

  private static void send(Engine current, List<Delivery> deliveries) {
    for (int i = 0; i < deliveries.size(); i++) {
      Delivery delivery = deliveries.get(i);
      if (delivery.send()) {
        current.wake(delivery.consumer());
      }
    }
  }

  private void answer(Engine current, int groups) {
    for (int i = 0; i < groups; i++) {
      WrittenGroup durable = written.remove();
      durable.answer();
      bytesInFlight.addAndGet(-durable.bytes);
      if (!durable.outcomes.isEmpty()) {
        listener.outcomes(durable.outcomes);
      }
      durable.outages.forEach(listener::outageBegan);
      if (!durable.caused.isEmpty()) {
        listener.caused(durable.caused);
      }
      send(current, durable.deliveries);
      if (!durable.operations.isEmpty()) {
        listener.committed(
            durable.operations.size(),
            durable.bytes,
            durable.appliedNanos - durable.beginNanos,
            System.nanoTime() - durable.appliedNanos);
      }
      durable.observe(current);
    }
  }

  private void collectProposals(Engine current) {
    for (Operation own = current.pollProposal(); own != null; own = current.pollProposal()) {
      propose(own);
    }
  }

  private void propose(Operation own) {
    (own.scans() ? proposedScans : proposed).add(new Entry(own, null, null, false, null, 0));
  }

  /**
   * What comes next: the engine's own proposals first, those that scan last among them; and between
   * two that scan others get their turn.
   */
  private @Nullable Entry next(Engine current) {
    collectProposals(current);
    if (!proposed.isEmpty()) {
      return proposed.peek();
    }
    boolean othersFirst = scannedLast && !waiting.isEmpty();
    return proposedScans.isEmpty() || othersFirst ? waiting.peek() : proposedScans.peek();
  }

  private void take(Engine current, Entry entry) {
    if (proposed.peek() == entry) {
      proposed.remove();
    } else if (proposedScans.peek() == entry) {
      proposedScans.remove();
    } else {
      waiting.remove();
    }
    if (entry.task != null) {
      if (entry.observes) {
        group.observers.add(entry.task);
      } else {
        entry.task.run(current);
      }
    } else if (entry.operation != null) {
      group.operations.add(entry);
      group.bytes += entry.sizeBytes;
      group.urgent |= !entry.operation.mayWait();
      group.results.add(current.apply(entry.operation));
    }
  }

  // ---------------------------------------------------------------- when the store fails

  private void fail(StoreException why, long nowMs) {
    engine = null;
    failure = why;
    proposed.clear();
    proposedScans.clear();
    nextReopenMs = nowMs + REOPEN_MS;
    if (isSyncing) {
      try {
        awaitSync();
      } catch (StoreException sameTrouble) {
        why.addSuppressed(sameTrouble);
      }
    }
    syncing = 0;
    isHeldBack = false;
    written.add(group);
    for (WrittenGroup failed : written) {
      bytesInFlight.addAndGet(-failed.bytes);
      failed.operations.forEach(entry -> entry.fail(why));
    }
    List<Task> looks = new ArrayList<>();
    written.forEach(failed -> looks.addAll(failed.observers));
    written.clear();
    group = new WrittenGroup();
    listener.unavailable(why);
    durable = rewind();
    looks.forEach(task -> lookOrDrop(task, why));
  }

  private @Nullable Engine rewind() {
    try {
      store.rewind();
      return engines.get();
    } catch (StoreException unreadable) {
      return null;
    }
  }

  private long failAllAndReopen(long nowMs) {
    StoreException why = failure == null ? new StoreException("the store is closed") : failure;
    for (Entry entry = waiting.poll(); entry != null; entry = waiting.poll()) {
      if (entry.operation != null && entry.operation.outlastsTrouble() && held.size() < HELD_MAX) {
        held.add(entry);
      } else {
        bytesInFlight.addAndGet(-entry.sizeBytes);
        if (entry.task != null && entry.observes) {
          lookOrDrop(entry.task, why);
        } else {
          entry.fail(why);
        }
      }
    }
    if (nowMs < nextReopenMs) {
      return nextReopenMs - nowMs;
    }
    try {
      store.reopen();
      Engine reopened = engines.get();
      engine = reopened;
      failure = null;
      durable = null;
      waiting.addAll(held);
      held.clear();
      listener.available(reopened);
      return 0;
    } catch (StoreException stillFailing) {
      failure = stillFailing;
      if (!store.isRewound()) {
        durable = rewind(); // it was reopened, and failed again
      }
      nextReopenMs = nowMs + REOPEN_MS;
      return REOPEN_MS;
    }
  }

  private void lookOrDrop(Task task, StoreException why) {
    Engine seen = durable;
    if (seen == null) {
      task.dropped(why);
      return;
    }
    try {
      task.run(seen);
    } catch (StoreException unreadable) {
      task.dropped(unreadable);
    }
  }

  private record Entry(
      @Nullable Operation operation,
      @Nullable Reply reply,
      @Nullable Task task,
      boolean observes,
      @Nullable Lane lane,
      int sizeBytes) {

    boolean scans() {
      return operation != null && operation.scans();
    }

    void fail(StoreException why) {
      if (lane != null) {
        lane.failure = why;
      }
      if (reply != null) {
        reply.failed(why);
      } else if (task != null) {
        task.dropped(why);
      }
    }
  }

  /** Operations that are applied and written together, and all that leaves with them. */
  private static final class WrittenGroup {
    private final List<Entry> operations = new ArrayList<>();
    private final List<Result> results = new ArrayList<>();
    private final List<Task> observers = new ArrayList<>(0);
    private final List<Delivery> deliveries = new ArrayList<>();
    private List<OutcomeLedger.Entry> outcomes = List.of();
    private List<Destination> outages = List.of();
    private List<CausedMessage> caused = List.of();
    private boolean urgent;
    private long syncByMs;
    private long bytes;
    private long beginNanos;
    private long appliedNanos;

    boolean isEmpty() {
      return operations.isEmpty() && observers.isEmpty();
    }

    /** Whether somebody waits for it to be durable. */
    boolean isUrgent() {
      return urgent || !observers.isEmpty() || !deliveries.isEmpty() || !outcomes.isEmpty();
    }

    /** Whether somebody wants to look at the state as it is after this group, and tell of it. */
    boolean observes() {
      return !observers.isEmpty();
    }

    void answer() {
      for (int i = 0; i < results.size(); i++) {
        Reply reply = operations.get(i).reply;
        if (reply != null) {
          reply.done(results.get(i));
        }
      }
    }

    void observe(Engine current) {
      observers.forEach(task -> task.run(current));
    }
  }

  private final class Lane implements Sequencer {
    /** Why an operation failed; null while none did. Owner thread. */
    private @Nullable StoreException failure;

    @Override
    public void submit(Operation operation, Reply reply) {
      enqueue(new Entry(operation, reply, null, false, this, operation.sizeBytes()));
    }

    @Override
    public void execute(Task task) {
      LocalSequencer.this.execute(task);
    }

    @Override
    public void adjust(Task task) {
      LocalSequencer.this.adjust(task);
    }

    @Override
    public long bytesInFlight() {
      return LocalSequencer.this.bytesInFlight();
    }

    @Override
    public Sequencer lane() {
      return LocalSequencer.this.lane();
    }
  }
}
