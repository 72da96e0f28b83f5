package io.parley.client;

import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Settlement;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** An event in somebody's hands. */
final class LeasedEvent extends LeasedMessage implements EventDelivery {
  LeasedEvent(Consumption<?> consumption, Lot lot, int index, MessageRecord record) {
    super(consumption, lot, index, record);
  }

  @Override
  Delivery delivery() {
    return this;
  }

  @Override
  public void settle(EventResult result) {
    settleWith(settlementOf(result));
  }

  @Override
  public CompletableFuture<Void> settleAsync(EventResult result) {
    return settleAsyncWith(settlementOf(result));
  }

  /** Settles it unless it is settled already. */
  void settleIfOpen(EventResult result) {
    if (!isSettled()) {
      trySettle(settlementOf(result), null);
    }
  }

  private @Nullable Settlement settlementOf(EventResult result) {
    if (result instanceof EventCompletion completion) {
      return completion(null, completion.emissions());
    }
    if (result instanceof Failed failed) {
      return settlementOf(failed);
    }
    return new Settlement.Release(epoch(), sequence(), 1);
  }
}
