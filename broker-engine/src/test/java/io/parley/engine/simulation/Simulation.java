package io.parley.engine.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.Engine;
import io.parley.engine.EngineSettings;
import io.parley.engine.destination.Destination;
import io.parley.engine.destination.DestinationKind;
import io.parley.engine.destination.DestinationSettings;
import io.parley.engine.destination.MessagePlace;
import io.parley.engine.destination.Retention;
import io.parley.engine.destination.Topic;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.outcome.OutcomeLedger;
import io.parley.engine.sequencer.LocalSequencer;
import io.parley.engine.sequencer.Sequencer;
import io.parley.engine.sequencer.SequencerListener;
import io.parley.engine.sequencer.SteadyTime;
import io.parley.engine.simulation.History.End;
import io.parley.engine.simulation.History.Sent;
import io.parley.engine.simulation.History.Spot;
import io.parley.engine.store.CrashingStore;
import io.parley.engine.store.InMemoryStore;
import io.parley.engine.store.StoreException;
import io.parley.engine.testing.HeldSync;
import io.parley.engine.testing.ManualTime;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.OutcomeMessage;
import io.parley.protocol.model.TypePattern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One life of a namespace: some hundred steps of chaos, then peace until everything is done. Every
 * choice comes from the seed, so the same seed is the same life.
 */
final class Simulation {
  /** What a chaotic life has: how likely each trouble is, one in so many steps; 0 for never. */
  record Chaos(int storeFailure, int kill, int fullDisk, int timeJump) {
    static final Chaos ALL = new Chaos(60, 90, 150, 12);
  }

  static final String[] COMMANDS = {"cart.Add", "cart.Remove", "pay.Pay", "late.Do"};
  static final String[] EVENTS = {"cart.Added", "cart.Removed", "pay.Paid", "nobody.Cares"};

  static final int MAX_ATTEMPTS = 4;

  /** Steps of chaos in a life, unless somebody wants more. */
  static final int DEFAULT_STEPS = 400;

  private static final String AGAIN =
      "mvn -pl broker-engine -am test -Dtest=SimulationTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dsimulation.seed=";

  /** Retains all events to the end: a full inbox has to catch up with every one. */
  private static final EngineSettings SETTINGS =
      TestNamespace.retaining(
          TestNamespace.settings(MAX_ATTEMPTS, false, Duration.ofDays(1)),
          new Retention(Duration.ofDays(1_000).toMillis(), 1L << 40));

  private static final int PRODUCERS = 3;

  /** Two queues, three inboxes, and the outcome inbox of the senders' service. */
  private static final int PLACES = 6;

  /** The inboxes of events, which may be full. */
  private static final int FIRST_INBOX = 3;

  private static final int LAST_INBOX = 5;
  private static final int FULL_INBOX_MAX = 12;

  /** A subscription that comes and goes. */
  static final String GUEST = "guest";

  private static final String SENDER = "shop";
  private static final int BACKLOG_MAX = 80;
  private static final int EXPIRY_MAX_MS = 20_000;
  private static final int CLOCK_JUMP_MS = 3_600_000;

  final SplittableRandom random;
  final History history = new History();
  final ManualTime clock = new ManualTime();
  final SteadyTime time = new SteadyTime(clock, clock::nanos);
  final List<Worker> workers = new ArrayList<>();
  private final Worker guest = new Worker(this, this::guestPlace);

  /** What the handling of a message in a place emits. */
  final Map<String, List<Message>> emitted = new HashMap<>();

  private final long seed;
  private final Chaos chaos;
  private final InMemoryStore disk = new InMemoryStore();
  private final CrashingStore store;
  private final List<Producer> producers = new ArrayList<>();
  private final List<Invariant> invariants = Invariants.all();
  private @Nullable LocalSequencer sequencer;
  private @Nullable Engine engine;
  private int life;
  private int step;
  private long actions;
  private long checks;
  private long timesBehind;
  private long deletions;
  private boolean peace;

  Simulation(long seed, Chaos chaos) {
    this.seed = seed;
    this.chaos = chaos;
    this.random = new SplittableRandom(seed);
    this.store = new CrashingStore(disk, seed);
    this.sequencer = start();
    for (int i = 0; i < PRODUCERS; i++) {
      producers.add(new Producer(this, i));
    }
  }

