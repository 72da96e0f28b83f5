package io.parley.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A command in the hands of a {@link Receiver}, a batch handler, or a manual consumer, see {@link
 * CommandConsumer.Builder#manual}. To be settled exactly once, by any thread; until then it counts
 * against the consumer's credit and its lease is kept.
 */
public non-sealed interface CommandDelivery extends Delivery {
  /**
   * Settles it. Returns at once; the settlement travels with others. A refusal is told to {@link
   * ClientListener#settleRefused}.
   *
   * @throws IllegalStateException if it was settled before
   */
  void settle(CommandResult result);

  /**
   * Settles it, and tells when that is durable.
   *
   * @return fails with {@link LeaseLostException} if the lease was lost, with {@link
   *     SettleInDoubtException} if the connection ended before the answer and it can't be told any
   *     more whether this settle counted or another consumer's, or with another {@link
   *     io.parley.protocol.ParleyException}
   * @throws IllegalStateException if it was settled before
   */
  CompletableFuture<Void> settleAsync(CommandResult result);

  /** Done; as {@link #settle} with {@link CommandResult#complete()}. */
  default void complete() {
    settle(CommandResult.complete());
  }

  /** Done, with a result for the sender; as {@link #settle} with it. */
  default void complete(Object result) {
    settle(CommandResult.complete(result));
  }

  /** Refused for good; as {@link #settle} with {@link CommandResult#reject}. */
  default void reject(String code, String reason) {
    settle(CommandResult.reject(code, reason));
  }

  /** The attempt failed, and counts; as {@link #settle} with {@link CommandResult#fail}. */
  default void fail(String errorClass, String message) {
    settle(CommandResult.fail(errorClass, message));
  }

  /** Given back untouched and uncounted; as {@link #settle} with {@link CommandResult#release}. */
  default void release() {
    settle(CommandResult.release());
  }

  /**
   * Keeps the lease for this long from now on; the client does so by itself unless {@link
   * CommandConsumer.Builder#autoExtend} says otherwise.
   *
   * @return fails with {@link LeaseLostException} if it was lost already
   */
  CompletableFuture<Void> extend(Duration lease);
}
