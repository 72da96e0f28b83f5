package io.parley.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import io.parley.client.Answer;
import io.parley.client.ClientListener;
import io.parley.client.CommandDelivery;
import io.parley.client.Delivery;
import io.parley.client.EndedCommand;
import io.parley.client.EventDelivery;
import io.parley.client.ParleyClient;
import io.parley.client.Query;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.systemtests.history.Entry;
import io.parley.systemtests.history.History;
import io.parley.systemtests.history.Place;
import io.parley.systemtests.history.Sent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that use all that a broker has, whatever becomes of it, and note what they do and what
 * they are told.
 *
 * <pre>
 *   2 senders ── Work ──▶ worker: 2 instances, all verdicts ──▶ Done, Note
 *       │   ──── Note ──▶ clerk: one at a time, completes all ──▶ Done, Note
 *       └─────── Heard ─▶ auditor: all verdicts, and Done ──▶ Note
 *                    └──▶ mirror: one at a time, completes all, and Done ──▶ Note
 *   outcomes ──▶ shop.outcomes: all verdicts
 *   an asker ──▶ a responder
 * </pre>
 */
final class CrashWorkload implements AutoCloseable {
  static final String WORK = "crash.Work";
  static final String NOTE = "crash.Note";
  static final String HEARD = "crash.Heard";
  static final String DONE = "crash.Done";
  static final String SHOP = "shop";

  static final int MAX_ATTEMPTS = 3;

  /** Few attempts, soon after each other; a small journal; no outage, as much fails on purpose. */
  static final String[] OPTIONS = {
    "--set", "delivery.max-attempts=" + MAX_ATTEMPTS,
    "--set", "delivery.back-off-min=20ms",
    "--set", "delivery.back-off-max=300ms",
    "--set", "delivery.outage-after=0",
    "--set", "storage.write-buffer=16MiB",
    "--set", "network.heartbeat=2s"
  };

  private static final String QUESTION = "crash.Question";
  private static final String WORKER = "worker";
  private static final String CLERK = "clerk";
  private static final String AUDITOR = "auditor";
  private static final String MIRROR = "mirror";
  private static final String OUTCOMES = SHOP + ".outcomes";

  /** All queues and inboxes. */
  static final List<Place> PLACES =
      List.of(
          new Place(WORKER, Set.of(WORK), false),
          new Place(CLERK, Set.of(NOTE), true),
          new Place(AUDITOR, Set.of(HEARD, DONE), false),
          new Place(MIRROR, Set.of(HEARD, DONE), true),
          new Place(OUTCOMES, Set.of(), false));

  private static final List<String> QUEUES = List.of(WORKER, CLERK);
  private static final List<String> INBOXES = List.of(AUDITOR, MIRROR, OUTCOMES);
  private static final int SENDERS = 2;
  private static final int ROOM = 250;
  private static final int PAUSE_MS = 500;
  private static final Duration QUESTION_DEADLINE = Duration.ofSeconds(2);
  private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(30);
  private static final Duration BETWEEN_REDRIVES = Duration.ofMillis(700);

  private final RunningBroker broker;
  private final History history;
  private final List<ParleyClient> clients = new ArrayList<>();
  private final List<CrashSender> senders = new ArrayList<>();
  private final Map<String, CrashHandler> handlers = new ConcurrentHashMap<>();
  private final Map<String, MessageId> ids = new ConcurrentHashMap<>();
  private final Map<MessageId, String> names = new ConcurrentHashMap<>();
  private final Map<String, CrashSender> awaited = new ConcurrentHashMap<>();
  private final Queue<String> mistakes = new ConcurrentLinkedQueue<>();
  private final AtomicInteger confirmed = new AtomicInteger();
  private final AtomicInteger settled = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final List<Thread> others = new ArrayList<>();
  private volatile boolean stopping;

  /**
   * Starts all of them.
   *
   * @param chapter what all names begin with
   */
  CrashWorkload(RunningBroker broker, String chapter, long seed, History history) {
    this(broker, history);
    startHandlers();
    ParleyClient other = client(SHOP);
    for (int i = 0; i < SENDERS; i++) {
      senders.add(
          new CrashSender(
              chapter + "s" + i, client(SHOP), other, history, this, seed * SENDERS + i, ROOM));
    }
    ParleyClient asking = client(SHOP);
    others.add(start("asker", () -> ask(asking)));
    others.add(start("operator", this::redriveNowAndThen));
  }

  private CrashWorkload(RunningBroker broker, History history) {
    this.broker = broker;
    this.history = history;
    for (Place place : PLACES) {
      handlers.put(place.name(), new CrashHandler(place.name(), history, this, MAX_ATTEMPTS));
    }
  }

