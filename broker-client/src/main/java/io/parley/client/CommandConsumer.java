package io.parley.client;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Competes for the commands of one queue and handles them. Ends with its client, or by {@link
 * #close}.
 *
 * <pre>{@code
 * client.commandConsumer()
 *     .concurrency(4)
 *     .on("shop.cart.AddProductToCart", AddProductToCart.class, (command, delivery) -> {
 *       Cart cart = carts.add(command);
 *       return CommandResult.complete().event("shop.cart.ProductAddedToCart", command.added());
 *     })
 *     .start();
 * }</pre>
 *
 * <p>Handlers begin in the order of delivery, on threads of the consumer. Its threads keep the
 * process alive until it is closed.
 */
public final class CommandConsumer implements AutoCloseable {
  private CommandConsumer() {}

  /** The queue; empty for the one named like the service. */
  public String queue() {
    throw new UnsupportedOperationException();
  }

  /**
   * Takes nothing more, gives back what wasn't begun, and waits for running handlers and their
   * settlements, at most the client's drain time. A second call returns at once.
   *
   * @throws IllegalStateException on a handler's thread or the client's own
   */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }

  /** What a consumer takes and how. Used once, by one thread. */
  public static final class Builder {
    Builder(ParleyClient client) {}

    /** The queue, one of the client's service; by default the one named like the service. */
    public Builder queue(String queue) {
      throw new UnsupportedOperationException();
    }

    /** Most commands in its hands at once, begun or not: 1 to 65,536; 256 by default. */
    public Builder credit(int messages) {
      throw new UnsupportedOperationException();
    }

    /** How many handlers may run at once: 1 (default) to 1,000. */
    public Builder concurrency(int handlers) {
      throw new UnsupportedOperationException();
    }

    /**
     * How long a lease lasts between two extensions: by default as long as the broker says. It is
     * also how long others wait when this process dies without its connection being closed.
     */
    public Builder lease(Duration lease) {
      throw new UnsupportedOperationException();
    }

    /**
     * Handles commands of a type, and claims it for the queue.
     *
     * @param type its exact name
     * @param bodyType what the body is decoded to; one that can't be is dead-lettered
     */
    public <C> Builder on(String type, Class<C> bodyType, CommandHandler<? super C> handler) {
      throw new UnsupportedOperationException();
    }

    /** Claims types for the queue without a handler of their own: for {@link #manual}. */
    public Builder types(String... types) {
      throw new UnsupportedOperationException();
    }

    /**
     * Hands out every command undecoded, to be settled by whom and when it suits, instead of
     * handlers by type. With {@link #types} left out: whatever the queue owns already.
     *
     * @param receiver called on the consumer's threads, in the order of delivery; what it throws
     *     fails the attempt unless it has settled
     */
    public Builder manual(Consumer<? super CommandDelivery> receiver) {
      throw new UnsupportedOperationException();
    }

    /** Whether leases are kept as long as a command is in hand; true by default. */
    public Builder autoExtend(boolean autoExtend) {
      throw new UnsupportedOperationException();
    }

    /**
     * Registers the consumer; returns when the broker has.
     *
     * @throws io.parley.protocol.ParleyException if it is refused: {@code OWNED_BY} another
     *     service, {@code WRONG_KIND}, {@code TYPE_NOT_DECLARED}, …
     * @throws IllegalStateException without handler, or with both kinds
     */
    public CommandConsumer start() {
      throw new UnsupportedOperationException();
    }
  }
}
