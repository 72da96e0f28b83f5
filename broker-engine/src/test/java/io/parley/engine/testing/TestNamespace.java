package io.parley.engine.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.Engine;
import io.parley.engine.EngineSettings;
import io.parley.engine.destination.Destination;
import io.parley.engine.destination.DestinationKind;
import io.parley.engine.destination.MemoryInUse;
import io.parley.engine.destination.Retention;
import io.parley.engine.destination.SingleMessage;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.outcome.OutcomeLedger;
import io.parley.engine.sequencer.LocalSequencer;
import io.parley.engine.sequencer.Sequencer;
import io.parley.engine.sequencer.SequencerListener;
import io.parley.engine.sequencer.SteadyTime;
import io.parley.engine.store.CrashingStore;
import io.parley.engine.store.InMemoryStore;
import io.parley.engine.store.Store;
import io.parley.engine.store.StoreException;
import io.parley.engine.store.Table;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.TypePattern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A namespace on one thread: a sequencer that runs when a test says so, over a store in memory that
 * survives restarts. Each method here runs what it started to its end.
 */
public final class TestNamespace {
  /** Tables that keep entries when all messages are gone. */
  private static final Set<Table> KEPT =
      Set.of(
          Table.META,
          Table.TYPES,
          Table.DESTINATIONS,
          Table.DESTINATION_STATE,
          Table.PRODUCERS,
          Table.OUTCOMES,
          Table.EXPIRIES,
          Table.DEDUP,
          Table.FENCES,
          Table.LAST_SEEN);

  /** More turns than any test needs: one that takes them spins. */
  private static final int TURNS_MAX = 100_000;

  private static final int LEASE_MS = 30_000;

  private final ManualTime clock = new ManualTime();
  private final SteadyTime time = new SteadyTime(clock, clock::nanos);
  private final CrashingStore store;
  private final EngineSettings settings;
  private final int chunkCacheBytes;
  private final int settleWaitMs;
  private final List<OutcomeLedger.Entry> outcomes = new ArrayList<>();
  private final List<String> outages = new ArrayList<>();
  private Result lastResult = Result.DONE;
  private int commits;
  private int failures;
  private @Nullable Engine engine;
  private LocalSequencer sequencer;

  /** An empty namespace with default settings, but no outages: many tests fail on purpose. */
  public TestNamespace() {
    this(
        settings(
            EngineSettings.DEFAULTS.maxAttempts(),
            EngineSettings.DEFAULTS.declaredTypesOnly(),
            EngineSettings.DEFAULTS.dedupWindow()));
  }

  /** An empty namespace. */
  public TestNamespace(EngineSettings settings) {
    this(settings, new CrashingStore(new InMemoryStore(), 1), 1 << 20);
  }

  /** A namespace in a store; nothing's sync is put off. */
  public TestNamespace(EngineSettings settings, CrashingStore store, int chunkCacheBytes) {
    this(settings, store, chunkCacheBytes, 0);
  }

  /** A namespace in a store, where completions wait so many milliseconds for another's sync. */
  public TestNamespace(
      EngineSettings settings, CrashingStore store, int chunkCacheBytes, int settleWaitMs) {
    this.settleWaitMs = settleWaitMs;
    this.settings = settings;
    this.store = store;
    this.chunkCacheBytes = chunkCacheBytes;
    sequencer = newSequencer();
    run();
  }

  private LocalSequencer newSequencer() {
    return new LocalSequencer(
        store,
        () -> new Engine(store, settings, chunkCacheBytes),
        new Listener(),
        time,
        settings.groupBytes(),
        settleWaitMs);
  }

  /** The defaults, but for what a test is about; no topic retains its events. */
  public static EngineSettings settings(
      int maxAttempts, boolean declaredTypesOnly, Duration dedupWindow) {
    EngineSettings defaults = EngineSettings.DEFAULTS;
    return new EngineSettings(
        defaults.lease(),
        maxAttempts,
        defaults.backOffMin(),
        defaults.backOffMax(),
        0,
        declaredTypesOnly,
        defaults.outcomeRetention(),
        dedupWindow,
        defaults.quota(),
        defaults.namespaceBytes(),
        Retention.NONE,
        defaults.groupBytes());
  }

  /** The defaults without outages, with topics that retain their events. */
  public static EngineSettings retaining(Retention retention) {
    return retaining(
        settings(
            EngineSettings.DEFAULTS.maxAttempts(), false, EngineSettings.DEFAULTS.dedupWindow()),
        retention);
  }

  /** The same settings, with topics that retain their events. */
  public static EngineSettings retaining(EngineSettings settings, Retention retention) {
    return new EngineSettings(
        settings.lease(),
        settings.maxAttempts(),
        settings.backOffMin(),
        settings.backOffMax(),
        settings.outageAfter(),
        settings.declaredTypesOnly(),
        settings.outcomeRetention(),
        settings.dedupWindow(),
        settings.quota(),
        settings.namespaceBytes(),
        retention,
        settings.groupBytes());
  }

