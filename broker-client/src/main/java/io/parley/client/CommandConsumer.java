package io.parley.client;

import io.parley.protocol.WireLimits;
import io.parley.protocol.model.Names;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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
   * @throws IllegalStateException on a handler's thread or the client's own
   */
  @Override
  public void close() {
    client.requireNotOnHandlerThread();
    client.awaitStopped(consumption.stopFromOutside(), consumption::abandon);
  }

  /** What a consumer takes and how. Used once, by one thread. */
  public static final class Builder {
    private static final int CREDIT = 256;
    private static final int RECEIVER_CREDIT = 16;
    private static final int CONCURRENCY_MAX = 1_000;
    private static final int BATCH_MAX = 10_000;

    private final ParleyClient client;
    private final Dispatch<LeasedCommand> handlers = new Dispatch<>();
    private final Set<String> types = new LinkedHashSet<>();
    private @Nullable Consumer<? super CommandDelivery> receiver;
    private String queue = "";
    private int credit;
    private int concurrency = 1;
    private int leaseMs;
    private boolean autoExtend = true;
    private @Nullable Duration deadline;

    Builder(ParleyClient client) {
      this.client = client;
    }

    /** The queue, one of the client's service; by default the one named like the service. */
    public Builder queue(String queue) {
      this.queue = Names.require("queue", queue);
      return this;
    }

    /**
     * Most commands in its hands at once, begun or not: 1 to 65,536; by default 256, and 16 for a
     * {@link Receiver}.
     */
    public Builder credit(int messages) {
      this.credit = Numbers.require("credit", messages, 1, WireLimits.CREDIT_MAX);
      return this;
    }

    /** How many handlers may run at once: 1 (default) to 1,000. */
    public Builder concurrency(int handlers) {
      this.concurrency = Numbers.require("concurrency", handlers, 1, CONCURRENCY_MAX);
      return this;
    }

    /**
     * How long a lease lasts between two extensions: by default as long as the broker says. It is
     * also how long others wait when this process dies without its connection being closed.
     */
    public Builder lease(Duration lease) {
      this.leaseMs = (int) Numbers.requireMillis("lease", lease, 1).toMillis();
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
      handlers.add(
          type,
          bodyType,
          (body, delivery) -> delivery.settle(result(handler.handle(body, delivery))));
      types.add(type);
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
      Numbers.require("messages of a batch", max, 1, BATCH_MAX);
      handlers.add(
          type,
          new BatchHandling<>(
              handlers, bodyType, max, (messages, bodies) -> handle(messages, bodies, handler)));
      types.add(type);
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
        this.types.add(Names.require("type", type));
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
      this.receiver = receiver;
      return this;
    }

    /**
     * How much time each handling has: handlers are within this {@link Deadline}, so what they send
     * and ask has no more. 1 ms to 24 days; none by default. Nothing is interrupted when it passes.
     */
    public Builder deadline(Duration time) {
      this.deadline = Numbers.requireMillis("deadline", time, 1);
      return this;
    }

    /** Whether leases are kept as long as a command is in hand; true by default. */
    public Builder autoExtend(boolean autoExtend) {
      this.autoExtend = autoExtend;
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
      client.requireOpen();
      String destination = destination();
      client.requireNotOnHandlerThread();
      Consumption<LeasedCommand> consumption =
          new Consumption<>(
              client.connection(),
              settings(destination, CREDIT, concurrency),
              LeasedCommand::new,
              receiverOfAll());
      client.awaitRegistered(
          consumption.start(), consumption::abandon, "consumer of queue '" + destination + "'");
      return new CommandConsumer(client, consumption, destination);
    }

    /**
     * Registers a receiver, from which messages are taken one by one, instead of handlers; returns
     * when the broker has. Of these settings it knows queue, types, credit, lease and auto-extend.
     *
     * @throws io.parley.protocol.ParleyException if it is refused, as {@link #start} is
     * @throws IllegalStateException with handlers or concurrency
     */
    public Receiver<CommandDelivery> openReceiver() {
      client.requireOpen();
      String destination = destination();
      client.requireNotOnHandlerThread();
      if (receiver != null || !handlers.isEmpty() || concurrency != 1) {
        throw new IllegalStateException(
            "a receiver with handlers or concurrency (expected: neither; threads of yours call"
                + " receive)");
      }
      Consumption<LeasedCommand> consumption =
          new Consumption<>(
              client.connection(),
              settings(destination, RECEIVER_CREDIT, 0),
              LeasedCommand::new,
              (message, source) -> {});
      client.awaitRegistered(
          consumption.start(), consumption::abandon, "receiver of '" + destination + "'");
      return new Receiver<>(client, consumption, LeasedCommand.class, destination);
    }

    private Consumption.Receiver<LeasedCommand> receiverOfAll() {
      Consumer<? super CommandDelivery> manual = receiver;
      if ((manual == null) == handlers.isEmpty()) {
        throw new IllegalStateException(
            (manual == null ? "no handler" : "both manual and handlers by type")
                + " (expected: either on(…) or manual(…))");
      }
      return manual == null ? handlers : (message, source) -> manual.accept(message);
    }

    private String destination() {
      if (client.service().isEmpty() && queue.isEmpty()) {
        throw new IllegalStateException(
            "queue: none, and the client has no service (expected: one of both)");
      }
      return queue.isEmpty() ? client.service() : queue;
    }

    private ConsumptionSettings settings(String destination, int creditByDefault, int threads) {
      if (types.size() > WireLimits.TYPES_MAX) {
        throw new IllegalStateException(
            "types: " + types.size() + " (expected: at most " + WireLimits.TYPES_MAX + ")");
      }
      return new ConsumptionSettings(
          ConsumptionSettings.Kind.COMMANDS,
          destination,
          List.copyOf(types),
          credit == 0 ? creditByDefault : credit,
          threads,
          leaseMs,
          autoExtend,
          deadline);
    }

    private static CommandResult result(@Nullable CommandResult result) {
      if (result == null) {
        throw new IllegalStateException("the handler returned null (expected: a CommandResult)");
      }
      return result;
    }
  }
}
