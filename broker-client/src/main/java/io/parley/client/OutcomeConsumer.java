package io.parley.client;

import io.parley.protocol.model.OutcomeMessage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Handles the outcomes in its service's outcome inbox, competing with other instances of the
 * service. What ended while all were away waits there. Ends with its client, or by {@link #close};
 * the inbox stays.
 *
 * <pre>{@code
 * client.outcomeConsumer()
 *     .on((ended, delivery) -> {
 *       orders.ended(ended.id(), ended.outcome().status());
 *       return EventResult.complete();
 *     })
 *     .start();
 *
 * client.send(OutgoingMessage.of("pay.TakePayment", payment).outcomeToInboxOf("shop"));
 * }</pre>
 */
public final class OutcomeConsumer implements AutoCloseable {
  private final ParleyClient client;
  private final Consumption<LeasedEvent> consumption;
  private final String inbox;

  private OutcomeConsumer(ParleyClient client, Consumption<LeasedEvent> consumption, String inbox) {
    this.client = client;
    this.consumption = consumption;
    this.inbox = inbox;
  }

  /** The outcome inbox's name among the subscriptions. */
  public String inbox() {
    return inbox;
  }

  /** As {@link Subscriber#close}. */
  @Override
  public void close() {
    client.requireNotOnHandlerThread();
    client.awaitStopped(consumption.stopFromOutside(), consumption::abandon);
  }

  /** What an outcome consumer takes and how. Used once, by one thread. */
  public static final class Builder {
    private final ParleyClient client;
    private final ConsumerSetup<LeasedEvent> setup;
    private @Nullable OutcomeHandler handler;

    Builder(ParleyClient client) {
      this.client = client;
      this.setup = new ConsumerSetup<>(client, ConsumptionSettings.Kind.EVENTS, LeasedEvent::new);
    }

    /** What handles them. */
    public Builder on(OutcomeHandler outcomes) {
      handler = outcomes;
      return this;
    }

    /** As {@link Subscriber.Builder#credit}. */
    public Builder credit(int messages) {
      setup.credit(messages);
      return this;
    }

    /** As {@link Subscriber.Builder#concurrency}. */
    public Builder concurrency(int handlers) {
      setup.concurrency(handlers);
      return this;
    }

    /** As {@link Subscriber.Builder#lease}. */
    public Builder lease(Duration lease) {
      setup.lease(lease);
      return this;
    }

    /** As {@link Subscriber.Builder#deadline}. */
    public Builder deadline(Duration time) {
      setup.deadline(time);
      return this;
    }

    /**
     * Registers it; returns when the outcome inbox is durable.
     *
     * @throws io.parley.protocol.ParleyException if it is refused
     * @throws IllegalStateException without handler, or of a client without service
     */
    public OutcomeConsumer start() {
      OutcomeHandler outcomes = handler;
      if (outcomes == null || client.service().isEmpty()) {
        throw new IllegalStateException(
            (outcomes == null ? "no handler" : "a client without service")
                + " (expected: on(…), and a client of a service)");
      }
      String inbox = OutcomeMessage.inboxOf(client.service());
      setup.name(inbox);
      return new OutcomeConsumer(
          client, setup.startWith((delivery, source) -> handle(delivery, outcomes)), inbox);
    }

    private static void handle(LeasedEvent delivery, OutcomeHandler outcomes) throws Exception {
      EventResult result = outcomes.handle(EndedCommand.of(delivery), delivery);
      if (result == null) {
        throw new IllegalStateException("the handler returned null (expected: an EventResult)");
      }
      delivery.settle(result);
    }
  }
}