  // ---------------------------------------------------------------- time and turns

  /** Milliseconds since the epoch. */
  public long nowMs() {
    return time.millis();
  }

  /** The clock. */
  public ManualTime time() {
    return clock;
  }

  /** Lets time pass, then runs what is due. */
  public void pass(Duration duration) {
    clock.pass(duration);
    run();
  }

  /** Runs until nothing is left to do at this time. */
  public void run() {
    for (int turn = 0; turn < TURNS_MAX; turn++) {
      if (sequencer.runOnce() > 0) {
        return;
      }
    }
    throw new AssertionError("still busy after " + TURNS_MAX + " turns: it spins");
  }

  /** The sequencer, to be run by the test itself. */
  public LocalSequencer sequencer() {
    return sequencer;
  }

  /** The process ends and starts anew, with what is on the disk. */
  public void restart() {
    store.reopen();
    sequencer = newSequencer();
    run();
  }

  /** The store. */
  public CrashingStore store() {
    return store;
  }

  /** The engine of the moment. */
  public Engine engine() {
    if (engine == null) {
      throw new AssertionError("the store is unavailable");
    }
    return engine;
  }

  /** Whether there is an engine. */
  public boolean isAvailable() {
    return engine != null;
  }

  // ---------------------------------------------------------------- operations

  /** Applies an operation and tells what it came to. */
  public Result submit(Operation operation) {
    Answer answer = submitOnly(operation);
    run();
    lastResult = answer.result();
    return lastResult;
  }

  /** What the last operation came to that {@link #submit} applied. */
  public Result lastResult() {
    return lastResult;
  }

  /** Submits an operation; a test runs the sequencer itself. */
  public Answer submitOnly(Operation operation) {
    Answer answer = new Answer();
    sequencer.submit(operation, answer);
    return answer;
  }

  /** Does something between groups, then runs. */
  public void withEngine(Sequencer.Task task) {
    sequencer.execute(task);
    run();
  }

  /** Sends without session; returns what was refused. */
  public List<Result.Refusal> send(TestMessage... messages) {
    return send(List.of(messages));
  }

  /** Sends without session; returns what was refused. */
  public List<Result.Refusal> send(List<TestMessage> messages) {
    return ((Result.Sent) submit(sending(messages))).refusals();
  }

  /** Sends in a session. */
  public Result send(MessageId session, long firstSequence, TestMessage... messages) {
    return submit(
        new Operation.Send(session, firstSequence, TestMessage.batch(messages), List.of()));
  }

  /** The operation that sends without session. */
  public static Operation.Send sending(TestMessage... messages) {
    return sending(List.of(messages));
  }

  private static Operation.Send sending(List<TestMessage> messages) {
    return new Operation.Send(null, 0, TestMessage.batch(messages), List.of());
  }

  /** Sends commands {@code prefix1} to {@code prefixN} in one batch. */
  public void sendMany(String type, String prefix, int count) {
    List<TestMessage> messages =
        IntStream.rangeClosed(1, count)
            .mapToObj(i -> TestMessage.command(type, prefix + i))
            .toList();
    assertThat(send(messages)).isEmpty();
  }

  /** Claims types for a service's queue of the same name. */
  public int claim(String service, String... types) {
    return destination(submit(new Operation.ClaimTypes(service, service, List.of(types))));
  }

  /** Makes or changes a subscription of a service of the same name. */
  public int subscribe(String subscription, String... patterns) {
    List<TypePattern> wanted = Stream.of(patterns).map(TypePattern::new).toList();
    return destination(submit(new Operation.Subscribe(subscription, subscription, wanted)));
  }

  /** Deletes a subscription; returns how many messages are left, and have to be purged first. */
  public long delete(int inbox) {
    return ((Result.Count) submit(new Operation.DeleteSubscription(inbox))).value();
  }

  /** Declares a type. */
  public Result declare(String type, MessageKind kind, @Nullable String owner) {
    return submit(new Operation.DeclareType(type, kind, owner));
  }

  private static int destination(Result result) {
    assertThat(result).isInstanceOf(Result.DestinationIs.class);
    return ((Result.DestinationIs) result).id();
  }

  /** Opens a consumer with the default lease. */
  public TestConsumer consume(int destination, int credit) {
    return consume(destination, credit, LEASE_MS);
  }

  /** Opens a consumer. */
  public TestConsumer consume(int destination, int credit, int leaseMs) {
    TestConsumer consumer = new TestConsumer(this, destination);
    withEngine(
        running -> consumer.opened(running, running.open(destination, consumer, leaseMs, nowMs())));
    return credit == 0 ? consumer : consumer.credit(credit);
  }

  /** Puts dead letters back; tells how many. */
  public long redrive(int destination, @Nullable MessageId message) {
    return ((Result.Step)
            submit(new Operation.Redrive(destination, Operation.DeadLetters.of(message))))
        .count();
  }

