package io.parley.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.parley.client.ClientListener;
import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.Delivery;
import io.parley.client.EventDelivery;
import io.parley.client.EventResult;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Producers, competing consumers and a subscriber that go on whatever the broker does, and write
 * down what they were promised and what they got.
 *
 * <pre>
 *   producers ── Work (commands, some with a key) ──▶ 2 workers ── Done (events) ──▶ auditor
 *        └────── Heard (events) ───────────────────────────────────────────────────▶ auditor
 * </pre>
 */
final class Workload implements AutoCloseable {
  private static final String WORK = "load.Work";
  private static final String DONE = "load.Done";
  private static final String HEARD = "load.Heard";
  private static final String LAST = "last";
  private static final int PRODUCERS = 2;
  private static final int KEYS = 5;
  private static final int WINDOW = 512;

  private final BrokerProcess broker;
  private final String uri;
  private final List<ParleyClient> clients = new ArrayList<>();
  private final List<ParleyClient> consumers = new ArrayList<>();
  private final List<Producer> producers = new ArrayList<>();
  private final AtomicInteger confirmed = new AtomicInteger();
  private final Queue<String> mistakes = new ConcurrentLinkedQueue<>();
  private final Ledger commands = new Ledger("queue");
  private final Ledger events = new Ledger("inbox");

  /** Starts all of them. */
  Workload(BrokerProcess broker) {
    this(broker, broker.uri());
  }

  /** Starts all of them, on another way to the broker. */
  Workload(BrokerProcess broker, String uri) {
    this.broker = broker;
    this.uri = uri;
    startConsumers();
    for (int i = 0; i < PRODUCERS; i++) {
      ParleyClient client = client("producer");
      clients.add(client);
      Producer producer = new Producer(i, client);
      producers.add(producer);
      producer.thread.start();
    }
  }

  private ParleyClient client(String service) {
    return ParleyClient.builder()
        .uri(uri)
        .service(service)
        .maxInFlight(WINDOW)
        .connectTimeout(Await.PATIENCE)
        .sendTimeout(Await.PATIENCE)
        .listener(new ClientListener() {}) // it loses connections all the time: nothing to log
        .connect();
  }

  private void startConsumers() {
    for (int i = 0; i < 2; i++) {
      ParleyClient worker = client("worker");
      consumers.add(worker);
      worker.commandConsumer().types(WORK).credit(64).concurrency(2).manual(this::work).start();
    }
    ParleyClient auditor = client("auditor");
    consumers.add(auditor);
    auditor.subscriber().patterns("load.*").credit(64).manual(this::hear).start();
  }

