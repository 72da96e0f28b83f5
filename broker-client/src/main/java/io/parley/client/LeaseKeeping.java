package io.parley.client;

import io.netty.util.concurrent.ScheduledFuture;
import io.parley.protocol.ParleyException;
import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.Settlement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the leases of a consumer's messages while they are in hand, and extends one when its holder
 * asks. Event loop, but for {@link #extend}.
 */
final class LeaseKeeping {
  /** A lease is extended when a third of it is over; looked at twice as often. */
  private static final int EXTEND_AT_PART = 3;

  private final Connection connection;
  private final boolean isAutomatic;
  private final OpenLots openLots;
  private final Settling settling;
  private final Runnable goOn;

  private @Nullable ScheduledFuture<?> looking;

  /**
   * Of one consumer.
   *
   * @param isAutomatic whether leases are kept without being asked
   * @param goOn run after a look, for what was settled meanwhile
   */
  LeaseKeeping(
      Connection connection,
      boolean isAutomatic,
      OpenLots openLots,
      Settling settling,
      Runnable goOn) {
    this.connection = connection;
    this.isAutomatic = isAutomatic;
    this.openLots = openLots;
    this.settling = settling;
    this.goOn = goOn;
  }

  /**
   * Looks after the open lots from now on until there are none.
   *
   * @param leaseMs the shortest of their leases
   */
  void keep(int leaseMs) {
    boolean isNeeded = isAutomatic && !openLots.isEmpty() && !connection.isClosed();
    if (isNeeded && looking == null && leaseMs > 0) {
      long everyMs = Math.max(1, leaseMs / (2 * EXTEND_AT_PART));
      looking =
          connection
              .loop()
              .schedule(
                  () -> {
                    looking = null;
                    extendWhatIsDue();
                    keep(leaseMs);
                  },
                  everyMs,
                  TimeUnit.MILLISECONDS);
    }
  }

  private void extendWhatIsDue() {
    if (!connection.isUp()) {
      return;
    }
    settling.takeSettled();
    long now = System.nanoTime();
    List<Settlement> extensions = new ArrayList<>();
    int messages = 0;
    for (Lot lot : openLots.all()) {
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
    goOn.run();
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

  /** Extends one message's lease. Any thread. */
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

  private final class ExtendCall extends Call {
    private final List<Settlement> extensions;
    private final @Nullable CompletableFuture<Void> asker;

    ExtendCall(List<Settlement> extensions, @Nullable CompletableFuture<Void> asker) {
      this.extensions = extensions;
      this.asker = asker;
    }

    @Override
    Request frame() {
      return settling.frame(correlation(), extensions);
    }

    @Override
    void answered(Response response) {
      for (Response.SettleRefusal refusal : ((Response.Settled) response).refusals()) {
        if (refusal.index() < extensions.size()) {
          openLots.lose(extensions.get(refusal.index()).epoch(), refusal.sequence());
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
