package io.parley.client;

import io.parley.protocol.frame.Request;
import io.parley.protocol.model.Names;
import io.parley.protocol.model.TypePattern;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
  private final ParleyClient client;
  private final Consumption<LeasedEvent> consumption;
  private final String subscription;

  private Subscriber(
      ParleyClient client, Consumption<LeasedEvent> consumption, String subscription) {
    this.client = client;
    this.consumption = consumption;
    this.subscription = subscription;
  }

  /** The subscription. */
  public String subscription() {
    return subscription;
  }

  /**
   * Takes nothing more, gives back what wasn't begun, and waits for running handlers and their
   * settlements, at most the client's drain time. A second call returns at once.
   *
   * @throws IllegalStateException on a handler's thread or an event loop
   */
  @Override
  public void close() {
    client.requireNotOnHandlerThread();
    client.awaitStopped(consumption.stopFromOutside(), consumption::abandon);
  }

  /** What a subscriber takes and how. Used once, by one thread. */
  public static final class Builder {
    private final ParleyClient client;
    private final ConsumerSetup<LeasedEvent> setup;

    Builder(ParleyClient client) {
      this.client = client;
      this.setup = new ConsumerSetup<>(client, ConsumptionSettings.Kind.EVENTS, LeasedEvent::new);
    }

    /** The subscription's name; by default the service's. */
    public Builder subscription(String subscription) {
      setup.name(Names.require("subscription", subscription));
      return this;
    }

    /**
     * Has a subscription that is made now begin with all events that are still retained; one that
     * exists goes on where it is. By default it begins with what is published from then on.
     */
    public Builder fromEarliest() {
      setup.from(Request.Subscribe.FROM_EARLIEST);
      return this;
    }

    /**
     * Has a subscription that is made now begin with the retained events that were stored at a time
     * or later; one that exists goes on where it is.
     *
     * @param time by the broker's clock; not before 1970
     */
    public Builder from(Instant time) {
      if (time.isBefore(Instant.EPOCH)) {
        throw new IllegalArgumentException(
            "from: " + time + " (expected: " + Instant.EPOCH + " or later)");
      }
      setup.from(time.toEpochMilli());
      return this;
    }

    /**
     * Most events in its hands at once, begun or not: 1 to 65,536; by default 256, and 16 for a
     * {@link Receiver}.
     */
    public Builder credit(int messages) {
      setup.credit(messages);
      return this;
    }

    /** How many handlers may run at once: 1 (default) to 1,000. */
    public Builder concurrency(int handlers) {
      setup.concurrency(handlers);
      return this;
    }

    /**
     * How long a lease lasts between two extensions: by default as long as the broker says. It is
     * also how long others wait when this process dies without its connection being closed.
     */
    public Builder lease(Duration lease) {
      setup.lease(lease);
      return this;
    }

    /**
     * Handles events, and makes the subscription want them. Where several fit an event the exact
     * name goes first, then the wildcard that was given first.
     *
     * @param pattern a type's name, or a wildcard by segment: {@code shop.cart.*}, {@code shop.>}
     * @param bodyType what the body is decoded to; one that can't be is dead-lettered
     */
    public <E> Builder on(String pattern, Class<E> bodyType, EventHandler<? super E> handler) {
      setup.handle(
          pattern,
          bodyType,
          (body, delivery) -> delivery.settle(result(handler.handle(body, delivery))));
      return this;
    }

    /**
     * Handles events of a pattern several at a time, and makes the subscription want them.
     *
     * @param pattern a type's name, or a wildcard, as for {@link #on}
     * @param bodyType what bodies are decoded to; one that can't be is dead-lettered
     * @param max most messages at once: 1 to 10,000, and never more than {@link #credit}; of large
     *     bodies fewer, all are decoded at once
     */
    public <E> Builder onBatch(
        String pattern, Class<E> bodyType, int max, EventBatchHandler<E> handler) {
      setup.handleBatch(
          pattern, bodyType, max, (messages, bodies) -> handle(messages, bodies, handler));
      return this;
    }

    private static <E> void handle(
        List<LeasedEvent> messages, List<E> bodies, EventBatchHandler<E> handler) throws Exception {
      List<Batched<E, EventDelivery>> batch = new ArrayList<>(messages.size());
      for (int i = 0; i < messages.size(); i++) {
        batch.add(new Batched<>(bodies.get(i), messages.get(i)));
      }
      EventResult forOthers = result(handler.handle(List.copyOf(batch)));
      for (LeasedEvent message : messages) {
        message.settleIfOpen(forOthers);
      }
    }

    /** Makes the subscription want events without a handler of their own: for {@link #manual}. */
    public Builder patterns(String... patterns) {
      for (String pattern : patterns) {
        setup.type(new TypePattern(pattern).text());
      }
      return this;
    }

    /**
     * Hands out every event undecoded, to be settled by whom and when it suits, instead of handlers
     * by type. With {@link #patterns} left out the subscription is used as it is.
     *
     * @param receiver called on the subscriber's threads, in the order of delivery; what it throws
     *     fails the attempt unless it has settled
     */
    public Builder manual(Consumer<? super EventDelivery> receiver) {
      setup.manual(receiver);
      return this;
    }

    /**
     * How much time each handling has: handlers are within this {@link Deadline}, so what they send
     * and ask has no more. 1 ms to 24 days; none by default. Nothing is interrupted when it passes.
     */
    public Builder deadline(Duration time) {
      setup.deadline(time);
      return this;
    }

    /** Whether leases are kept as long as an event is in hand; true by default. */
    public Builder autoExtend(boolean autoExtend) {
      setup.autoExtend(autoExtend);
      return this;
    }

    /**
     * Registers the subscriber; returns when the subscription is durable.
     *
     * @throws io.parley.protocol.ParleyException if it is refused
     * @throws IllegalStateException without handler, or with both kinds
     */
    public Subscriber start() {
      return new Subscriber(client, setup.start(), setup.destination());
    }

    /**
     * Registers a receiver, from which messages are taken one by one, instead of handlers; returns
     * when the broker has. Of these settings it knows subscription, patterns, credit, lease and
     * auto-extend.
     *
     * @throws io.parley.protocol.ParleyException if it is refused, as {@link #start} is
     * @throws IllegalStateException with handlers or concurrency
     */
    public Receiver<EventDelivery> openReceiver() {
      return new Receiver<>(
          client, setup.startWithoutHandlers(), LeasedEvent.class, setup.destination());
    }

    private static EventResult result(@Nullable EventResult result) {
      if (result == null) {
        throw new IllegalStateException("the handler returned null (expected: an EventResult)");
      }
      return result;
    }
  }
}
