package io.parley.client;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Handles the events of a durable subscription, competing with other instances of its service for
 * the subscription's inbox. Ends with its client, or by {@link #close}; the subscription stays.
 *
 * <pre>{@code
 * client.subscriber()
 *     .subscription("billing")
 *     .on("shop.cart.CartCheckedOut", CartCheckedOut.class, (event, delivery) -> {
 *       invoices.add(event);
 *       return EventResult.complete();
 *     })
 *     .start();
 * }</pre>
 *
 * <p>Handlers begin in the order of delivery, on threads of the subscriber. Its threads keep the
 * process alive until it is closed.
 */
public final class Subscriber implements AutoCloseable {
  private Subscriber() {}

  /** The subscription; empty for the one named like the service. */
  public String subscription() {
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

  /** What a subscriber takes and how. Used once, by one thread. */
  public static final class Builder {
    Builder(ParleyClient client) {}

    /** The subscription's name; by default the service's. */
    public Builder subscription(String subscription) {
      throw new UnsupportedOperationException();
    }

    /** Most events in its hands at once, begun or not: 1 to 65,536; 256 by default. */
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
     * Handles events, and makes the subscription want them. Where several fit an event the exact
     * name goes first, then the wildcard that was given first.
     *
     * @param pattern a type's name, or a wildcard by segment: {@code shop.cart.*}, {@code shop.>}
     * @param bodyType what the body is decoded to; one that can't be is dead-lettered
     */
    public <E> Builder on(String pattern, Class<E> bodyType, EventHandler<? super E> handler) {
      throw new UnsupportedOperationException();
    }

    /** Makes the subscription want events without a handler of their own: for {@link #manual}. */
    public Builder patterns(String... patterns) {
      throw new UnsupportedOperationException();
    }

    /**
     * Hands out every event undecoded, to be settled by whom and when it suits, instead of handlers
     * by type. With {@link #patterns} left out the subscription is used as it is.
     *
     * @param receiver called on the subscriber's threads, in the order of delivery; what it throws
     *     fails the attempt unless it has settled
     */
    public Builder manual(Consumer<? super EventDelivery> receiver) {
      throw new UnsupportedOperationException();
    }

    /** Whether leases are kept as long as an event is in hand; true by default. */
    public Builder autoExtend(boolean autoExtend) {
      throw new UnsupportedOperationException();
    }

    /**
     * Registers the subscriber; returns when the subscription is durable.
     *
     * @throws io.parley.protocol.ParleyException if it is refused
     * @throws IllegalStateException without handler, or with both kinds
     */
    public Subscriber start() {
      throw new UnsupportedOperationException();
    }
  }
}
