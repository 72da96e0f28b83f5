package io.parley.client;

import io.netty.util.concurrent.ScheduledFuture;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Settlement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One consumer or subscriber: its registration, and the messages in its hands; threads are shared.
 *
 * <pre>
 *   DELIVER ──▶ lots ──▶ buffer ──▶ handler threads ──▶ settled ──▶ coalescer ──▶ SETTLE, CREDIT
 *   (event loop)         (lock)     take one, in order   (hand-over)  (event loop)
 * </pre>
 *
 * <p>Invariants: handling begins in the order of delivery, and {@code started} counts it for the
 * connection that is up. A lot is in {@code openLots} until all its messages are settled. At most
 * the settings' credit of messages is in hand, those of an ended connection included.
 *
 * @param <D> what the threads are given
 */
final class Consumption<D extends LeasedMessage> implements Registration {
  /** Settle frames on their way beyond which settlements collect until one is answered. */
  private static final int SETTLES_IN_FLIGHT_MAX = 2;

  /** How long to wait before settling again after an error of the broker that names no time. */
  private static final int SETTLE_AGAIN_MS = 500;

  /** A lease is extended when a third of it is over; looked at twice as often. */
  private static final int EXTEND_AT_PART = 3;

  /** Messages handled before other consumers of the client get a thread. */
  private static final int HANDLED_IN_TURN = 64;

  /** Of so many handlings, about, the time is averaged. */
  private static final int HANDLINGS_AVERAGED = 4;

  private static final int NANOS_PER_MICRO = 1_000;

  private final Connection connection;
  private final ConsumptionSettings settings;
  private final int number;
  private final Leasing<D> leasing;
  private final Receiver<D> receiver;
  private final CompletableFuture<Void> registered = new CompletableFuture<>();

  /** Guarded by {@code lock}. */
  private final ReentrantLock lock = new ReentrantLock();

  /** For those who take without handler threads. */
  private final Condition notEmpty = lock.newCondition();

  private final Deque<Lot> buffer = new ArrayDeque<>();
  private boolean ended;

  /** Those in a handler now. */
  private final Set<Thread> handling = new HashSet<>();

  /** Pieces of work that are under way or wait for a thread; at most the concurrency. */
  private int works;

  /** Written under {@code lock}. */
  private volatile long started;

  private final HandOver<LeasedMessage> settled = new HandOver<>();
  private final WakeUp wakeUp;

  /** From here on: event loop only. */
  private final SettleCoalescer coalescer = new SettleCoalescer();

  private final Set<Lot> openLots = new LinkedHashSet<>();
  private @Nullable HandlerThreads threads;
  private List<LeasedMessage> toTell = new ArrayList<>();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private @Nullable ScheduledFuture<?> extending;
  private int settlesInFlight;
  private long startedTold;
  private long handlingNanos;
  private int creditLeft;
  private int creditOwed;
  private boolean leaving;
  private boolean stopping;
  private boolean closedAtBroker;

  /** What the threads give messages to. */
  interface Receiver<D extends LeasedMessage> {
    /**
     * May settle it or not; what it throws fails the attempt unless it did.
     *
     * @param source where more can be taken from
     */
    void receive(D message, Consumption<D> source) throws Exception;
  }

  /** Makes the object a message is in while somebody holds it. */
  interface Leasing<D> {
    D lease(Consumption<?> consumption, Lot lot, int index, MessageRecord record);
  }

  Consumption(
      Connection connection,
      ConsumptionSettings settings,
      Leasing<D> leasing,
      Receiver<D> receiver) {
    this.connection = connection;
    this.settings = settings;
    this.number = connection.newNumber();
    this.leasing = leasing;
    this.receiver = receiver;
    this.wakeUp = new WakeUp(connection::execute, this::work);
  }

  // ---- any thread

  /** Registers it; completes when the broker has, or fails with its refusal. */
  CompletableFuture<Void> start() {
    connection.execute(
        () -> {
          if (settings.concurrency() > 0) {
            threads = connection.joinThreads(settings.concurrency());
          }
          connection.addConsumer(this);
        });
    return registered;
  }

  /** As {@link #stop}, from any thread. */
  CompletableFuture<Void> stopFromOutside() {
    connection.execute(
        () -> {
          var unused = stop();
        });
    return stopped;
  }