  /** A name with its number, such as {@code 0/17}. */
  private record Numbered(int producer, int number) {
    static Numbered parse(String text) {
      int slash = text.indexOf('/');
      return new Numbered(
          Integer.parseInt(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    @Override
    public String toString() {
      return producer + "/" + number;
    }

    boolean isEvent() {
      return number % 4 == 3;
    }

    boolean isRejected() {
      return number % 7 == 0;
    }

    String key() {
      return number % 2 == 0 ? producer + "-" + number % KEYS : "";
    }
  }

  // ---- sending

  private final class Producer {
    private final int producer;
    private final ParleyClient client;
    private final Thread thread;
    private final List<CompletableFuture<MessageId>> confirms = new ArrayList<>();
    private final Map<MessageId, Numbered> sent = new HashMap<>();
    private volatile boolean stopping;

    Producer(int producer, ParleyClient client) {
      this.producer = producer;
      this.client = client;
      this.thread = new Thread(this::produce, "producer-" + producer);
    }

    private void produce() {
      try {
        for (int i = 0; !stopping; i++) {
          Numbered next = new Numbered(producer, i);
          OutgoingMessage message =
              OutgoingMessage.of(next.isEvent() ? HEARD : WORK, next.toString()).trackOutcome();
          if (!next.key().isEmpty()) {
            message.key(next.key());
          }
          // Waits for room while there is no broker.
          confirms.add(next.isEvent() ? client.publishAsync(message) : client.sendAsync(message));
          var unused = confirms.get(i).thenRun(confirmed::incrementAndGet);
        }
        for (int i = 0; i < confirms.size(); i++) {
          sent.put(Await.result(confirms.get(i)), new Numbered(producer, i));
        }
      } catch (Exception e) {
        mistakes.add("producer " + producer + ": " + e);
      }
    }
  }

  /** Waits until so many more are confirmed. */
  void awaitConfirmed(int more) {
    int target = confirmed.get() + more;
    Await.until(target + " confirmed: " + mistakes, () -> confirmed.get() >= target);
  }

  // ---- receiving

  private void work(CommandDelivery delivery) {
    String body = delivery.body(String.class);
    commands.delivered(delivery, body);
    if (body.equals(LAST)) {
      delivery.settle(CommandResult.complete());
      return;
    }
    CommandResult result =
        Numbered.parse(body).isRejected()
            ? CommandResult.reject(CommandResult.INVALID, body)
            : CommandResult.complete(body).event(DONE, body);
    var unused = delivery.settleAsync(result).thenRun(() -> commands.settled(delivery));
  }

  private void hear(EventDelivery delivery) {
    events.delivered(delivery, delivery.body(String.class));
    var unused =
        delivery.settleAsync(EventResult.complete()).thenRun(() -> events.settled(delivery));
  }

  /** What came out of one queue or inbox. */
  private final class Ledger {
    private final String name;
    private final Map<MessageId, Long> sequences = new ConcurrentHashMap<>();
    private final Map<MessageId, String> bodies = new ConcurrentHashMap<>();

    /** With the epoch of the lease: what comes late of an earlier one can't be settled any more. */
    private final Map<MessageId, Long> settled = new ConcurrentHashMap<>();

    private final Map<String, Integer> lastOfKey = new ConcurrentHashMap<>();

    Ledger(String name) {
      this.name = name;
    }

    void delivered(Delivery delivery, String body) {
      Long settledEpoch = settled.get(delivery.id());
      if (settledEpoch != null && settledEpoch < delivery.epoch()) {
        mistakes.add(name + ": " + body + " came again after its settle was confirmed");
      }
      Long before = sequences.putIfAbsent(delivery.id(), delivery.sequence());
      bodies.put(delivery.id(), body);
      if (before != null && before != delivery.sequence()) {
        mistakes.add(name + ": " + body + " is stored twice: " + before + ", " + delivery);
      }
      if (before == null && delivery.key() != null && !body.equals(LAST)) {
        int number = Numbered.parse(body).number();
        Integer last = lastOfKey.put(delivery.key(), number);
        if (last != null && last > number) {
          mistakes.add(name + ": of key " + delivery.key() + " " + number + " after " + last);
        }
      }
    }

    void settled(Delivery delivery) {
      settled.merge(delivery.id(), delivery.epoch(), Math::max);
    }

    /** Whether each producer's messages of one type are stored in the order they were sent. */
    void assertOrder(Set<MessageId> of) {
      Map<Long, String> bySequence = new TreeMap<>();
      of.forEach(id -> bySequence.put(sequences.get(id), bodies.get(id)));
      Map<Integer, Integer> lasts = new HashMap<>();
      for (String body : bySequence.values()) {
        Numbered each = Numbered.parse(body);
        Integer last = lasts.put(each.producer(), each.number());
        assertThat(last == null || last < each.number())
            .as("%s: %s after %s", name, each, last)
            .isTrue();
      }
    }
  }

  // ---- the end

  void assertNoMistakes() {
    assertThat(mistakes).isEmpty();
  }

  /** Sends no more, and waits until everything is confirmed and handled. */
  void finish() throws Exception {
    for (Producer producer : producers) {
      producer.stopping = true;
    }
    for (Producer producer : producers) {
      producer.thread.join(Await.PATIENCE.toMillis());
      assertThat(producer.thread.isAlive()).as("producer waits for confirms").isFalse();
    }
    Await.until("queue and inbox are empty", this::nothingIsLeft);
    assertNoMistakes();
  }

  private boolean nothingIsLeft() {
    try {
      return isEmpty(broker.admin().queue("worker"))
          && isEmpty(broker.admin().subscription("auditor"));
    } catch (IOException e) {
      throw new UncheckedIOException(broker.log(), e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isEmpty(JsonNode destination) {
    return destination.get("ready").asInt() == 0
        && destination.get("leased").asInt() == 0
        && destination.get("delayed").asInt() == 0;
  }

  /** Compares what was promised with what was got. */
  void assertEverythingThereExactlyOnceAndInOrder() throws Exception {
    Set<MessageId> sentCommands = new HashSet<>();
    Set<MessageId> heard = new HashSet<>();
    Set<MessageId> expectedEvents = new HashSet<>();
    Map<MessageId, Numbered> all = new HashMap<>();
    for (Producer producer : producers) {
      assertThat(producer.sent).hasSameSizeAs(producer.confirms);
      all.putAll(producer.sent);
    }
    all.forEach(
        (id, what) -> {
          if (what.isEvent()) {
            heard.add(id);
            expectedEvents.add(id);
          } else {
            sentCommands.add(id);
            if (!what.isRejected()) {
              expectedEvents.add(id.child(0));
            }
          }
        });
    assertThat(commands.sequences.keySet()).isEqualTo(sentCommands);
    assertThat(events.sequences.keySet()).isEqualTo(expectedEvents);
    assertThat(Set.copyOf(commands.sequences.values())).hasSameSizeAs(sentCommands);
    assertThat(Set.copyOf(events.sequences.values())).hasSameSizeAs(expectedEvents);
    commands.assertOrder(sentCommands);
    events.assertOrder(heard);
    assertOutcomes(all, sentCommands);
    assertNoMistakes();
    System.out.println(
        sentCommands.size() + " commands, " + expectedEvents.size() + " events, exactly once each");
  }

  private void assertOutcomes(Map<MessageId, Numbered> all, Set<MessageId> sentCommands)
      throws Exception {
    Map<MessageId, CompletableFuture<Outcome>> outcomes = new HashMap<>();
    ParleyClient asker = clients.get(0);
    for (MessageId id : sentCommands) {
      outcomes.put(id, asker.awaitOutcomeAsync(id, java.time.Duration.ZERO));
    }
    for (MessageId id : sentCommands) {
      Outcome outcome = Await.result(outcomes.get(id));
      Numbered what = all.get(id);
      if (what.isRejected()) {
        assertThat(outcome.status()).isEqualTo(OutcomeStatus.REJECTED);
        assertThat(outcome.reason()).isEqualTo(what.toString());
      } else {
        assertThat(outcome.status()).isEqualTo(OutcomeStatus.COMPLETED);
        assertThat(new String(outcome.result().bytes(), StandardCharsets.UTF_8))
            .isEqualTo(what.toString());
      }
    }
  }

  /** After another start: the first that comes is what is sent now. */
  void assertNothingComesAgain() {
    int commandsBefore = commands.bodies.size();
    int eventsBefore = events.bodies.size();
    MessageId command = clients.get(0).send(WORK, LAST);
    MessageId event = clients.get(0).publish(DONE, LAST);
    Await.until(
        "the last ones arrive",
        () -> commands.bodies.containsKey(command) && events.bodies.containsKey(event));
    assertThat(commands.bodies).hasSize(commandsBefore + 1);
    assertThat(events.bodies).hasSize(eventsBefore + 1);
    assertNoMistakes();
  }

  @Override
  public void close() {
    producers.forEach(producer -> producer.stopping = true);
    clients.forEach(ParleyClient::abort);
    consumers.forEach(ParleyClient::abort);
  }
}
