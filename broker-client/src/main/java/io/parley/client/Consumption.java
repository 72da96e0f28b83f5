package io.parley.client;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageRecord;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One consumer or subscriber: its registration, and the messages in its hands; threads are shared.
 *
 * <pre>
 *   DELIVER ─┬─▶ LotBuffer ──▶ handler threads ──▶ Settling ──▶ SETTLE
 *   (event   │   (lock)        take one, in order  (hand-over,
 *    loop)   │                                      event loop)
 *            ├─▶ OpenLots, until all of a lot is settled ◀─┤
 *            │     └─ LeaseKeeping extends their leases    │
 *            └─▶ Credit, less with each delivered ◀────────┘ more with each settled ──▶ CREDIT
 * </pre>
 *
 * <p>At most the settings' credit of messages is in hand, those of an ended connection included.
 *
 * @param <D> what the threads are given
 */
final class Consumption<D extends LeasedMessage> implements Registration {
  /** Messages handled before other consumers of the client get a thread. */
  private static final int HANDLED_IN_TURN = 64;

  private final Connection connection;
  private final ConsumptionSettings settings;
  private final int number;
  private final Receiver<D> receiver;
  private final WakeUp wakeUp;
  private final LotBuffer<D> buffer;
  private final CompletableFuture<Void> registered = new CompletableFuture<>();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();

  /** From here on: event loop only. */
  private final OpenLots openLots = new OpenLots();

  private final Credit credit;
  private final Settling settling;
  private final LeaseKeeping leases;
  private @Nullable HandlerThreads threads;
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
    this.receiver = receiver;
    this.wakeUp = new WakeUp(connection::execute, this::work);
    this.buffer =
        new LotBuffer<>(
            (lot, index, record) -> leasing.lease(this, lot, index, record),
            settings.concurrency());
    this.credit = new Credit(settings.credit());
    this.settling = new Settling(connection, number, buffer, openLots, credit, this::work);
    this.leases =
        new LeaseKeeping(connection, settings.autoExtend(), openLots, settling, this::work);
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
    settling.put(message);
    wakeUp.ask();
    if (connection.isClosed()) {
      message.failSettling(Connection.closedException());
    }
  }

  CompletableFuture<Void> extend(Lot lot, int index, int leaseMs) {
    return leases.extend(lot, index, leaseMs);
  }

  // ---- handler threads

  /** Handles what is there; after some of it, those who wait for a thread go first. */
  private int handleSome(HandlerThreads from) {
    int handled = 0;
    buffer.enter();
    try {
      D message = buffer.next();
      while (message != null) {
        wakeUp.ask();
        handle(message);
        handled++;
        if (handled >= HANDLED_IN_TURN && from.isAnyWaiting()) {
          from.continueLater(() -> handleSome(from));
          return handled;
        }
        message = buffer.next();
      }
    } finally {
      buffer.leave();
    }
    return handled;
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

  /**
   * Takes more of what is there, in order, up to the first that doesn't fit. Doesn't wait.
   *
   * @param fits asked with the type of each
   */
  List<D> takeMore(int max, Predicate<String> fits) {
    List<D> more = buffer.takeMore(max, fits);
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
    D message = buffer.poll(nanos);
    while (message != null) {
      wakeUp.ask();
      if (begin(message)) {
        return message;
      }
      message = buffer.poll(until - System.nanoTime());
    }
    return null;
  }

  /** Whether nothing more can ever be taken. */
  boolean isEnded() {
    return buffer.isEnded();
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
    // No credit yet: what the last connection left to be settled goes first, or the broker would
    // lease those messages anew and refuse the settlements.
    credit.begin(openLots.messages());
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
    buffer.clear(lot -> lot.settleFrom(lot.takeRest()));
    openLots.removeSettled();
  }

  @Override
  public boolean isIdle() {
    return settling.isIdle() && !buffer.isAnyBegun(openLots.all());
  }

  @Override
  public void disconnected() {
    leaving = false;
    dropBuffered();
    buffer.countAnew();
    settling.disconnected();
    openLots.lose();
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
      leases.keep(deliver.leaseMs());
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
    credit.delivered(lot.count());
    if (stopping) {
      settling.giveBack(lot);
      return;
    }
    int more = buffer.add(lot);
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
    buffer.end(settling::giveBack);
    if (connection.isUp()) {
      connection.call(new CloseCall());
    } else {
      closedAtBroker = true;
    }
    work();
    return stopped;
  }

  @Override
  public void abandoned() {
    buffer.end(lot -> {});
    buffer.interrupt();
    openLots.lose();
    openLots.clear();
    connection.removeConsumer(this);
    leaveThreads();
    if (connection.isUp() && !closedAtBroker) {
      connection.call(new CloseCall());
    }
    settling.takeSettled();
    settling.fail(Connection.closedException());
    registered.completeExceptionally(Connection.closedException());
    stopped.complete(null);
  }

  private void checkStopped() {
    if (stopping && closedAtBroker && openLots.isEmpty() && settling.isIdle()) {
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

  /** Says to the broker what there is to say. */
  private void work() {
    wakeUp.rearm();
    settling.takeSettled();
    if (connection.isUp()) {
      settling.send();
      settling.tellStarted();
      giveCredit();
    }
    if (!connection.isUp() || settling.isFull()) {
      // An answer or a connection is what continues this, not the next handler.
      wakeUp.hush();
    }
    checkStopped();
  }

  private void giveCredit() {
    int due = stopping ? 0 : credit.takeDue();
    if (due > 0) {
      connection.write(new Request.Credit(0, number, due));
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
                settings.leaseMs(),
                settings.from());
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
}