  /** Ends its threads without waiting; for what the drain didn't end. */
  void abandon() {
    connection.execute(this::abandoned);
  }

  PayloadCodec codec() {
    return connection.settings().codec();
  }

  Interceptors interceptors() {
    return connection.settings().interceptors();
  }

  Response.HelloOk limits() {
    return connection.welcome();
  }

  /** Takes what a message's holder said of it. */
  void settle(LeasedMessage message) {
    message.lot().handled(message.index());
    settled.put(message);
    wakeUp.ask();
    if (connection.isClosed()) {
      message.failSettling(Connection.closedException());
    }
  }

  CompletableFuture<Void> extend(Lot lot, int index, int leaseMs) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    long sequence = lot.firstSequence() + index;
    if (connection.isClosed()) {
      done.completeExceptionally(Connection.closedException());
    } else if (lot.isLost(index)) {
      done.completeExceptionally(new LeaseLostException("the lease of " + sequence + " is lost"));
    } else {
      Settlement extend = new Settlement.Extend(lot.epoch(), sequence, 1, leaseMs);
      connection.execute(() -> connection.call(new ExtendCall(List.of(extend), done)));
    }
    return done;
  }

  // ---- handler threads

  /** Handles what is there; after some of it, those who wait for a thread go first. */
  private int handleSome(HandlerThreads from) {
    int handled = 0;
    enter();
    try {
      D message = next();
      while (message != null) {
        wakeUp.ask();
        handle(message);
        handled++;
        if (handled >= HANDLED_IN_TURN && from.isAnyWaiting()) {
          from.continueLater(() -> handleSome(from));
          return handled;
        }
        message = next();
      }
    } finally {
      leave();
    }
    return handled;
  }

  private void enter() {
    lock.lock();
    try {
      handling.add(Thread.currentThread());
    } finally {
      lock.unlock();
    }
  }

  /** An interrupt was meant for the handler that is over, or comes with the end. */
  private void leave() {
    lock.lock();
    try {
      handling.remove(Thread.currentThread());
    } finally {
      lock.unlock();
    }
    boolean unused = Thread.interrupted();
  }

  private void handle(D message) {
    if (!begin(message)) {
      return;
    }
    Cause.enter(message);
    try {
      receive(message);
    } catch (Throwable e) {
      thrown(message, e);
    } finally {
      Cause.leave();
    }
  }

  private void receive(D message) throws Exception {
    Duration time = settings.deadline();
    if (time == null) {
      receiver.receive(message, this);
      return;
    }
    Deadline.Scope scope = Deadline.in(time).enter();
    try {
      receiver.receive(message, this);
    } finally {
      scope.close();
    }
  }

  private void thrown(D message, Throwable failure) {
    if (message.tryFail(failure, message.failedBy(failure))
        && !(failure instanceof RejectedException)) {
      tellFailed(message.type(), failure);
    }
  }

  /** Whether handling a message that was taken begins; where it can't, the message is settled. */
  boolean begin(D message) {
    // Not before the event loop was woken, which may take the processor.
    message.lot().handles(message.index());
    if (message.isLeaseLost()) {
      message.drop();
      return false;
    }
    String defect = message.defect();
    if (defect != null) {
      message.trySettle(message.fail(ErrorCode.CORRUPT_MESSAGE.name(), defect, true), null);
      return false;
    }
    Interceptors interceptors = interceptors();
    if (!interceptors.isEmpty()) {
      try {
        message.begun(interceptors);
      } catch (Throwable e) {
        thrown(message, e);
        return false;
      }
    }
    return true;
  }

  /** The next message to begin with; null when there are no more: then this piece of work ends. */
  private @Nullable D next() {
    lock.lock();
    try {
      if (buffer.isEmpty()) {
        works--;
        return null;
      }
      return takeFirst();
    } finally {
      lock.unlock();
    }
  }

  /** Takes the first of what is there, under the lock: it counts as started. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock, only read without it
  private D takeFirst() {
    Lot lot = buffer.element();
    MessageRecord record = new MessageRecord();
    int index = lot.takeNext(record);
    if (!lot.hasNext()) {
      buffer.remove();
    }
    started++;
    return leasing.lease(this, lot, index, record);
  }

  /**
   * Takes more of what is there, in order, up to the first that doesn't fit. Doesn't wait.
   *
   * @param fits asked with the type of each
   */
  List<D> takeMore(int max, Predicate<String> fits) {
    List<D> more = new ArrayList<>();
    lock.lock();
    try {
      while (more.size() < max && !buffer.isEmpty()) {
        String type = buffer.element().nextType();
        if (type == null || !fits.test(type)) {
          break;
        }
        more.add(takeFirst());
      }
    } finally {
      lock.unlock();
    }
    if (!more.isEmpty()) {
      wakeUp.ask();
    }
    return more;
  }

  // ---- any thread, where there are no handler threads

  /**
   * Takes the next message that is fit to be begun.
   *
   * @return null if there is none in time, or no more at all
   */
  @Nullable D take(long nanos) throws InterruptedException {
    long until = System.nanoTime() + nanos;
    D message = poll(nanos);
    while (message != null) {
      wakeUp.ask();
      if (begin(message)) {
        return message;
      }
      message = poll(until - System.nanoTime());
    }
    return null;
  }

  private @Nullable D poll(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (buffer.isEmpty()) {
        if (ended || left <= 0) {
          return null;
        }
        left = notEmpty.awaitNanos(left);
      }
      return takeFirst();
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing more can ever be taken. */
  boolean isEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  void tellFailed(String type, Throwable failure) {
    connection.tell(listener -> listener.handlerFailed(type, failure));
  }

  // ---- event loop: registration

  @Override
  public int number() {
    return number;
  }

  @Override
  public Call registering() {
    int inHand = openLots.stream().mapToInt(Lot::open).sum();
    // No credit yet: what the last connection left to be settled goes first, or the broker would
    // lease those messages anew and refuse the settlements.
    creditLeft = 0;
    creditOwed = stopping ? 0 : Math.max(0, settings.credit() - inHand);
    return new RegisterCall();
  }

  @Override
  public void connected() {
    work();
  }

  @Override
  public void leaving() {
    leaving = true;
    dropBuffered();
  }

  /** The broker delivers them again, perhaps to somebody else. */
  private void dropBuffered() {
    lock.lock();
    try {
      for (Lot lot : buffer) {
        lot.settleFrom(lot.takeRest());
      }
      buffer.clear();
    } finally {
      lock.unlock();
    }
    openLots.removeIf(lot -> lot.open() == 0);
  }

  @Override
  public boolean isIdle() {
    lock.lock();
    try {
      return coalescer.isEmpty()
          && settlesInFlight == 0
          && openLots.stream().noneMatch(Lot::isBegun);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void disconnected() {
    leaving = false;
    dropBuffered();
    lock.lock();
    try {
      started = 0;
    } finally {
      lock.unlock();
    }
    startedTold = 0;
    openLots.forEach(Lot::lose);
    if (stopping) {
      closedAtBroker = true;
    }
    checkStopped();
  }

  @Override
  public void received(Push push) {
    if (push instanceof Push.Deliver deliver) {
      long now = System.nanoTime();
      for (Push.Segment segment : deliver.segments()) {
        received(new Lot(deliver, segment, now));
      }
      keepLeases(deliver.leaseMs());
      if (stopping) {
        work();
      }
    }
  }

  private void received(Lot lot) {
    if (leaving) {
      return;
    }
    openLots.add(lot);
    creditLeft -= lot.count();
    if (stopping) {
      giveBack(lot);
      return;
    }
    int more;
    lock.lock();
    try {
      buffer.add(lot);
      more = Math.min(lot.count(), settings.concurrency() - works);
      works += more;
      notEmpty.signalAll();
    } finally {
      lock.unlock();
    }
    HandlerThreads joined = threads;
    if (joined != null) {
      for (int i = 0; i < more; i++) {
        joined.execute(() -> handleSome(joined));
      }
    }
  }

  @Override
  public CompletableFuture<Void> stop() {
    if (stopping) {
      return stopped;
    }
    stopping = true;
    lock.lock();
    try {
      buffer.forEach(this::giveBack);
      buffer.clear();
      ended = true;
      notEmpty.signalAll();
    } finally {
      lock.unlock();
    }
    if (connection.isUp()) {
      connection.call(new CloseCall());
    } else {
      closedAtBroker = true;
    }
    work();
    return stopped;
  }

  private void giveBack(Lot lot) {
    int from = lot.takeRest();
    if (from < lot.count()) {
      coalescer.release(lot.epoch(), lot.firstSequence() + from, lot.count() - from);
      lot.settleFrom(from);
    }
    if (lot.open() == 0) {
      openLots.remove(lot);
    }
  }

  @Override
  public void abandoned() {
    lock.lock();
    try {
      buffer.clear();
      ended = true;
      notEmpty.signalAll();
      handling.forEach(Thread::interrupt);
    } finally {
      lock.unlock();
    }
    openLots.forEach(Lot::lose);
    openLots.clear();
    connection.removeConsumer(this);
    leaveThreads();
    if (connection.isUp() && !closedAtBroker) {
      connection.call(new CloseCall());
    }
    takeSettled();
    failToTell(Connection.closedException());
    registered.completeExceptionally(Connection.closedException());
    stopped.complete(null);
  }

  private void checkStopped() {
    if (stopping
        && closedAtBroker
        && openLots.isEmpty()
        && coalescer.isEmpty()
        && settlesInFlight == 0) {
      connection.removeConsumer(this);
      leaveThreads();
      stopped.complete(null);
    }
  }

  private void leaveThreads() {
    if (threads != null) {
      threads = null;
      connection.leaveThreads(settings.concurrency());
    }
  }

  // ---- event loop: settling

  private void work() {
    wakeUp.rearm();
    takeSettled();
    if (connection.isUp()) {
      sendSettlements();
      tellStarted();
      giveCredit();
    }
    if (!connection.isUp() || settlesInFlight >= SETTLES_IN_FLIGHT_MAX) {
      // An answer or a connection is what continues this, not the next handler.
      wakeUp.hush();
    }
    checkStopped();
  }

  private void takeSettled() {
    LeasedMessage message = settled.takeAll();
    while (message != null) {
      LeasedMessage next = message.linked();
      message.link(null);
      take(message);
      message = next;
    }
  }

  private void take(LeasedMessage message) {
    Lot lot = message.lot();
    if (!lot.settle(message.index())) {
      return;
    }
    if (lot.open() == 0) {
      openLots.remove(lot);
    }
    creditOwed++;
    if (message.isDropped()) {
      return;
    }
    if (message.index() == 0) {
      long handling = lot.handlingNanos();
      handlingNanos += (handling - handlingNanos) / (handlingNanos == 0 ? 1 : HANDLINGS_AVERAGED);
    }
    Settlement settlement = message.settlement();
    if (settlement == null) {
      coalescer.complete(message.epoch(), message.sequence());
    } else {
      coalescer.add(settlement);
    }
    if (message.settling() != null) {
      toTell.add(message);
    }
  }

  private void sendSettlements() {
    while (!coalescer.isEmpty() && settlesInFlight < SETTLES_IN_FLIGHT_MAX) {
      List<Settlement> settlements =
          coalescer.take(WireLimits.BATCH_MAX_MESSAGES, connection.batchBytesMax());
      settlesInFlight++;
      connection.call(new SettleCall(settlements, askersOf(settlements)));
    }
  }

  /** Those of the messages settled here whose holders want to know. */
  private List<LeasedMessage> askersOf(List<Settlement> settlements) {
    if (toTell.isEmpty() || coalescer.isEmpty()) {
      List<LeasedMessage> all = toTell;
      toTell = new ArrayList<>();
      return all;
    }
    List<LeasedMessage> askers = new ArrayList<>();
    toTell.removeIf(
        message -> isIn(settlements, message.epoch(), message.sequence()) && askers.add(message));
    return askers;
  }

  private static boolean isIn(List<Settlement> settlements, long epoch, long sequence) {
    for (Settlement settlement : settlements) {
      long from = settlement.sequence();
      if (settlement.epoch() == epoch && sequence >= from && sequence < from + count(settlement)) {
        return true;
      }
    }
    return false;
  }

  private static int count(Settlement settlement) {
    if (settlement instanceof Settlement.Complete complete) {
      return complete.count();
    }
    return settlement instanceof Settlement.Release release ? release.count() : 1;
  }

  private void tellStarted() {
    long now = started;
    if (now > startedTold && settlesInFlight < SETTLES_IN_FLIGHT_MAX) {
      startedTold = now;
      connection.write(new Request.Settle(0, number, now, handlingMicros(), List.of()));
    }
  }

  /** At least 1 once something was handled, as 0 is for what isn't known. */
  private int handlingMicros() {
    return handlingNanos == 0
        ? 0
        : (int) Math.max(1, Math.min(Integer.MAX_VALUE, handlingNanos / NANOS_PER_MICRO));
  }

  private void giveCredit() {
    boolean isDue = creditOwed >= (settings.credit() + 1) / 2 || creditLeft <= 0;
    if (creditOwed > 0 && isDue && !stopping) {
      connection.write(new Request.Credit(0, number, creditOwed));
      creditLeft += creditOwed;
      creditOwed = 0;
    }
  }

  private void failToTell(ParleyException reason) {
    toTell.forEach(message -> message.failSettling(reason));
    toTell.clear();
  }

  // ---- event loop: keeping leases

  private void keepLeases(int leaseMs) {
    if (settings.autoExtend() && extending == null && leaseMs > 0 && !openLots.isEmpty()) {
      long everyMs = Math.max(1, leaseMs / (2 * EXTEND_AT_PART));
      extending =
          connection
              .loop()
              .schedule(
                  () -> {
                    extending = null;
                    extendLeases();
                    keepLeases(leaseMs);
                  },
                  everyMs,
                  TimeUnit.MILLISECONDS);
    }
  }

  private void extendLeases() {
    if (!connection.isUp()) {
      return;
    }
    takeSettled();
    long now = System.nanoTime();
    List<Settlement> extensions = new ArrayList<>();
    int messages = 0;
    for (Lot lot : openLots) {
      long due = TimeUnit.MILLISECONDS.toNanos(lot.leaseMs()) / EXTEND_AT_PART;
      if (lot.isLost() || now - lot.keptSince() < due) {
        continue;
      }
      if (messages + lot.open() > WireLimits.BATCH_MAX_MESSAGES) {
        extend(extensions);
        extensions = new ArrayList<>();
        messages = 0;
      }
      messages += lot.open();
      lot.keptSince(now);
      addOpenRanges(lot, extensions);
    }
    extend(extensions);
    work();
  }

  private static void addOpenRanges(Lot lot, List<Settlement> extensions) {
    lot.forEachOpenRange(
        (index, count) ->
            extensions.add(
                new Settlement.Extend(
                    lot.epoch(), lot.firstSequence() + index, count, lot.leaseMs())));
  }

  private void extend(List<Settlement> extensions) {
    if (!extensions.isEmpty()) {
      connection.call(new ExtendCall(extensions, null));
    }
  }

  private void lose(long epoch, long sequence) {
    for (Lot lot : openLots) {
      if (lot.contains(epoch, sequence)) {
        lot.lose((int) (sequence - lot.firstSequence()));
      }
    }
  }

  // ---- calls

  private final class RegisterCall extends Call {

    @Override
    Request frame() {
      return switch (settings.kind()) {
        case COMMANDS ->
            new Request.Consume(
                correlation(),
                number,
                settings.destination(),
                settings.types(),
                0,
                settings.leaseMs());
        case EVENTS ->
            new Request.Subscribe(
                correlation(),
                number,
                settings.destination(),
                settings.types(),
                0,
                settings.leaseMs());
      };
    }

    @Override
    void answered(Response response) {
      Response.Ok unused = (Response.Ok) response;
      registered.complete(null);
    }

    @Override
    void failed(ParleyException reason) {
      if (!registered.completeExceptionally(reason) && !connection.isClosed()) {
        connection.tell(listener -> listener.registrationRefused(settings.types(), reason));
      }
    }

    @Override
    boolean outlivesConnection() {
      return false;
    }
  }

  private final class CloseCall extends Call {
    @Override
    Request frame() {
      return new Request.CloseConsumer(correlation(), number);
    }

    @Override
    void answered(Response response) {
      Response.Ok unused = (Response.Ok) response;
      closedAtBroker = true;
      checkStopped();
    }

    @Override
    void failed(ParleyException reason) {
      closedAtBroker = true;
      checkStopped();
    }

    @Override
    boolean outlivesConnection() {
      return false;
    }
  }

  private final class SettleCall extends Call {
    private final List<Settlement> settlements;
    private final List<LeasedMessage> askers;
    private boolean repeated;

    SettleCall(List<Settlement> settlements, List<LeasedMessage> askers) {
      this.settlements = settlements;
      this.askers = askers;
    }

    @Override
    Request frame() {
      startedTold = started;
      return new Request.Settle(correlation(), number, startedTold, handlingMicros(), settlements);
    }

    @Override
    boolean outlivesConnection() {
      repeated = true;
      return true;
    }

    @Override
    void answered(Response response) {
      for (Response.SettleRefusal refusal : ((Response.Settled) response).refusals()) {
        refused(refusal);
      }
      for (LeasedMessage asker : askers) {
        CompletableFuture<Void> settling = asker.settling();
        if (settling != null) {
          settling.complete(null);
        }
      }
      settlesInFlight--;
      work();
    }

    private void refused(Response.SettleRefusal refusal) {
      if (refusal.index() >= settlements.size()
          || (repeated && refusal.code() == ErrorCode.ALREADY_SETTLED)) {
        // The second: by this very call, whose answer was lost with the connection.
        return;
      }
      Settlement settlement = settlements.get(refusal.index());
      ParleyException reason = BrokerErrors.of(refusal);
      for (LeasedMessage asker : askers) {
        if (asker.sequence() == refusal.sequence() && asker.epoch() == settlement.epoch()) {
          asker.failSettling(reason);
        }
      }
      connection.tell(listener -> listener.settleRefused(refusal.sequence(), reason));
      failInstead(settlement, refusal);
    }

    /** An impossible result, such as an event of a command's type, fails the attempt. */
    private void failInstead(Settlement settlement, Response.SettleRefusal refusal) {
      boolean isOver =
          refusal.code() == ErrorCode.LEASE_LOST || refusal.code() == ErrorCode.ALREADY_SETTLED;
      if (!isOver
          && (settlement instanceof Settlement.CompleteWith
              || settlement instanceof Settlement.Reject)) {
        coalescer.add(
            new Settlement.Fail(
                settlement.epoch(),
                settlement.sequence(),
                false,
                refusal.code().name(),
                refusal.message(),
                Failed.BACK_OFF));
      }
    }

    @Override
    void failed(ParleyException reason) {
      if (reason.code().retryable() && !connection.isClosed()) {
        long wait = Math.max(reason.retryAfter().toMillis(), SETTLE_AGAIN_MS);
        var unused =
            connection
                .loop()
                .schedule(() -> connection.callAgain(this), wait, TimeUnit.MILLISECONDS);
        return;
      }
      askers.forEach(asker -> asker.failSettling(reason));
      if (!connection.isClosed()) {
        long first = settlements.get(0).sequence();
        connection.tell(listener -> listener.settleRefused(first, reason));
      }
      settlesInFlight--;
      work();
    }
  }

  private final class ExtendCall extends Call {
    private final List<Settlement> extensions;
    private final @Nullable CompletableFuture<Void> asker;

    ExtendCall(List<Settlement> extensions, @Nullable CompletableFuture<Void> asker) {
      this.extensions = extensions;
      this.asker = asker;
    }

    @Override
    Request frame() {
      startedTold = started;
      return new Request.Settle(correlation(), number, startedTold, handlingMicros(), extensions);
    }

    @Override
    void answered(Response response) {
      for (Response.SettleRefusal refusal : ((Response.Settled) response).refusals()) {
        if (refusal.index() < extensions.size()) {
          lose(extensions.get(refusal.index()).epoch(), refusal.sequence());
        }
        if (asker != null) {
          asker.completeExceptionally(BrokerErrors.of(refusal));
        }
      }
      if (asker != null) {
        asker.complete(null);
      }
    }

    @Override
    void failed(ParleyException reason) {
      if (asker != null) {
        asker.completeExceptionally(reason);
      }
    }

    @Override
    boolean outlivesConnection() {
      if (asker != null) {
        asker.completeExceptionally(
            new LeaseLostException("the connection of this lease has ended"));
      }
      return false;
    }
  }
}
