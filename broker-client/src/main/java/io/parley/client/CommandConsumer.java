package io.parley.client;

import io.parley.protocol.model.Names;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
  private final ParleyClient client;
  private final Consumption<LeasedCommand> consumption;
  private final String queue;

  private CommandConsumer(
      ParleyClient client, Consumption<LeasedCommand> consumption, String queue) {
    this.client = client;
    this.consumption = consumption;
    this.queue = queue;
  }

  /** The queue. */
  public String queue() {
    return queue;
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

  /** What a consumer takes and how. Used once, by one thread. */
  public static final class Builder {
    private final ParleyClient client;
    private final ConsumerSetup<LeasedCommand> setup;

    Builder(ParleyClient client) {
      this.client = client;
      this.setup =
          new ConsumerSetup<>(client, ConsumptionSettings.Kind.COMMANDS, LeasedCommand::new);
    }

    /** The queue, one of the client's service; by default the one named like the service. */
    public Builder queue(String queue) {
      setup.name(Names.require("queue", queue));
      return this;
    }

    /**
     * Most commands in its hands at once, begun or not: 1 to 65,536; by default 256, and 16 for a
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
     * Handles commands of a type, and claims it for the queue.
     *
     * @param type its exact name
     * @param bodyType what the body is decoded to; one that can't be is dead-lettered
     */
    public <C> Builder on(String type, Class<C> bodyType, CommandHandler<? super C> handler) {
      Names.require("type", type);
      setup.handle(
          type,
          bodyType,
          (body, delivery) -> delivery.settle(result(handler.handle(body, delivery))));
      return this;
    }

    /**
     * Handles commands of a type several at a time, and claims it for the queue.
     *
     * @param type its exact name
     * @param bodyType what bodies are decoded to; one that can't be is dead-lettered
     * @param max most messages at once: 1 to 10,000, and never more than {@link #credit}; of large
     *     bodies fewer, all are decoded at once
     */
    public <C> Builder onBatch(
        String type, Class<C> bodyType, int max, CommandBatchHandler<C> handler) {
      Names.require("type", type);
      setup.handleBatch(
          type, bodyType, max, (messages, bodies) -> handle(messages, bodies, handler));
      return this;
    }

    private static <C> void handle(
        List<LeasedCommand> messages, List<C> bodies, CommandBatchHandler<C> handler)
        throws Exception {
      List<Batched<C, CommandDelivery>> batch = new ArrayList<>(messages.size());
      for (int i = 0; i < messages.size(); i++) {
        batch.add(new Batched<>(bodies.get(i), messages.get(i)));
      }
      CommandResult forOthers = result(handler.handle(List.copyOf(batch)));
      for (LeasedCommand message : messages) {
        message.settleIfOpen(forOthers);
      }
    }

    /** Claims types for the queue without a handler of their own: for {@link #manual}. */
    public Builder types(String... types) {
      for (String type : types) {
        setup.type(Names.require("type", type));
      }
      return this;
    }

    /**
     * Hands out every command undecoded, to be settled by whom and when it suits, instead of
     * handlers by type. With {@link #types} left out: whatever the queue owns already.
     *
     * @param receiver called on the consumer's threads, in the order of delivery; what it throws
     *     fails the attempt unless it has settled
     */
    public Builder manual(Consumer<? super CommandDelivery> receiver) {
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

    /** Whether leases are kept as long as a command is in hand; true by default. */
    public Builder autoExtend(boolean autoExtend) {
      setup.autoExtend(autoExtend);
      return this;
    }

    /**
     * Registers the consumer; returns when the broker has.
     *
     * @throws io.parley.protocol.ParleyException if it is refused: {@code OWNED_BY} another
     *     service, {@code WRONG_KIND}, {@code TYPE_NOT_DECLARED}, …
     * @throws IllegalStateException without handler, or with both kinds
     */
    public CommandConsumer start() {
      return new CommandConsumer(client, setup.start(), setup.destination());
    }

    /**
     * Registers a receiver, from which messages are taken one by one, instead of handlers; returns
     * when the broker has. Of these settings it knows queue, types, credit, lease and auto-extend.
     *
     * @throws io.parley.protocol.ParleyException if it is refused, as {@link #start} is
     * @throws IllegalStateException with handlers or concurrency
     */
    public Receiver<CommandDelivery> openReceiver() {
      return new Receiver<>(
          client, setup.startWithoutHandlers(), LeasedCommand.class, setup.destination());
    }

    private static CommandResult result(@Nullable CommandResult result) {
      if (result == null) {
        throw new IllegalStateException("the handler returned null (expected: a CommandResult)");
      }
      return result;
    }
  }
}