  /** Lives through some steps of chaos, then in peace to the end. */
  void run(int steps) {
    try {
      prepare();
      for (step = 0; step < steps; step++) {
        act();
        if (oneIn(2)) {
          turn();
        }
      }
      peace = true;
      settleDown();
      requireNothingLeft();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          "again with: "
              + AGAIN
              + seed
              + (steps == DEFAULT_STEPS ? "" : " -Dsimulation.steps=" + steps)
              + ": step "
              + step
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /** Things that clients, operators, the disk and the clock did. */
  long actions() {
    return actions;
  }

  /** How often all invariants were checked. */
  long checks() {
    return checks;
  }

  /** In how many checks an inbox was behind, each counted. */
  long timesBehind() {
    return timesBehind;
  }

  /** How often the guest's subscription was deleted. */
  long deletions() {
    return deletions;
  }

  /** Time that passed in it. */
  Duration simulated() {
    return Duration.ofNanos(clock.nanos());
  }

  // ---------------------------------------------------------------- the broker

  private LocalSequencer start() {
    life++;
    LocalSequencer started =
        new LocalSequencer(
            store,
            () -> new Engine(store, SETTINGS, 2_000), // few chunks fit: they are read again
            new Listener(),
            time,
            SETTINGS.groupBytes(),
            2);
    started.syncBeside(new HeldSync(() -> oneIn(2)));
    return started;
  }

  /** Lets the broker run once, and checks what must hold. */
  private void turn() {
    sequencer.runOnce();
    check();
  }

  private void check() {
    if (mayBeLookedAt()) {
      checks++;
      timesBehind += engine.destinations().all().stream().filter(Destination::isBehind).count();
      World world = World.of(engine, history);
      for (Invariant invariant : invariants) {
        try {
          invariant.check(world, history);
        } catch (AssertionError e) {
          throw new AssertionError(invariant.getClass().getSimpleName() + ": " + e.getMessage(), e);
        }
      }
      history.deadBefore.clear();
      history.deadBefore.addAll(world.dead());
    }
    history.endStep();
  }

  /** While it is ahead, what it did isn't told yet, and may never have been. */
  private boolean mayBeLookedAt() {
    return engine != null && !store.isCrashed() && !sequencer.isAhead();
  }

  /** A new connection to the broker. */
  Sequencer connect() {
    return sequencer.lane();
  }

  /** Submits an operation; its answer is told if it comes in this life of the process. */
  void submit(Operation operation, Consumer<@Nullable Result> answer) {
    submit(sequencer, operation, answer);
  }

  /** Submits an operation on a connection. */
  void submit(Sequencer connection, Operation operation, Consumer<@Nullable Result> answer) {
    int submittedIn = life;
    connection.submit(
        operation,
        new Sequencer.Reply() {
          @Override
          public void done(Result result) {
            if (life == submittedIn) {
              answer.accept(result);
            }
          }

          @Override
          public void failed(StoreException why) {
            if (life == submittedIn) {
              answer.accept(null);
            }
          }
        });
  }

  void execute(Sequencer.Task task) {
    sequencer.execute(task);
  }

  /** The engine of the moment; null while the store is unavailable. */
  @Nullable Engine engine() {
    return engine;
  }

  boolean isPeace() {
    return peace;
  }

  private void kill() {
    life++;
    lose();
    store.freeSpace();
    sequencer = null;
    while (sequencer == null) {
      store.crash();
      store.reopen();
      try {
        sequencer = start();
      } catch (StoreException e) {
        life++; // it ended again while it started
      }
    }
  }

  /** All connections are gone, and with them the leases. */
  private void lose() {
    workers.forEach(Worker::connectionLost);
    producers.forEach(Producer::connectionLost);
  }

  int life() {
    return life;
  }

  // ---------------------------------------------------------------- what happens

  private void prepare() {
    apply(new Operation.ClaimTypes("cart", "cart", List.of("cart.Add", "cart.Remove")));
    apply(new Operation.ClaimTypes("pay", "pay", List.of("pay.Pay")));
    apply(subscribe("billing", "cart.>"));
    apply(subscribe("stock", "cart.Added"));
    apply(subscribe("all", "*.Paid", "cart.*"));
    apply(subscribe(OutcomeMessage.inboxOf(SENDER)));
    for (int place = 1; place <= PLACES; place++) {
      int at = place;
      workers.add(new Worker(this, () -> at));
      workers.add(new Worker(this, () -> at));
    }
    workers.add(guest);
  }

  private static Operation subscribe(String name, String... patterns) {
    return new Operation.Subscribe(
        OutcomeMessage.isInbox(name) ? SENDER : name,
        name,
        List.of(patterns).stream().map(TypePattern::new).toList());
  }

  /** Until it is durable. */
  private void apply(Operation operation) {
    boolean[] answered = {false};
    submit(operation, result -> answered[0] = true);
    while (!answered[0]) {
      turn();
    }
  }

  private void act() {
    actions++;
    if (happens(chaos.storeFailure)) {
      store.crashAfterCommits(random.nextInt(3));
    } else if (happens(chaos.kill)) {
      kill();
    } else if (happens(chaos.fullDisk)) {
      store.fillDisk();
    } else if (happens(chaos.timeJump)) {
      if (oneIn(10)) {
        clock.jumpMs(oneIn(2) ? CLOCK_JUMP_MS : -CLOCK_JUMP_MS);
      } else {
        clock.passMs(oneIn(4) ? 31_000 : random.nextInt(3_000));
      }
    } else if (oneIn(100)) {
      submit(new Operation.ClaimTypes("pay", "pay", List.of("late.Do")), result -> {});
    } else if (oneIn(60)) {
      configure(1 + random.nextInt(PLACES), oneIn(2), oneIn(2) ? 4 : 0);
    } else if (oneIn(40)) {
      guestComesOrGoes();
    } else if (oneIn(40)) {
      cancel();
    } else if (oneIn(40)) {
      deadLetters();
    } else if (oneIn(3)) {
      producers.get(random.nextInt(producers.size())).act();
    } else {
      workers.get(random.nextInt(workers.size())).act();
    }
    if (oneIn(10)) {
      store.freeSpace();
    }
  }

  /** The guest's inbox of the moment, or 0. */
  private int guestPlace() {
    Destination inbox =
        engine == null ? null : engine.destinations().find(DestinationKind.INBOX, GUEST);
    return inbox == null ? 0 : inbox.id();
  }

  private void guestComesOrGoes() {
    int inbox = guestPlace();
    if (inbox == 0 || oneIn(3)) {
      submit(
          subscribe(GUEST, "cart.*", "pay.Paid"),
          result -> {
            if (result instanceof Result.DestinationIs is) {
              history.sentBefore.computeIfAbsent(is.id(), id -> Set.copyOf(history.sent.keySet()));
            }
          });
    } else {
      guest.leave();
      history.mayBeGone.merge(inbox, 1, Integer::sum);
      submit(
          new Operation.DeleteSubscription(inbox),
          result -> {
            if (result instanceof Result.Count left && left.value() == 0) {
              history.gone.add(inbox);
              deletions++;
            } else if (result instanceof Result.Refused refused
                && refused.code() != ErrorCode.NOT_FOUND) {
              history.mayBeGone.merge(inbox, -1, Integer::sum);
            }
          });
    }
  }

  private boolean happens(int oneIn) {
    return oneIn > 0 && oneIn(oneIn);
  }

  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  boolean isFull() {
    return engine == null
        || engine.destinations().all().stream()
                .mapToLong(place -> place.ready() + place.delayed())
                .sum()
            > BACKLOG_MAX;
  }

  private void deadLetters() {
    int place = 1 + random.nextInt(PLACES);
    if (oneIn(3)) {
      history.placesWithDrops.add(place);
      submit(new Operation.DropDeadLetters(place, Operation.DeadLetters.ALL), result -> {});
    } else {
      history.placesWithRedrives.add(place);
      submit(new Operation.Redrive(place, Operation.DeadLetters.ALL), result -> {});
    }
  }

  /** Pauses a place or resumes it, where outages are noticed or not. */
  private void configure(int place, boolean paused, int outageAfter) {
    boolean mayBeFull = !peace && place >= FIRST_INBOX && place <= LAST_INBOX && oneIn(2);
    int maxMessages = mayBeFull ? 1 + random.nextInt(FULL_INBOX_MAX) : 0;
    submit(
        new Operation.Configure(
            place, new DestinationSettings(paused, 0, 0, 0, 0, outageAfter, maxMessages, 0)),
        result -> {});
  }

  /** Cancels something of which it is known where it was. */
  private void cancel() {
    int place = 1 + random.nextInt(PLACES);
    Destination destination = engine == null ? null : engine.destinations().find(place);
    if (destination == null) {
      return;
    }
    List<MessagePlace> places = destination.firstPlaces(20);
    if (places.isEmpty() || sequencer.isAhead()) {
      return;
    }
    MessagePlace chosen = places.get(random.nextInt(places.size()));
    MessageRecord record = destination.record(chosen);
    if (record == null) {
      return;
    }
    Spot spot = new Spot(place, chosen.sequence());
    history.seen(spot, World.body(record));
    history.mayHaveEnded.merge(spot, 1, Integer::sum);
    submit(
        new Operation.Cancel(record.id(), place, chosen.sequence(), chosen.run()),
        result -> {
          if (result instanceof Result.Refused) {
            history.mayHaveEnded.merge(spot, -1, Integer::sum);
          } else if (result != null) {
            history.ended.put(spot, new End(End.Kind.CANCELLED, ""));
          }
        });
  }

  // ---------------------------------------------------------------- messages

  /** A new message of the world, and what is known of it. */
  Message message(String name, boolean mayBeDelayed) {
    boolean event = oneIn(2);
    String[] types = event ? EVENTS : COMMANDS;
    String type = types[random.nextInt(types.length)];
    String key = oneIn(2) ? "k" + random.nextInt(3) : null;
    boolean later = mayBeDelayed && oneIn(8);
    boolean tracked = !event && oneIn(2);
    boolean wrong = mayBeDelayed && !event && !type.equals("late.Do") && oneIn(15);
    String body = later ? name + "later" : name;
    MessageId id = new MessageId(0x51, fnv(body));
    boolean asEvent = event != wrong; // refused, unless nobody has claimed the type yet
    long expiresAtMs =
        mayBeDelayed && oneIn(8) ? time.millis() + 1 + random.nextInt(EXPIRY_MAX_MS) : 0;
    boolean toInbox = mayBeDelayed && tracked && !wrong && oneIn(2);
    boolean ownId = mayBeDelayed && !wrong && oneIn(4);
    int priority = mayBeDelayed && oneIn(8) ? 1 + random.nextInt(9) : 0;
    history.sent.put(
        body,
        new Sent(body, id, type, asEvent, key, tracked, toInbox, ownId, expiresAtMs, priority));
    return new Message(
        id,
        asEvent ? MessageKind.EVENT : MessageKind.COMMAND,
        type,
        key,
        null,
        null,
        later ? time.millis() + 1 + random.nextInt(5_000) : 0,
        expiresAtMs,
        priority,
        ownId,
        tracked,
        null,
        toInbox ? Map.of(OutcomeMessage.TO, SENDER) : Map.of(),
        body.getBytes(UTF_8));
  }

  private static long fnv(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }

  // ---------------------------------------------------------------- the end

  /** Everybody comes back, sends what is unconfirmed and handles what is there. */
  private void settleDown() {
    store.freeSpace();
    for (int round = 0; round < 2_000; round++) {
      step++;
      clock.passMs(400);
      if (round % 10 == 0) {
        submit(new Operation.ClaimTypes("pay", "pay", List.of("late.Do")), result -> {});
        for (int place = 1; place <= PLACES; place++) {
          configure(place, false, 0);
        }
      }
      producers.forEach(Producer::act);
      workers.forEach(Worker::act);
      actions += producers.size() + workers.size();
      turn();
      turn();
      if (isAllDone()) {
        return;
      }
    }
    throw new AssertionError("never done: " + World.of(engine, history).places);
  }

  private boolean isAllDone() {
    return mayBeLookedAt()
        && producers.stream().allMatch(Producer::isIdle)
        && engine.destinations().all().stream().noneMatch(Destination::isBehind)
        && World.of(engine, history).places.values().stream()
            .allMatch(
                place -> place.values().stream().allMatch(p -> p.state() == World.State.DEAD));
  }

  private void requireNothingLeft() {
    clock.passMs(EXPIRY_MAX_MS); // what moved on left the note of its expiry behind
    for (int i = 0; i < 10; i++) {
      clock.passMs(400);
      turn();
    }
    List<Integer> places = engine.destinations().all().stream().map(Destination::id).toList();
    for (int place : places) {
      history.placesWithDrops.add(place);
      apply(new Operation.DropDeadLetters(place, Operation.DeadLetters.ALL));
    }
    for (String type : EVENTS) {
      apply(new Operation.SetRetention(type, 0, 0));
    }
    clock.passMs(1_000);
    for (int i = 0; i < 10; i++) {
      turn();
    }
    for (String type : EVENTS) {
      apply(new Operation.SetRetention(type, Topic.NOT_SET, Topic.NOT_SET));
    }
    kill();
    check();
    for (int place = FIRST_INBOX; place <= LAST_INBOX; place++) {
      Destination inbox = engine.destinations().find(place);
      assertThat(inbox.missed()).as("missed by " + inbox.definition().name()).isZero();
    }
    new TestNamespace(SETTINGS, store, 1 << 20).assertNothingLeft();
  }

  private final class Listener implements SequencerListener {
    @Override
    public void committed(int operations, long bytes, long applyNanos, long commitNanos) {}

    @Override
    public void outcomes(List<OutcomeLedger.Entry> recorded) {
      history.outcomesTold.addAll(recorded);
    }

    @Override
    public void unavailable(StoreException why) {
      engine = null;
      lose();
    }

    @Override
    public void available(Engine newEngine) {
      engine = newEngine;
    }
  }
}
