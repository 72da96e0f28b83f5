package io.parley.client;

import io.parley.client.ConsumptionSettings.Kind;
import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Request;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the builders of {@link CommandConsumer} and {@link Subscriber} have in common: the settings,
 * and the way to the broker. Used by one thread.
 *
 * @param <L> what handlers are given
 */
final class ConsumerSetup<L extends LeasedMessage> {
  private static final int CREDIT = 256;
  private static final int RECEIVER_CREDIT = 16;
  private static final int CONCURRENCY_MAX = 1_000;
  private static final int BATCH_MAX = 10_000;

  private final ParleyClient client;
  private final Kind kind;
  private final Consumption.Leasing<L> leasing;
  private final Dispatch<L> handlers = new Dispatch<>();
  private final Set<String> types = new LinkedHashSet<>();
  private @Nullable Consumer<? super L> manual;
  private String name = "";
  private int credit;
  private int concurrency = 1;
  private int leaseMs;
  private long from = Request.Subscribe.FROM_NOW;
  private boolean autoExtend = true;
  private @Nullable Duration deadline;

  ConsumerSetup(ParleyClient client, Kind kind, Consumption.Leasing<L> leasing) {
    this.client = client;
    this.kind = kind;
    this.leasing = leasing;
  }

  // ---- settings; the public builders say what each means

  void name(String queueOrSubscription) {
    name = queueOrSubscription;
  }

  /** A type to claim, or a pattern to subscribe to. */
  void type(String type) {
    types.add(type);
  }

  void credit(int messages) {
    credit = Numbers.require("credit", messages, 1, WireLimits.CREDIT_MAX);
  }

  void concurrency(int handlersAtOnce) {
    concurrency = Numbers.require("concurrency", handlersAtOnce, 1, CONCURRENCY_MAX);
  }

  void lease(Duration lease) {
    leaseMs = (int) Numbers.requireMillis("lease", lease, 1).toMillis();
  }

  void from(long timeMs) {
    from = timeMs;
  }

  void autoExtend(boolean keepLeases) {
    autoExtend = keepLeases;
  }

  void deadline(Duration time) {
    deadline = Numbers.requireMillis("deadline", time, 1);
  }

  <B> void handle(String type, Class<B> bodyType, Dispatch.HandlerCall<L, B> call) {
    handlers.add(type, bodyType, call);
    type(type);
  }

  <B> void handleBatch(
      String type, Class<B> bodyType, int max, BatchHandling.BatchCall<L, B> call) {
    Numbers.require("messages of a batch", max, 1, BATCH_MAX);
    handlers.add(type, new BatchHandling<>(handlers, bodyType, max, call));
    type(type);
  }

  void manual(Consumer<? super L> receiver) {
    manual = receiver;
  }

  // ---- to the broker

  /** The queue or subscription: by default the one named like the service. */
  String destination() {
    if (client.service().isEmpty() && name.isEmpty()) {
      throw new IllegalStateException(
          kind.destinationWord() + ": none, and the client has no service (expected: one of both)");
    }
    return name.isEmpty() ? client.service() : name;
  }

  /** Registers it with its handlers; returns when the broker has. */
  Consumption<L> start() {
    return register(kind.consumerWord(), settings(CREDIT, concurrency), receiverOfAll());
  }

  /** Registers it with a receiver of all, instead of handlers; returns when the broker has. */
  Consumption<L> startWith(Consumption.Receiver<L> receiver) {
    return register(kind.consumerWord(), settings(CREDIT, concurrency), receiver);
  }

  private Consumption.Receiver<L> receiverOfAll() {
    Consumer<? super L> receiver = manual;
    if ((receiver == null) == handlers.isEmpty()) {
      throw new IllegalStateException(
          (receiver == null ? "no handler" : "both manual and handlers by type")
              + " (expected: either on(…) or manual(…))");
    }
    return receiver == null ? handlers : (message, source) -> receiver.accept(message);
  }

  /** Registers it for a {@link Receiver}; returns when the broker has. */
  Consumption<L> startWithoutHandlers() {
    if (manual != null || !handlers.isEmpty() || concurrency != 1) {
      throw new IllegalStateException(
          "a receiver with handlers or concurrency (expected: neither; threads of yours call"
              + " receive)");
    }
    return register("receiver of", settings(RECEIVER_CREDIT, 0), (message, source) -> {});
  }

  private Consumption<L> register(
      String what, ConsumptionSettings settings, Consumption.Receiver<L> receiver) {
    client.requireOpen();
    client.requireNotOnHandlerThread();
    Consumption<L> consumption =
        new Consumption<>(client.connection(), settings, leasing, receiver);
    client.awaitRegistered(
        consumption.start(), consumption::abandon, what + " '" + settings.destination() + "'");
    return consumption;
  }

  private ConsumptionSettings settings(int creditByDefault, int threads) {
    if (types.size() > WireLimits.TYPES_MAX) {
      throw new IllegalStateException(
          kind.typesWord()
              + ": "
              + types.size()
              + " (expected: at most "
              + WireLimits.TYPES_MAX
              + ")");
    }
    return new ConsumptionSettings(
        kind,
        destination(),
        List.copyOf(types),
        credit == 0 ? creditByDefault : credit,
        threads,
        leaseMs,
        from,
        autoExtend,
        deadline);
  }
}