  /** Drops dead letters; tells how many. */
  public long drop(int destination, @Nullable MessageId message) {
    return ((Result.Step)
            submit(new Operation.DropDeadLetters(destination, Operation.DeadLetters.of(message))))
        .count();
  }

  // ---------------------------------------------------------------- views

  /** A destination. */
  public Destination destination(int id) {
    Destination found = engine().destinations().find(id);
    if (found == null) {
      throw new AssertionError("no destination " + id);
    }
    return found;
  }

  /** The destination of a type's unowned commands, or null. */
  public @Nullable Destination unowned(String type) {
    return engine().destinations().find(DestinationKind.UNOWNED, type);
  }

  /** A destination's counts. */
  public Counts counts(int destination) {
    return Counts.of(destination(destination));
  }

  /** A destination's dead letters. */
  public List<SingleMessage> deadLetters(int destination) {
    List<SingleMessage> letters = new ArrayList<>();
    destination(destination).deadLetters(0, letters::add);
    return letters;
  }

  /** What became of a command. */
  public Outcome outcome(MessageId command) {
    return engine().outcomes().find(command);
  }

  /** Names of queues and inboxes of which it was told that an outage began. */
  public List<String> outagesTold() {
    return outages;
  }

  /** Outcomes that the listener was told of. */
  public List<OutcomeLedger.Entry> outcomesTold() {
    return outcomes;
  }

  /** Groups that changed something, as the store counts them. */
  public long position() {
    return engine().position();
  }

  /** Groups the listener was told of. */
  public int commitsTold() {
    return commits;
  }

  /** How often the listener was told that the store failed. */
  public int failuresTold() {
    return failures;
  }

  /** Entries per table. */
  public Map<Table, Integer> entries() {
    Map<Table, Integer> entries = new EnumMap<>(Table.class);
    for (Table table : Table.values()) {
      entries.put(table, count(store, table));
    }
    return entries;
  }

  /** Entries of a table. */
  public int entries(Table table) {
    return count(store, table);
  }

  private static int count(Store store, Table table) {
    int[] count = {0};
    store.scan(
        table,
        new byte[0],
        null,
        (key, value) -> {
          count[0]++;
          return true;
        });
    return count[0];
  }

  /**
   * All messages are gone: nothing of them is on disk, no chunk is referred to, no count differs
   * from zero, and no destination holds anything in memory for them.
   */
  public void assertNothingLeft() {
    Map<Table, Integer> entries = entries();
    entries.keySet().removeAll(KEPT);
    assertThat(entries.values()).as("entries that should be gone: %s", entries).containsOnly(0);
    for (Destination destination : engine().destinations().all()) {
      assertThat(Counts.of(destination))
          .as("counts of %s", destination.definition().name())
          .isEqualTo(Counts.NONE);
      assertThat(destination.memoryInUse())
          .as("what %s holds in memory", destination.definition().name())
          .isEqualTo(MemoryInUse.NONE);
    }
  }

  /**
   * A destination's counts.
   *
   * @param ready messages that wait for a consumer
   */
  public record Counts(long ready, int leased, long delayed, long dead, long bytes) {
    /** Nothing there. */
    public static final Counts NONE = new Counts(0, 0, 0, 0, 0);

    static Counts of(Destination destination) {
      return new Counts(
          destination.ready(),
          destination.leased(),
          destination.delayed(),
          destination.dead(),
          destination.bytes());
    }
  }

  /** What became of an operation that was submitted. */
  public static final class Answer implements Sequencer.Reply {
    private @Nullable Result result;
    private @Nullable StoreException failure;

    @Override
    public void done(Result newResult) {
      requireUnanswered();
      result = newResult;
    }

    @Override
    public void failed(StoreException why) {
      requireUnanswered();
      failure = why;
    }

    private void requireUnanswered() {
      if (result != null || failure != null) {
        throw new AssertionError("answered twice: " + this);
      }
    }

    /** Whether it is durable or refused. */
    public boolean isDone() {
      return result != null;
    }

    /** Whether the store failed. */
    public boolean isFailed() {
      return failure != null;
    }

    /** What it came to. */
    public Result result() {
      if (result == null) {
        throw new AssertionError("no result (failure: " + failure + ")");
      }
      return result;
    }
  }

  private final class Listener implements SequencerListener {
    @Override
    public void committed(int operations, long bytes, long applyNanos, long commitNanos) {
      commits++;
    }

    @Override
    public void outcomes(List<OutcomeLedger.Entry> recorded) {
      outcomes.addAll(recorded);
    }

    @Override
    public void outageBegan(Destination destination) {
      outages.add(destination.definition().name());
    }

    @Override
    public void unavailable(StoreException why) {
      failures++;
      engine = null;
    }

    @Override
    public void available(Engine newEngine) {
      engine = newEngine;
    }
  }
}
