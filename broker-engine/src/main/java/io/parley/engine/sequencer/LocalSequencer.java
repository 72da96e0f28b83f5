package io.parley.engine.sequencer;

import io.parley.engine.Engine;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.store.Store;
import io.parley.engine.store.StoreException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The order of one node: takes all that waits as one group, applies it, commits it, answers, hands
 * out deliveries. {@link #runOnce} is the whole loop; {@link SequencerThread} calls it in
 * production, tests call it themselves.
 *
 * <p>When the store fails, everything in flight is answered with that, and nothing is accepted
 * until the store can be opened anew.
 */
public final class LocalSequencer implements Sequencer {
  private static final long LEASE_SWEEP_MS = 200;
  private static final long FORGET_MS = 1_000;
  private static final long REOPEN_MS = 500;

  private final Store store;
  private final Supplier<Engine> engines;
  private final SequencerListener listener;
  private final InstantSource time;
  private final int groupBytesMax;
  private final Queue<Entry> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicLong bytesInFlight = new AtomicLong();
  private final Queue<Entry> proposed = new ArrayDeque<>();
  private final Queue<Entry> proposedScans = new ArrayDeque<>();
  private final List<Entry> group = new ArrayList<>();
  private final List<Result> results = new ArrayList<>();
  private final Queue<Task> tasks = new ArrayDeque<>();
  private boolean scannedLast;
  private @Nullable Engine engine;
  private @Nullable StoreException failure;
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
   */
  public LocalSequencer(
      Store store,
      Supplier<Engine> engines,
      SequencerListener listener,
      InstantSource time,
      int groupBytesMax) {
    this.store = store;
    this.engines = engines;
    this.listener = listener;
    this.time = time;
    this.groupBytesMax = groupBytesMax;
    Engine first = engines.get();
    engine = first;
    listener.available(first);
  }

  /** What wakes the thread that calls {@link #runOnce}. Set before the first submit. */
  void onWork(Runnable newWakeUp) {
    wakeUp = newWakeUp;
  }

  @Override
  public void submit(Operation operation, Reply reply) {
    enqueue(new Entry(operation, reply, null, null, operation.sizeBytes()));
  }

  @Override
  public void execute(Task task) {
    enqueue(new Entry(null, null, task, null, 0));
  }

  @Override
  public Sequencer lane() {
    return new Lane();
  }

  private void enqueue(Entry entry) {
    bytesInFlight.addAndGet(entry.sizeBytes);
    waiting.add(entry);
    wakeUp.run();
  }

  @Override
  public long bytesInFlight() {
    return bytesInFlight.get();
  }

  /** Whether something waits to be run. */
  boolean hasWork() {
    return !waiting.isEmpty();
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
      housekeep(current, nowMs);
      runGroup(current, nowMs);
      collectProposals(current);
      if (proposed.isEmpty()) { // else messages come back in two parts, the later ones first
        current.serve(nowMs);
      }
      return !proposed.isEmpty() || !proposedScans.isEmpty() || !waiting.isEmpty()
          ? 0
          : Math.max(0, Math.min(nextSweepMs, current.nextDueMs()) - time.millis());
    } catch (StoreException e) {
      fail(e, nowMs);
      return 0;
    }
  }

  private void housekeep(Engine current, long nowMs) {
    if (nowMs >= nextSweepMs) {
      nextSweepMs = nowMs + LEASE_SWEEP_MS;
      current.expireLeases(nowMs);
      store.maintain();
    }
    if (nowMs >= nextForgetMs) {
      nextForgetMs = nowMs + FORGET_MS;
      propose(new Operation.Forget());
    }
  }

  private void runGroup(Engine current, long nowMs) {
    long begin = System.nanoTime();
    long bytes = 0;
    boolean scans = false;
    current.begin(nowMs);
    while (bytes < groupBytesMax && !scans) {
      Entry entry = next(current);
      if (entry == null || (entry.scans() && !group.isEmpty())) {
        break;
      }
      if (entry.lane != null && entry.lane.failure != null) {
        waiting.remove();
        bytesInFlight.addAndGet(-entry.sizeBytes);
        entry.fail(entry.lane.failure);
        continue;
      }
      take(current, entry);
      bytes += entry.sizeBytes;
      scans = entry.scans();
    }
    scannedLast = scans;
    long applied = System.nanoTime();
    current.commit();
    long committed = System.nanoTime();
    answer();
    bytesInFlight.addAndGet(-bytes);
    var outcomes = current.outcomes().takeRecorded();
    if (!outcomes.isEmpty()) {
      listener.outcomes(outcomes);
    }
    if (!group.isEmpty()) {
      listener.committed(group.size(), bytes, applied - begin, committed - applied);
    }
    group.clear();
    results.clear();
    runTasks(current);
  }

  private void collectProposals(Engine current) {
    for (Operation own = current.pollProposal(); own != null; own = current.pollProposal()) {
      propose(own);
    }
  }

  private void propose(Operation own) {
    (own.scans() ? proposedScans : proposed).add(new Entry(own, null, null, null, 0));
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
      tasks.add(entry.task);
    } else if (entry.operation != null) {
      group.add(entry);
      results.add(current.apply(entry.operation));
    }
  }

  private void answer() {
    for (int i = 0; i < group.size(); i++) {
      Reply reply = group.get(i).reply;
      if (reply != null) {
        reply.done(results.get(i));
      }
    }
  }

  /** Tasks see what is durable: they run once the group is that they were submitted with. */
  private void runTasks(Engine current) {
    for (Task task = tasks.peek(); task != null; task = tasks.peek()) {
      task.run(current);
      tasks.remove();
    }
  }

  // ---------------------------------------------------------------- when the store fails

  private void fail(StoreException why, long nowMs) {
    engine = null;
    failure = why;
    proposed.clear();
    proposedScans.clear();
    nextReopenMs = nowMs + REOPEN_MS;
    for (Entry entry : group) {
      bytesInFlight.addAndGet(-entry.sizeBytes);
      entry.fail(why);
    }
    group.clear();
    results.clear();
    tasks.forEach(task -> task.dropped(why));
    tasks.clear();
    listener.unavailable(why);
  }

  private long failAllAndReopen(long nowMs) {
    StoreException why = failure == null ? new StoreException("the store is closed") : failure;
    for (Entry entry = waiting.poll(); entry != null; entry = waiting.poll()) {
      bytesInFlight.addAndGet(-entry.sizeBytes);
      entry.fail(why);
    }
    if (nowMs < nextReopenMs) {
      return nextReopenMs - nowMs;
    }
    try {
      store.reopen();
      Engine reopened = engines.get();
      engine = reopened;
      failure = null;
      listener.available(reopened);
      return 0;
    } catch (StoreException stillFailing) {
      failure = stillFailing;
      nextReopenMs = nowMs + REOPEN_MS;
      return REOPEN_MS;
    }
  }

  private record Entry(
      @Nullable Operation operation,
      @Nullable Reply reply,
      @Nullable Task task,
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

  private final class Lane implements Sequencer {
    /** Why an operation failed; null while none did. Owner thread. */
    private @Nullable StoreException failure;

    @Override
    public void submit(Operation operation, Reply reply) {
      enqueue(new Entry(operation, reply, null, this, operation.sizeBytes()));
    }

    @Override
    public void execute(Task task) {
      LocalSequencer.this.execute(task);
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
