package io.parley.client.micrometer;

import static io.parley.client.micrometer.ClientMeterNames.ANSWERS;
import static io.parley.client.micrometer.ClientMeterNames.ANSWERS_IN_FLIGHT;
import static io.parley.client.micrometer.ClientMeterNames.ASKS;
import static io.parley.client.micrometer.ClientMeterNames.ASKS_IN_FLIGHT;
import static io.parley.client.micrometer.ClientMeterNames.CONNECTED;
import static io.parley.client.micrometer.ClientMeterNames.CONNECT_FAILURES;
import static io.parley.client.micrometer.ClientMeterNames.HANDLINGS;
import static io.parley.client.micrometer.ClientMeterNames.HANDLINGS_IN_FLIGHT;
import static io.parley.client.micrometer.ClientMeterNames.RECONNECTS;
import static io.parley.client.micrometer.ClientMeterNames.SENDS;
import static io.parley.client.micrometer.ClientMeterNames.SENDS_IN_FLIGHT;
import static io.parley.client.micrometer.ClientMeterNames.SETTLES_REFUSED;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.parley.client.Answer;
import io.parley.client.BrokerAddress;
import io.parley.client.ClientInterceptor;
import io.parley.client.ClientListener;
import io.parley.client.CommandDelivery;
import io.parley.client.Delivery;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.client.Query;
import io.parley.client.QueryException;
import io.parley.client.Question;
import io.parley.client.Verdict;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A client's metrics in a Micrometer registry: what it sends, asks, handles and answers, with its
 * times and results, and how its connection fares. docs/metrics.md lists them.
 *
 * <pre>{@code
 * ParleyClient.Builder builder = ParleyClient.builder().uri(uri).service("cart");
 * ClientMetrics.of(registry).bindTo(builder);
 * ParleyClient client = builder.connect();
 * }</pre>
 *
 * <p>One for each client: its gauges are that client's. Clients of one process need tags of their
 * own to be told apart. Any thread.
 */
public final class ClientMetrics {
  private final MeterRegistry registry;
  private final Tags tags;
  private final Activity sends;
  private final Activity asks;
  private final Activity handlings;
  private final Activity answers;
  private final Counter reconnects;
  private final Counter connectFailures;
  private final AtomicInteger connected = new AtomicInteger();
  private final AtomicBoolean everConnected = new AtomicBoolean();

  private ClientMetrics(MeterRegistry registry, Tags tags) {
    this.registry = registry;
    this.tags = tags;
    TypeTag types = new TypeTag();
    this.sends = new Activity(registry, tags, types, SENDS, SENDS_IN_FLIGHT);
    this.asks = new Activity(registry, tags, types, ASKS, ASKS_IN_FLIGHT);
    this.handlings = new Activity(registry, tags, types, HANDLINGS, HANDLINGS_IN_FLIGHT);
    this.answers = new Activity(registry, tags, types, ANSWERS, ANSWERS_IN_FLIGHT);
    this.reconnects =
        Counter.builder(RECONNECTS)
            .tags(tags)
            .description("Connections made after the first.")
            .register(registry);
    this.connectFailures =
        Counter.builder(CONNECT_FAILURES)
            .tags(tags)
            .description("Attempts to connect that failed.")
            .register(registry);
    Gauge.builder(CONNECTED, connected, AtomicInteger::get)
        .tags(tags)
        .description("1 while there is a connection, else 0.")
        .register(registry);
  }

  /**
   * Metrics in a registry.
   *
   * @param tags names and values to be added to each of them, alternating
   */
  public static ClientMetrics of(MeterRegistry registry, String... tags) {
    return new ClientMetrics(registry, Tags.of(tags));
  }

  /**
   * Has the client that is built report to it. Its interceptor is behind those added before, so it
   * doesn't see what they refuse.
   */
  public void bindTo(ParleyClient.Builder client) {
    client.interceptor(new Traffic()).addListener(new Connections());
  }

  private final class Traffic implements ClientInterceptor {
    @Override
    public After<MessageId> beforeSend(MessageKind kind, OutgoingMessage message) {
      long begin = sends.begin();
      String type = message.type();
      return (id, failure) ->
          sends.end(begin, type, word(kind), failure == null ? "CONFIRMED" : code(failure));
    }

    @Override
    public After<Answer<?>> beforeAsk(Query<?> query) {
      long begin = asks.begin();
      String type = query.type();
      return (answer, failure) -> asks.end(begin, type, "query", status(answer, failure));
    }

    @Override
    public After<Verdict> beforeHandling(Delivery delivery) {
      long begin = handlings.begin();
      String kind = delivery instanceof CommandDelivery ? "command" : "event";
      String type = delivery.type();
      return (verdict, failure) ->
          handlings.end(begin, type, kind, verdict == null ? "FAIL" : verdict.name());
    }

    @Override
    public After<Answer<?>> beforeAnswer(Question question) {
      long begin = answers.begin();
      String type = question.type();
      return (answer, failure) -> answers.end(begin, type, "query", status(answer, failure));
    }
  }

  private static String word(MessageKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private static String code(Throwable failure) {
    return failure instanceof ParleyException known ? known.code().name() : "INTERNAL";
  }

  private static String status(@Nullable Answer<?> answer, @Nullable Throwable failure) {
    if (answer != null) {
      return Integer.toString(answer.status());
    }
    if (failure instanceof QueryException refused) {
      return Integer.toString(refused.status());
    }
    // What a handler throws is answered with 503; what keeps a query from being asked has a code.
    return failure instanceof ParleyException known ? known.code().name() : "503";
  }

  private final class Connections implements ClientListener {
    @Override
    public void connected(BrokerAddress address, MessageId broker) {
      connected.set(1);
      if (!everConnected.compareAndSet(false, true)) {
        reconnects.increment();
      }
    }

    @Override
    public void disconnected(ParleyException reason) {
      connected.set(0);
    }

    @Override
    public void connectFailed(BrokerAddress address, ParleyException reason) {
      connectFailures.increment();
    }

    @Override
    public void settleRefused(long sequence, ParleyException reason) {
      registry.counter(SETTLES_REFUSED, tags.and("code", reason.code().name())).increment();
    }
  }
}
