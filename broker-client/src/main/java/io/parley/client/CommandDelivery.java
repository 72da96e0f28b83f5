package io.parley.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A command in the hands of a manual consumer, see {@link CommandConsumer.Builder#manual}. To be
 * settled exactly once, by any thread; until then it counts against the consumer's credit and its
 * lease is kept.
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
   * @return fails with {@link LeaseLostException} if the lease was lost, or with another {@link
   *     io.parley.protocol.ParleyException}
   * @throws IllegalStateException if it was settled before
   */
  CompletableFuture<Void> settleAsync(CommandResult result);

  /**
   * Keeps the lease for this long from now on; the client does so by itself unless {@link
   * CommandConsumer.Builder#autoExtend} says otherwise.
   *
   * @return fails with {@link LeaseLostException} if it was lost already
   */
  CompletableFuture<Void> extend(Duration lease);
}
