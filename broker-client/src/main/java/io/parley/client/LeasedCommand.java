package io.parley.client;

import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Settlement;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A command in somebody's hands. */
final class LeasedCommand extends LeasedMessage implements CommandDelivery {
  LeasedCommand(Consumption<?> consumption, Lot lot, int index, MessageRecord record) {
    super(consumption, lot, index, record);
  }

  @Override
  Delivery delivery() {
    return this;
  }

  @Override
  public void settle(CommandResult result) {
    settleWith(settlementOf(result));
  }

  @Override
  public CompletableFuture<Void> settleAsync(CommandResult result) {
    return settleAsyncWith(settlementOf(result));
  }

  /** Settles it unless it is settled already. */
  void settleIfOpen(CommandResult result) {
    if (!isSettled()) {
      trySettle(settlementOf(result), null);
    }
  }

  private @Nullable Settlement settlementOf(CommandResult result) {
    if (result instanceof CommandCompletion completion) {
      return completion(completion.result(), completion.emissions());
    }
    if (result instanceof Rejected rejected) {
      return settlementOf(rejected);
    }
    if (result instanceof Failed failed) {
      return settlementOf(failed);
    }
    return new Settlement.Release(epoch(), sequence(), 1);
  }

  private Settlement settlementOf(Rejected rejected) {
    return new Settlement.Reject(epoch(), sequence(), rejected.code(), rejected.reason());
  }

  @Override
  Settlement failedBy(Throwable failure) {
    return failure instanceof RejectedException rejected
        ? settlementOf(new Rejected(rejected.code(), String.valueOf(rejected.getMessage())))
        : super.failedBy(failure);
  }
}