  /**
   * Starts those that handle what another workload left, and complete it all.
   *
   * @param history goes on from where the other's ends
   */
  static CrashWorkload rest(RunningBroker broker, History history, CrashWorkload other) {
    CrashWorkload rest = new CrashWorkload(broker, history);
    rest.ids.putAll(other.ids);
    rest.names.putAll(other.names);
    rest.handlers.values().forEach(CrashHandler::finish);
    rest.startHandlers();
    return rest;
  }

  private ParleyClient client(String service) {
    ParleyClient client =
        ParleyClient.builder()
            .uri(broker.uri())
            .service(service)
            .connectTimeout(Await.PATIENCE)
            .sendTimeout(Await.PATIENCE)
            .listener(new ClientListener() {}) // it loses connections all the time: nothing to log
            .connect();
    clients.add(client);
    return client;
  }

  private void startHandlers() {
    for (int i = 0; i < 2; i++) {
      CrashHandler worker = handler(WORKER);
      client(WORKER)
          .commandConsumer()
          .types(WORK)
          .credit(32)
          .concurrency(2)
          .manual(worker::handle)
          .start();
      CrashHandler auditor = handler(AUDITOR);
      client(AUDITOR).subscriber().patterns("crash.*").credit(32).manual(auditor::handle).start();
    }
    CrashHandler clerk = handler(CLERK);
    client(CLERK).commandConsumer().types(NOTE).credit(16).manual(clerk::handle).start();
    CrashHandler mirror = handler(MIRROR);
    client(MIRROR).subscriber().patterns(HEARD, DONE).credit(16).manual(mirror::handle).start();
    client(SHOP).subscriber().subscription(OUTCOMES).manual(this::hear).start();
    client(WORKER)
        .responder()
        .on(QUESTION, String.class, (asked, question) -> Answer.ok(asked))
        .start();
  }

  private CrashHandler handler(String place) {
    return handlers.get(place);
  }

  private static Thread start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  // ---- what the others tell

  /** A message that a handler emits. */
  static Sent emitted(String name, boolean isEvent, long underEpoch) {
    return new Sent(
        name, isEvent, isEvent ? DONE : NOTE, null, "", 0, 0, 0, false, false, underEpoch);
  }

  /** What the ledger says. */
  static Entry.Told told(String name, Outcome outcome) {
    return new Entry.Told(name, outcome.status(), text(outcome));
  }

  private static String text(Outcome outcome) {
    return outcome.status() == OutcomeStatus.COMPLETED
        ? new String(outcome.result().bytes(), StandardCharsets.UTF_8)
        : outcome.code();
  }

  /** Whether all that comes out of a place is completed at once. */
  boolean isSimple(String place) {
    return place.equals(CLERK) || place.equals(MIRROR);
  }

  void mistake(String what) {
    if (!stopping) {
      mistakes.add(what);
    }
  }

  /** A command's name and id, to find either by the other. */
  void named(Sent message, MessageId id) {
    if (!message.isEvent()) {
      ids.put(message.name(), id);
      names.put(id, message.name());
    }
  }

  void confirmed(Sent message, MessageId id) {
    named(message, id);
    confirmed.incrementAndGet();
  }

  void settled() {
    settled.incrementAndGet();
  }

  /** A sender has room again once this arrived. */
  void awaited(String name, CrashSender sender) {
    awaited.put(name, sender);
  }

  /** There is no room on the disk: a while later the sender may try another one. */
  void refused(Sent message) {
    refused.incrementAndGet();
    CrashSender sender = awaited.remove(message.name());
    if (sender != null) {
      CompletableFuture.delayedExecutor(PAUSE_MS, TimeUnit.MILLISECONDS).execute(sender::arrived);
    }
  }

  void arrived(String name, Delivery delivery) {
    CrashSender sender = awaited.remove(name);
    if (sender != null) {
      sender.arrived();
    }
    if (delivery instanceof CommandDelivery) {
      ids.putIfAbsent(name, delivery.id());
      names.putIfAbsent(delivery.id(), name);
    }
  }

  private void hear(EventDelivery delivery) {
    CrashHandler handler = handler(OUTCOMES);
    EndedCommand ended = EndedCommand.of(delivery);
    CrashBody body = new CrashBody("outcome-" + delivery.id(), 0, 0);
    handler.noteDelivered(delivery, body);
    String command = names.get(ended.id());
    history.add(
        new Entry.ToldInInbox(
            body.name(),
            command == null ? ended.id().toString() : command,
            ended.outcome().status(),
            text(ended.outcome())));
    handler.handle(delivery, body);
  }

  // ---- queries and the operator

