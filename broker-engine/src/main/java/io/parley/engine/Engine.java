package io.parley.engine;

import io.parley.engine.catalog.Catalog;
import io.parley.engine.catalog.RefusedException;
import io.parley.engine.catalog.TypeEntry;
import io.parley.engine.destination.CatchUps;
import io.parley.engine.destination.Consumer;
import io.parley.engine.destination.Delivery;
import io.parley.engine.destination.DeliverySink;
import io.parley.engine.destination.Destination;
import io.parley.engine.destination.DestinationKind;
import io.parley.engine.destination.DestinationSettings;
import io.parley.engine.destination.Destinations;
import io.parley.engine.destination.Epochs;
import io.parley.engine.destination.EventLog;
import io.parley.engine.destination.TypeMove;
import io.parley.engine.group.ChunkBuilder;
import io.parley.engine.group.Chunks;
import io.parley.engine.group.Expiries;
import io.parley.engine.group.Group;
import io.parley.engine.group.Keys;
import io.parley.engine.group.ValueReader;
import io.parley.engine.group.ValueWriter;
import io.parley.engine.intake.CausedMessage;
import io.parley.engine.intake.Intake;
import io.parley.engine.intake.NamespaceQuota;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.OperationHandler;
import io.parley.engine.operation.Result;
import io.parley.engine.outcome.OutcomeLedger;
import io.parley.engine.settle.Endings;
import io.parley.engine.settle.RetryPolicy;
import io.parley.engine.settle.Settlements;
import io.parley.engine.store.Store;
import io.parley.engine.store.Table;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.ErrorClass;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A namespace's rules and state: applies operations group by group, writes each group as a whole,
 * and hands out messages between groups. What it answers and hands out may be told to anybody only
 * once all that was written before is durable.
 *
 * <pre>
 *   begin(now) ── apply(operation) … apply(operation) ── write() ── serve(now)
 * </pre>
 *
 * <p>One owner thread. No clock, lock, thread or random number: time comes with the group. If
 * {@link #write} or the store's sync throws, what is in memory is ahead of the disk: this engine
 * must not be used further, and a new one made from the reopened store.
 */
public final class Engine implements OperationHandler {
  private static final int VERSION = 1;
  private static final byte[] APPLIED = Keys.of("applied");
  private static final byte[] BOOT = Keys.of("boot");
  private static final int ADOPTED_RUNS_AT_ONCE = 10_000;
  private static final int FORGOTTEN_AT_ONCE = 10_000;

  private final Store store;
  private final long boot;
  private final Chunks chunks;
  private final Destinations destinations;
  private final EventLog events;
  private final CatchUps catchUps;
  private final Catalog catalog;
  private final OutcomeLedger outcomes;
  private final Intake intake;
  private final Settlements settlements;
  private final Endings endings;
  private final Queue<Operation> proposals = new ArrayDeque<>();
  private final Set<Integer> adopting = new HashSet<>();
  private final Map<String, TypeMove> moves = new LinkedHashMap<>();
  private @Nullable Group group;
  private final ChunkBuilder commands = new ChunkBuilder(64 * 1024);
  private final ChunkBuilder published = new ChunkBuilder(16 * 1024);
  private long position;
  private long timeMs;
  private boolean begun;
  private boolean serving = true;
  private volatile long leasesExpired;
  private long forgottenBeforeMs;
  private boolean trimming;

  /**
   * Takes over what a store holds. All leases from before are void. Over a store that is rewound it
   * is to be looked at only.
   *
   * @throws io.parley.engine.store.StoreException if the store can't be read, or doesn't take the
   *     note that it was opened once more
   */
  public Engine(Store store, EngineSettings settings, long chunkCacheBytes) {
    this.store = store;
    byte[] applied = store.get(Table.META, APPLIED);
    if (applied != null) {
      ValueReader in = new ValueReader(Table.META, applied, VERSION);
      position = in.i64();
      timeMs = in.i64();
    }
    boot = store.isRewound() ? boot(store) : nextBoot(store);
    chunks = new Chunks(store, chunkCacheBytes);
    destinations = new Destinations(store, chunks, new Epochs(boot));
    events = new EventLog(store, chunks, settings.retention());
    catchUps = new CatchUps(store, destinations, events, settings.quota());
    catalog = new Catalog(store, destinations, events);
    outcomes = new OutcomeLedger(store, settings.outcomeRetention().toMillis());
    intake =
        new Intake(
            store,
            catalog,
            destinations,
            events,
            catchUps,
            settings.dedupWindow().toMillis(),
            settings.quota(),
            settings.namespaceBytes());
    RetryPolicy retries =
        new RetryPolicy(
            settings.maxAttempts(),
            settings.backOffMin().toMillis(),
            settings.backOffMax().toMillis(),
            settings.outageAfter());
    settlements = new Settlements(destinations, catalog, intake, outcomes, retries, boot);
    endings = new Endings(destinations, catalog, intake, outcomes);
    catalog.moving().forEach(type -> newMove(type.name()).resume());
    propose(catalog.adoptions());
    if (catalog.isDeclaredOnly() != settings.declaredTypesOnly()) {
      proposals.add(new Operation.SetTypePolicy(settings.declaredTypesOnly()));
    }
  }

  /** Each start has a number of its own, so that lease epochs grow across restarts. */
  private static long nextBoot(Store store) {
    long next = boot(store) + 1;
    var transaction = store.begin();
    transaction.put(Table.META, BOOT, new ValueWriter(VERSION).i64(next).done());
    store.commit(transaction);
    return next;
  }

  private static long boot(Store store) {
    byte[] last = store.get(Table.META, BOOT);
    return last == null ? 0 : new ValueReader(Table.META, last, VERSION).i64();
  }

  // ---------------------------------------------------------------- groups

  /**
   * Starts a group. Time never runs backwards: an earlier time than the last group's is that one's.
   */
  public void begin(long nowMs) {
    chunks.recycle();
    group = new Group(chunks, store.begin(), position + 1, seen(nowMs), commands, published);
  }

  private long seen(long nowMs) {
    timeMs = Math.max(timeMs, nowMs);
    if (!begun) {
      begun = true;
      intake.startedAt(timeMs);
    }
    return timeMs;
  }

  /** Decides on an operation and changes state accordingly. */
  public Result apply(Operation operation) {
    return operation.applyTo(this);
  }

  /**
   * Writes the group, if it changed anything; it is durable with the store's next sync.
   *
   * @throws io.parley.engine.store.StoreException see the class comment
   */
  public void write() {
    Group building = group();
    intake.finish(building);
    events.finish(building);
    destinations.finish(building, catchUps);
    catchUps.finish(building);
    building.finish();
    if (!building.transaction().isEmpty()) {
      byte[] applied =
          ValueWriter.sized(VERSION, 16).i64(building.position()).i64(building.timeMs()).done();
      building.transaction().put(Table.META, APPLIED, applied);
      store.write(building.transaction());
      position = building.position();
    }
    group = null;
  }

  private Group group() {
    if (group == null) {
      throw new IllegalStateException("no group was begun");
    }
    return group;
  }

  /** An operation that the engine itself wants applied next, or null. */
  public @Nullable Operation pollProposal() {
    if (!moves.isEmpty() && proposals.isEmpty()) {
      for (var move : moves.entrySet()) {
        if (move.getValue().takeStir()) {
          return new Operation.MoveOn(move.getKey());
        }
      }
    }
    if (proposals.isEmpty()) {
      Destination behind = catchUps.poll();
      return behind == null ? null : new Operation.CatchUp(behind.id());
    }
    return proposals.poll();
  }

  // ---------------------------------------------------------------- between groups

  /** Hands out what is ready to consumers with credit; see the class comment. */
  public List<Delivery> serve(long nowMs) {
    return serving ? destinations.serve(seen(nowMs), this::proposeFence) : List.of();
  }

  private void proposeFence(Destination destination, long epoch) {
    proposals.add(new Operation.Fence(destination.id(), epoch));
  }

  /** Hands out nothing more. */
  public void stopServing() {
    serving = false;
  }

  /**
   * When {@link #serve} has something to do without anything else happening; far in the future if
   * never.
   */
  public long nextDueMs() {
    return proposals.isEmpty() ? destinations.nextDueMs() : 0;
  }

  /** Adds a consumer of a destination; it has no credit yet. */
  public Consumer open(int destination, DeliverySink sink, int leaseMs, long nowMs) {
    Destination found = destinations.find(destination);
    if (found == null) {
      throw new IllegalStateException("no destination " + destination);
    }
    return destinations.open(found, sink, leaseMs, seen(nowMs));
  }

  /** Gives a consumer credit. */
  public void credit(Consumer consumer, int messages, int max) {
    consumer.addCredit(messages, max);
    destinations.wake(consumer.destination());
  }

  /** A consumer may have become able to take deliveries. */
  public void wake(Consumer consumer) {
    destinations.wake(consumer.destination());
  }

  /**
   * A consumer is gone: what it holds returns, and where handling had begun, an attempt counts.
   *
   * @param reason error class of those attempts
   */
  public void abandon(Consumer consumer, long nowMs, String reason) {
    destinations.abandon(
        consumer, seen(nowMs), (from, epoch, sequences) -> lose(from, epoch, sequences, reason));
  }

  /** Lets destinations rest to which nothing happened since the last call. */
  public void rest() {
    destinations.rest();
  }

  /** Ends leases whose time is over. */
  public void expireLeases(long nowMs) {
    leasesExpired +=
        destinations.expireLeases(
            seen(nowMs),
            (from, epoch, sequences) ->
                lose(from, epoch, sequences, ErrorClass.LEASE_EXPIRED.name()));
  }

  /** Has messages ended whose time is over. */
  public void expireMessages(long nowMs) {
    if (destinations.takeExpiring(seen(nowMs))) {
      proposals.add(new Operation.Expire());
    }
  }

  /** Has retained events let go whose time is over. */
  public void trimEvents(long nowMs) {
    if (!trimming && events.nextTrimMs() <= seen(nowMs)) {
      trimming = true;
      proposals.add(new Operation.TrimEvents());
    }
  }

  private void lose(Destination from, long epoch, List<Long> sequences, String reason) {
    proposals.add(new Operation.LoseAttempts(from.id(), epoch, sequences, reason));
  }

  // ---------------------------------------------------------------- views

  /** Messages whose lease expired since this engine was made. Any thread. */
  public long leasesExpired() {
    return leasesExpired;
  }

  /** Messages that expired since this engine was made. Any thread. */
  public long messagesExpired() {
    return endings.expired();
  }

  /** Started handlings after which a message of a destination is set aside. */
  public int maxAttempts(Destination destination) {
    return settlements.maxAttempts(destination);
  }

  /** Messages of conversations that the group just built stored; empties the list. */
  public List<CausedMessage> takeCaused() {
    return intake.takeCaused();
  }

  /** Destinations in which an outage began in the group just built; empties the list. */
  public List<Destination> takeOutages() {
    return settlements.takeOutages();
  }

  /** The time that rules go by, milliseconds since the epoch: that of the last group or later. */
  public long timeMs() {
    return timeMs;
  }

  /** Whether a message with this id was stored so lately that another would be dropped. */
  public boolean isRecent(MessageId id) {
    return store.get(Table.DEDUP, Keys.of(id)) != null;
  }

  /** Which start of the broker this is, from 1. */
  public long boot() {
    return boot;
  }

  /** Position of the last group written. */
  public long position() {
    return position;
  }

  /** The destinations. Owner thread. */
  public Destinations destinations() {
    return destinations;
  }

  /** How much the namespace may hold. Owner thread. */
  public NamespaceQuota quota() {
    return intake.namespaceQuota();
  }

  /** The events that are retained. Owner thread. */
  public EventLog events() {
    return events;
  }

  /** The types. Owner thread. */
  public Catalog catalog() {
    return catalog;
  }

  /** The outcomes. */
  public OutcomeLedger outcomes() {
    return outcomes;
  }

  // ---------------------------------------------------------------- operations

  @Override
  public Result send(Operation.Send operation) {
    return intake.send(group(), operation);
  }

  @Override
  public Result settle(Operation.Settle operation) {
    return settlements.settle(group(), operation);
  }

  @Override
  public Result loseAttempts(Operation.LoseAttempts operation) {
    return settlements.lose(group(), operation);
  }

  @Override
  public Result fence(Operation.Fence operation) {
    Destination destination = destinations.find(operation.destination());
    if (destination != null) {
      destinations.fence(group(), destination, operation.epoch());
    }
    return Result.DONE;
  }

  @Override
  public Result claimTypes(Operation.ClaimTypes operation) {
    try {
      Destination queue =
          catalog.claim(group(), operation.service(), operation.queue(), operation.types());
      propose(catalog.adoptions(operation.types()));
      return new Result.DestinationIs(queue.id());
    } catch (RefusedException e) {
      return refused(e);
    }
  }

  /** What waited for an owner that is there now moves; an adoption already on its way goes on. */
  private void propose(List<Destination> adoptions) {
    for (Destination unowned : adoptions) {
      if (adopting.add(unowned.id())) {
        proposals.add(new Operation.Adopt(unowned.id()));
      }
    }
  }

  @Override
  public Result adopt(Operation.Adopt operation) {
    Destination unowned = destinations.find(operation.unowned());
    Destination queue = unowned == null ? null : catalog.ownerOf(unowned);
    if (unowned == null || queue == null) {
      return new Result.Count(0);
    }
    long left = destinations.handOver(group(), unowned, queue, ADOPTED_RUNS_AT_ONCE);
    if (left == 0) {
      catalog.adopted(group(), unowned);
      adopting.remove(unowned.id());
    } else {
      proposals.add(operation);
    }
    return new Result.Count(left);
  }

  @Override
  public Result subscribe(Operation.Subscribe operation) {
    boolean isNew =
        destinations.find(DestinationKind.INBOX, operation.subscription()) == null
            && operation.fromMs() != CatchUps.FROM_NOW;
    try {
      Destination inbox =
          catalog.subscribe(
              group(), operation.service(), operation.subscription(), operation.patterns());
      if (isNew) {
        catchUps.startFrom(group(), inbox, operation.fromMs());
      } else {
        catchUps.redefined(inbox);
      }
      return new Result.DestinationIs(inbox.id());
    } catch (RefusedException e) {
      return refused(e);
    }
  }

  @Override
  public Result reset(Operation.Reset operation) {
    Destination inbox = destinations.find(operation.inbox());
    if (inbox == null || inbox.definition().patterns().isEmpty()) {
      return new Result.Refused(
          ErrorCode.NOT_FOUND,
          "destination " + operation.inbox() + " (expected: an inbox that gets events)");
    }
    catchUps.reset(group(), inbox, operation.fromMs());
    return Result.DONE;
  }

  @Override
  public Result deleteSubscription(Operation.DeleteSubscription operation) {
    Destination inbox = destinations.find(operation.inbox());
    if (inbox == null || inbox.definition().kind() != DestinationKind.INBOX) {
      return new Result.Refused(
          ErrorCode.NOT_FOUND,
          "destination " + operation.inbox() + " (expected: a subscription's inbox)");
    }
    try {
      catalog.unsubscribe(group(), inbox);
    } catch (RefusedException e) {
      return refused(e);
    }
    catchUps.leave(group(), inbox);
    return new Result.Count(endings.remove(group(), inbox));
  }

  @Override
  public Result catchUp(Operation.CatchUp operation) {
    catchUps.step(group(), operation.inbox());
    return Result.DONE;
  }

  @Override
  public Result setRetention(Operation.SetRetention operation) {
    TypeEntry type = catalog.type(operation.type());
    if (type == null) {
      return new Result.Refused(
          ErrorCode.NOT_FOUND,
          "type: '"
              + operation.type()
              + "' (expected: one that exists; list them with 'parley type list')");
    }
    if (type.kind() != MessageKind.EVENT) {
      return new Result.Refused(
          ErrorCode.WRONG_KIND,
          "type '"
              + type.name()
              + "' is a "
              + type.kind().name().toLowerCase(Locale.ROOT)
              + " (expected: an event, as only events are retained)");
    }
    events.configure(group(), events.topic(type.name()), operation.timeMs(), operation.bytes());
    return Result.DONE;
  }

  @Override
  public Result trimEvents(Operation.TrimEvents operation) {
    trimming = catchUps.trim(group());
    if (trimming) {
      proposals.add(operation);
    }
    return Result.DONE;
  }

  @Override
  public Result offerAnswers(Operation.OfferAnswers operation) {
    try {
      catalog.offerAnswers(group(), operation.types());
      return Result.DONE;
    } catch (RefusedException e) {
      return refused(e);
    }
  }

  @Override
  public Result declareType(Operation.DeclareType operation) {
    try {
      catalog.declare(group(), operation.type(), operation.kind(), operation.owner());
      propose(catalog.adoptions(List.of(operation.type())));
      return Result.DONE;
    } catch (RefusedException e) {
      return refused(e);
    }
  }

  @Override
  public Result transferType(Operation.TransferType operation) {
    try {
      String type = operation.type();
      Destination before = catalog.transfer(group(), type, operation.service(), operation.queue());
      if (before == null) {
        propose(catalog.adoptions(List.of(type)));
        return new Result.Count(0);
      }
      return move(type, newMove(type));
    } catch (RefusedException e) {
      return refused(e);
    }
  }

  @Override
  public Result moveOn(Operation.MoveOn operation) {
    TypeMove move = moves.get(operation.type());
    return move == null ? new Result.Count(0) : move(operation.type(), move);
  }

  private TypeMove newMove(String type) {
    TypeEntry entry = Objects.requireNonNull(catalog.type(type));
    TypeMove move =
        new TypeMove(
            destinations,
            Objects.requireNonNull(destinations.find(entry.from())),
            Objects.requireNonNull(destinations.find(entry.queue())),
            type);
    moves.put(type, move);
    return move;
  }

  private Result move(String type, TypeMove move) {
    boolean wasPassOver = move.isPassOver();
    long before = move.moved();
    move.step(group());
    if (!move.isPassOver()) {
      catalog.holdBack(group(), type);
    }
    if (move.isDone()) {
      catalog.moved(group(), type);
      moves.remove(type);
    }
    Destination later = catalog.heldBack(type);
    if (move.isPassOver() && !wasPassOver && later != null) {
      propose(List.of(later));
    }
    return new Result.Count(move.moved() - before);
  }

  @Override
  public Result setTypePolicy(Operation.SetTypePolicy operation) {
    catalog.setDeclaredOnly(group(), operation.declaredOnly());
    return Result.DONE;
  }

  @Override
  public Result limitNamespace(Operation.LimitNamespace operation) {
    intake.limit(group(), operation.bytes());
    return Result.DONE;
  }

  @Override
  public Result redrive(Operation.Redrive operation) {
    return settlements.redrive(group(), operation);
  }

  @Override
  public Result dropDeadLetters(Operation.DropDeadLetters operation) {
    return settlements.drop(group(), operation);
  }

  @Override
  public Result configure(Operation.Configure operation) {
    Destination destination = destinations.find(operation.destination());
    if (destination == null) {
      return new Result.Refused(
          ErrorCode.NOT_FOUND, "destination " + operation.destination() + " does not exist");
    }
    DestinationSettings settings = operation.change().applyTo(destination.definition().settings());
    if (settings.backOffMaxMs() != 0 && settings.backOffMaxMs() < settings.backOffMinMs()) {
      return new Result.Refused(
          ErrorCode.INVALID_ARGUMENT,
          "back-off max: "
              + settings.backOffMaxMs()
              + " ms (expected: the back-off min, "
              + settings.backOffMinMs()
              + " ms, or more)");
    }
    destinations.configure(group(), destination, settings);
    catchUps.roomMayHaveChanged(destination);
    return Result.DONE;
  }

  @Override
  public Result purge(Operation.Purge operation) {
    return endings.purge(group(), operation);
  }

  @Override
  public Result expire(Operation.Expire operation) {
    if (endings.expire(group())) {
      proposals.add(operation);
    }
    return Result.DONE;
  }

  @Override
  public Result cancel(Operation.Cancel operation) {
    return endings.cancel(group(), operation);
  }

  @Override
  public Result forget(Operation.Forget operation) {
    long nowMs = group().timeMs();
    List<Expiries.Due> due = Expiries.due(store, forgottenBeforeMs, nowMs, FORGOTTEN_AT_ONCE);
    for (Expiries.Due entry : due) {
      Expiries.delete(group(), entry);
      switch (entry.what()) {
        case Expiries.OUTCOME -> outcomes.forget(group(), entry.id());
        case Expiries.DEDUP -> group().transaction().delete(Table.DEDUP, Keys.of(entry.id()));
        case Expiries.PRODUCER -> intake.forgetSession(group(), entry.id());
        default -> throw new IllegalStateException("expiry of unknown kind " + entry.what());
      }
    }
    if (due.size() == FORGOTTEN_AT_ONCE) {
      forgottenBeforeMs = due.get(due.size() - 1).timeMs();
      proposals.add(operation);
    } else {
      forgottenBeforeMs = nowMs;
    }
    destinations.noteAttendance(group());
    return new Result.Count(due.size());
  }

  private static Result refused(RefusedException e) {
    return new Result.Refused(e.code(), e.reason());
  }
}
