package io.parley.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * An event in the hands of a {@link Receiver}, a batch handler, or a manual subscriber, see {@link
 * Subscriber.Builder#manual}. To be settled exactly once, by any thread; until then it counts
 * against the subscriber's credit and its lease is kept.
 */
public non-sealed interface EventDelivery extends Delivery {
  /**
   * Settles it. Returns at once; the settlement travels with others. A refusal is told to {@link
   * ClientListener#settleRefused}.
   *
   * @throws IllegalStateException if it was settled before
   */
  void settle(EventResult result);

  /**
   * Settles it, and tells when that is durable.
   *
   * @return fails with {@link LeaseLostException} if the lease was lost, with {@link
   *     SettleInDoubtException} if the connection ended before the answer and it can't be told any
   *     more whether this settle counted or another consumer's, or with another {@link
   *     io.parley.protocol.ParleyException}
   * @throws IllegalStateException if it was settled before
   */
  CompletableFuture<Void> settleAsync(EventResult result);

  /** Done; as {@link #settle} with {@link EventResult#complete()}. */
  default void complete() {
    settle(EventResult.complete());
  }

  /** The attempt failed, and counts; as {@link #settle} with {@link EventResult#fail}. */
  default void fail(String errorClass, String message) {
    settle(EventResult.fail(errorClass, message));
  }

  /** Given back untouched and uncounted; as {@link #settle} with {@link EventResult#release}. */
  default void release() {
    settle(EventResult.release());
  }

  /**
   * Keeps the lease for this long from now on; the client does so by itself unless {@link
   * Subscriber.Builder#autoExtend} says otherwise.
   *
   * @return fails with {@link LeaseLostException} if it was lost already
   */
  CompletableFuture<Void> extend(Duration lease);
}
