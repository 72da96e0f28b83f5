package io.parley.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * An event in the hands of a manual subscriber, see {@link Subscriber.Builder#manual}. To be
 * settled exactly once, by any thread; until then it counts against the subscriber's credit and its
 * lease is kept.
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
   * @return fails with {@link LeaseLostException} if the lease was lost, or with another {@link
   *     io.parley.protocol.ParleyException}
   * @throws IllegalStateException if it was settled before
   */
  CompletableFuture<Void> settleAsync(EventResult result);

  /**
   * Keeps the lease for this long from now on; the client does so by itself unless {@link
   * Subscriber.Builder#autoExtend} says otherwise.
   *
   * @return fails with {@link LeaseLostException} if it was lost already
   */
  CompletableFuture<Void> extend(Duration lease);
}
