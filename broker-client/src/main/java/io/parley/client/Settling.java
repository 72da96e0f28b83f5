package io.parley.client;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.Settlement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What holders said of a consumer's messages, on its way to the broker: collected, put into as few
 * SETTLE frames as will do, and what becomes of those told to who asked. Event loop, but for {@link
 * #put}.
 */
final class Settling {
  /** Settle frames on their way beyond which settlements collect until one is answered. */
  private static final int IN_FLIGHT_MAX = 2;

  /** How long to wait before settling again after an error of the broker that names no time. */
  private static final int AGAIN_MS = 500;

  /** Of so many handlings, about, the time is averaged. */
  private static final int HANDLINGS_AVERAGED = 4;

  private static final int NANOS_PER_MICRO = 1_000;

  private final Connection connection;
  private final int consumer;
  private final LotBuffer<?> buffer;
  private final OpenLots openLots;
  private final Credit credit;
  private final Runnable goOn;

  private final HandOver<LeasedMessage> settled = new HandOver<>();

  /** From here on: event loop only. */
  private final SettleCoalescer coalescer = new SettleCoalescer();

  private List<LeasedMessage> toTell = new ArrayList<>();
  private int inFlight;
  private long startedTold;
  private long handlingNanos;

  /**
   * Of one consumer.
   *
   * @param goOn run when a frame was answered, and more may be sent
   */
  Settling(
      Connection connection,
      int consumer,
      LotBuffer<?> buffer,
      OpenLots openLots,
      Credit credit,
      Runnable goOn) {
    this.connection = connection;
    this.consumer = consumer;
    this.buffer = buffer;
    this.openLots = openLots;
    this.credit = credit;
    this.goOn = goOn;
  }

  /** Hands over what a message's holder said of it. Any thread. */
  void put(LeasedMessage message) {
    settled.put(message);
  }

  /** Whether everything is said and answered. */
  boolean isIdle() {
    return coalescer.isEmpty() && inFlight == 0;
  }

  /** Whether an answer is what continues this. */
  boolean isFull() {
    return inFlight >= IN_FLIGHT_MAX;
  }

  /** What was begun of the last connection doesn't count for the next. */
  void disconnected() {
    startedTold = 0;
  }

  /** Collects what was handed over. */
  void takeSettled() {
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
    openLots.removeIfSettled(lot);
    credit.settled();
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

  /** Gives back, uncounted, what of a lot was not begun. */
  void giveBack(Lot lot) {
    int from = lot.takeRest();
    if (from < lot.count()) {
      coalescer.release(lot.epoch(), lot.firstSequence() + from, lot.count() - from);
      lot.settleFrom(from);
    }
    openLots.removeIfSettled(lot);
  }

  /** Sends what is collected. */
  void send() {
    while (!coalescer.isEmpty() && !isFull()) {
      List<Settlement> settlements =
          coalescer.take(WireLimits.BATCH_MAX_MESSAGES, connection.batchBytesMax());
      inFlight++;
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

  /** Tells how many messages were begun, where no settlement on its way does. */
  void tellStarted() {
    if (buffer.started() > startedTold && !isFull()) {
      connection.write(frame(0, List.of()));
    }
  }

  /** A SETTLE frame as it is to be written now: it also says what was begun. */
  Request.Settle frame(int correlation, List<Settlement> settlements) {
    startedTold = buffer.started();
    return new Request.Settle(correlation, consumer, startedTold, handlingMicros(), settlements);
  }

  /** At least 1 once something was handled, as 0 is for what isn't known. */
  private int handlingMicros() {
    return handlingNanos == 0
        ? 0
        : (int) Math.max(1, Math.min(Integer.MAX_VALUE, handlingNanos / NANOS_PER_MICRO));
  }

  /** Nothing more is sent: tells those who asked. */
  void fail(ParleyException reason) {
    toTell.forEach(message -> message.failSettling(reason));
    toTell.clear();
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
      return Settling.this.frame(correlation(), settlements);
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
      inFlight--;
      goOn.run();
    }

    private void refused(Response.SettleRefusal refusal) {
      if (refusal.index() >= settlements.size()) {
        return;
      }
      Settlement settlement = settlements.get(refusal.index());
      ParleyException reason =
          repeated && isOver(refusal)
              ? new SettleInDoubtException(refusal.code(), refusal.sequence(), refusal.message())
              : BrokerErrors.of(refusal);
      for (LeasedMessage asker : askers) {
        if (asker.sequence() == refusal.sequence() && asker.epoch() == settlement.epoch()) {
          asker.failSettling(reason);
        }
      }
      connection.tell(listener -> listener.settleRefused(refusal.sequence(), reason));
      failInstead(settlement, refusal);
    }

    /** Whether nothing can be said of the message under that lease any more. */
    private static boolean isOver(Response.SettleRefusal refusal) {
      return refusal.code() == ErrorCode.LEASE_LOST || refusal.code() == ErrorCode.ALREADY_SETTLED;
    }

    /** An impossible result, such as an event of a command's type, fails the attempt. */
    private void failInstead(Settlement settlement, Response.SettleRefusal refusal) {
      if (!isOver(refusal)
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
        repeated |= reason.code() == ErrorCode.STORE_UNAVAILABLE; // it may be on the disk
        long wait = Math.max(reason.retryAfter().toMillis(), AGAIN_MS);
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
      inFlight--;
      goOn.run();
    }
  }
}
