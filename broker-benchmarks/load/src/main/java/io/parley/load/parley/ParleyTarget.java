package io.parley.load.parley;

import io.parley.client.Answer;
import io.parley.client.CommandResult;
import io.parley.client.EventResult;
import io.parley.client.ParleyClient;
import io.parley.client.PayloadCodec;
import io.parley.load.broker.Confirms;
import io.parley.load.broker.Handler;
import io.parley.load.broker.Kind;
import io.parley.load.broker.Receiver;
import io.parley.load.broker.Sender;
import io.parley.load.broker.Target;
import io.parley.load.broker.Traffic;
import io.parley.protocol.model.Payload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A Parley broker under load. Every delivery is completed on its own, after the handler.
 *
 * <p>Uses queues {@code parley-bench…} of the service {@code parley-bench}, and subscriptions of
 * types whose name holds how many subscriptions there are: so that the inboxes of another run,
 * which stay, get nothing of this one.
 */
public final class ParleyTarget implements Target {
  /** Owner of queues and subscriptions; their names begin with it. */
  public static final String SERVICE = "parley-bench";

  private static final String COMMAND_TYPE = "parley.bench.DoNothing";
  private static final String EVENT_TYPE = "parley.bench.NothingHappened";
  private static final String QUERY_TYPE = "parley.bench.GetNothing";
  private static final CommandResult COMMAND_DONE = CommandResult.complete();
  private static final EventResult EVENT_DONE = EventResult.complete();

  private final Supplier<ParleyClient.Builder> clients;
  private final Map<String, String> description = new LinkedHashMap<>();
  private final Map<Integer, ParleyClient> receiving = new HashMap<>();
  private final List<ParleyClient> sending = new ArrayList<>();

  /**
   * A target.
   *
   * @param clients settings of a client that is not connected yet; service and codec are set here
   * @param description what is known about the broker
   */
  public ParleyTarget(Supplier<ParleyClient.Builder> clients, Map<String, String> description) {
    this.clients = clients;
    this.description.put("product", "Parley");
    this.description.putAll(description);
  }

  @Override
  public Map<String, String> description() {
    return Collections.unmodifiableMap(description);
  }

  @Override
  public boolean supports(Traffic traffic) {
    return true;
  }

  /** Claims the command types, or makes the subscriptions. */
  @Override
  public void declare(Traffic traffic) {
    if (traffic.kind() == Kind.QUERIES) {
      return;
    }
    try (ParleyClient client = client().service(SERVICE).connect()) {
      for (int i = 0; i < traffic.destinations(); i++) {
        if (traffic.kind() == Kind.EVENTS) {
          client.declareSubscription(subscription(traffic, i), eventType(traffic));
        } else {
          claim(client, traffic, i);
        }
      }
    }
  }

  /** Types are claimed by consumers. What this one is given of an earlier run goes back. */
  private static void claim(ParleyClient client, Traffic traffic, int queue) {
    client
        .commandConsumer()
        .queue(queue(traffic, queue))
        .types(commandType(traffic, queue))
        .credit(1)
        .manual(delivery -> delivery.settle(CommandResult.release()))
        .start()
        .close();
  }

  @Override
  public Sender sender(Traffic traffic, int producer, Confirms confirms) {
    ParleyClient client = client().connect();
    sending.add(client);
    return switch (traffic.kind()) {
      case COMMANDS -> new MessageSender(client, commandTypes(traffic), true, confirms);
      case EVENTS -> new MessageSender(client, List.of(eventType(traffic)), false, confirms);
      case QUERIES -> new Asker(client, QUERY_TYPE, confirms);
    };
  }

  @Override
  public Receiver receiver(Traffic traffic, int consumer, int destination, Handler handler) {
    int connection = traffic.kind() == Kind.COMMANDS ? consumer % traffic.connections() : consumer;
    ParleyClient client =
        receiving.computeIfAbsent(
            traffic.kind().ordinal() << 24 | connection,
            any -> client().service(SERVICE).connect());
    AutoCloseable receiver =
        switch (traffic.kind()) {
          case COMMANDS ->
              client
                  .commandConsumer()
                  .queue(queue(traffic, destination))
                  .types(commandType(traffic, destination))
                  .credit(traffic.credit())
                  .manual(
                      delivery -> {
                        handler.arrived(delivery.payload().bytes(), delivery.attempt() > 1);
                        delivery.settle(COMMAND_DONE);
                      })
                  .start();
          case EVENTS ->
              client
                  .subscriber()
                  .subscription(subscription(traffic, destination))
                  .patterns(eventType(traffic))
                  .credit(traffic.credit())
                  .manual(
                      delivery -> {
                        handler.arrived(delivery.payload().bytes(), delivery.attempt() > 1);
                        delivery.settle(EVENT_DONE);
                      })
                  .start();
          case QUERIES ->
              client
                  .responder()
                  .concurrency(traffic.credit())
                  .on(
                      QUERY_TYPE,
                      Payload.class,
                      (question, unused) -> {
                        handler.arrived(question.bytes(), false);
                        return Answer.ok(answer(question.bytes(), traffic.answerBytes()));
                      })
                  .start();
        };
    return () -> closeQuietly(receiver);
  }

  private static Payload answer(byte[] question, int bytes) {
    byte[] answer = new byte[bytes];
    System.arraycopy(question, 0, answer, 0, Handler.ECHO_BYTES);
    return new Payload(null, answer);
  }

  @Override
  public void close() {
    sending.forEach(ParleyClient::close);
    receiving.values().forEach(ParleyClient::close);
  }

  private ParleyClient.Builder client() {
    return clients.get().codec(PayloadCodec.standard());
  }

  private static String queue(Traffic traffic, int queue) {
    return traffic.queues() == 1 ? SERVICE : SERVICE + "-" + queue;
  }

  private static String commandType(Traffic traffic, int queue) {
    return traffic.queues() == 1 ? COMMAND_TYPE : COMMAND_TYPE + queue;
  }

  private static List<String> commandTypes(Traffic traffic) {
    List<String> types = new ArrayList<>();
    for (int i = 0; i < traffic.queues(); i++) {
      types.add(commandType(traffic, i));
    }
    return types;
  }

  private static String subscription(Traffic traffic, int subscription) {
    return SERVICE + "-" + (subscription + 1) + "-of-" + traffic.subscriptions();
  }

  private static String eventType(Traffic traffic) {
    return EVENT_TYPE + "To" + traffic.subscriptions();
  }

  private static void closeQuietly(AutoCloseable receiver) {
    try {
      receiver.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("a consumer closes without a checked exception", e);
    }
  }
}