  private void ask(ParleyClient client) {
    for (int i = 0; !stopping; i++) {
      String question = "question " + i;
      history.add(new Entry.Asking(i, question, QUESTION_DEADLINE.toMillis()));
      long begin = System.nanoTime();
      String answer;
      boolean isError = false;
      try {
        answer =
            client
                .ask(Query.of(QUESTION, question, String.class).deadline(QUESTION_DEADLINE))
                .body();
      } catch (RuntimeException e) {
        answer = e.toString();
        isError = true;
      }
      if (!isError) {
        answered.incrementAndGet();
      }
      long tookMs = Duration.ofNanos(System.nanoTime() - begin).toMillis();
      history.add(new Entry.Answered(i, answer, isError, tookMs));
      LockSupport.parkNanos(BETWEEN_QUESTIONS.toNanos());
    }
  }

  private void redriveNowAndThen() {
    while (!stopping) {
      for (String place : List.of(WORKER, AUDITOR, OUTCOMES)) {
        redrive(place);
      }
      LockSupport.parkNanos(BETWEEN_REDRIVES.toNanos());
    }
  }

  private void redrive(String place) {
    history.add(new Entry.Redriving(place));
    try {
      broker.admin().change("/dead-letters/redrive", "{\"destination\":\"" + place + "\"}");
    } catch (IOException e) {
      // The broker is away: it may have been done or not.
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      history.add(new Entry.Redriven(place));
    }
  }

  // ---- for who kills the broker

  int confirmed() {
    return confirmed.get();
  }

  int settledSoFar() {
    return settled.get();
  }

  /** Waits until so many more are confirmed. */
  void awaitConfirmed(int more) {
    int target = confirmed.get() + more;
    Await.until(target + " confirmed: " + mistakes, () -> confirmed.get() >= target);
  }

  int refused() {
    return refused.get();
  }

  /** Waits until so many more messages are refused for lack of room. */
  void awaitRefused(int more) {
    int target = refused.get() + more;
    Await.until(target + " refused: " + mistakes, () -> refused.get() >= target);
  }

  /** Waits until so many more queries are answered. */
  void awaitAnswered(int more) {
    int target = answered.get() + more;
    Await.until(target + " answered: " + mistakes, () -> answered.get() >= target);
  }

  /** Waits until so many more settles are answered. */
  void awaitSettled(int more) {
    int target = settled.get() + more;
    Await.until(target + " settled: " + mistakes, () -> settled.get() >= target);
  }

  /** Sends big messages for a while. */
  void sendBigOnes(int many) {
    senders.forEach(sender -> sender.sendBigOnes(many / SENDERS));
  }

  /** What went wrong with a client itself. */
  List<String> mistakes() {
    return List.copyOf(mistakes);
  }

  // ---- the end

  /** Sends no more, has everything handled, dead letters too, and asks the ledger about it. */
  void finish() throws Exception {
    for (CrashSender sender : senders) {
      sender.finish();
    }
    stopping = true;
    for (Thread other : others) {
      other.join(Await.PATIENCE.toMillis());
    }
    handlers.values().forEach(CrashHandler::finish);
    Await.until("everything is handled: " + mistakes, this::isAllHandled);
    askLedger();
  }

  private boolean isAllHandled() {
    if (!handlers.values().stream().allMatch(CrashHandler::isIdle)) {
      return false;
    }
    try {
      boolean isEmpty = true;
      for (String queue : QUEUES) {
        isEmpty &= isEmpty(queue, broker.admin().queue(queue));
      }
      for (String inbox : INBOXES) {
        isEmpty &= isEmpty(inbox, broker.admin().subscription(inbox));
      }
      return isEmpty && handlers.values().stream().allMatch(CrashHandler::isIdle);
    } catch (IOException e) {
      throw new UncheckedIOException(broker.log(), e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean isEmpty(String place, JsonNode is) {
    if (is.get("deadLetters").asInt() > 0) {
      redrive(place);
      return false;
    }
    return is.get("ready").asInt() == 0
        && is.get("leased").asInt() == 0
        && is.get("delayed").asInt() == 0;
  }

  private void askLedger() throws Exception {
    ParleyClient client = clients.get(0);
    Map<String, CompletableFuture<Outcome>> outcomes = new ConcurrentHashMap<>();
    ids.forEach((name, id) -> outcomes.put(name, client.awaitOutcomeAsync(id, Duration.ZERO)));
    for (Map.Entry<String, CompletableFuture<Outcome>> each : outcomes.entrySet()) {
      history.add(told(each.getKey(), Await.result(each.getValue())));
    }
  }

  @Override
  public void close() {
    stopping = true;
    senders.forEach(CrashSender::stop);
    clients.forEach(ParleyClient::abort);
  }
}
