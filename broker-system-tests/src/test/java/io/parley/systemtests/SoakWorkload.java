package io.parley.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import io.parley.client.Answer;
import io.parley.client.ClientListener;
import io.parley.client.CommandCompletion;
import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.Delivery;
import io.parley.client.EventDelivery;
import io.parley.client.EventResult;
import io.parley.client.LeaseLostException;
import io.parley.client.NotConnectedException;
import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.client.SettleInDoubtException;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.MessageId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;

/**
 * Services at an even pace that use all a broker has, while others come and go. What each message
 * meets follows from its number.
 *
 * <pre>
 *   shop ── Work, 2,000/s ──▶ worker: 2 instances ── Done ──▶ listener
 *    ├───── Heard, 500/s ───▶ auditor, mirror, replayer (set back now and then), slow (always full)
 *    ├───── Late, 5/s ──────▶ nobody: expires
 *    ├───── Question, 20/s ─▶ a responder
 *    └──◀── outcomes
 *   visitors: send one and leave; take some and vanish; have a namespace for a moment
 * </pre>
 */
final class SoakWorkload implements AutoCloseable {
  private static final String WORK = "soak.Work";
  private static final String HEARD = "soak.Heard";
  private static final String DONE = "soak.Done";
  private static final String LATE = "soak.Late";
  private static final String QUESTION = "soak.Question";
  private static final String VISIT = "soak.Visit";
  private static final List<String> QUEUES = List.of("worker", "visited");
  private static final List<String> INBOXES =
      List.of("auditor", "mirror", "replayer", "slow", "listener", "shop.outcomes");

  static final int COMMANDS_PER_SECOND = 2_000;
  static final int EVENTS_PER_SECOND = 500;
  private static final int TICKS_PER_SECOND = 100;
  private static final int SLOW_INBOX_MESSAGES = 20_000;
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int LARGE_BYTES = 900_000;
  private static final int KEYS = 50;
  private static final int KEY_EVERY = 10;

  private final BrokerProcess broker;
  private final Random random;
  private final List<ParleyClient> clients = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final SoakLedger work = new SoakLedger("Work");
  private final SoakLedger visits = new SoakLedger("Visit");
  private final SoakLedger audited = new SoakLedger("Heard by auditor");
  private final SoakLedger mirrored = new SoakLedger("Heard by mirror");
  private final SoakLedger done = new SoakLedger("Done");
  private final Map<String, AtomicLong> counts = new ConcurrentHashMap<>();
  private final Queue<String> mistakes = new ConcurrentLinkedQueue<>();
  private final AtomicInteger open = new AtomicInteger();
  private final Times times = new Times();
  private volatile boolean stopping;
  private volatile boolean finishing;
  private volatile boolean closed;

  SoakWorkload(BrokerProcess broker, long seed) throws Exception {
    this.broker = broker;
    this.random = new Random(seed);
    startHandlers();
    broker
        .admin()
        .change(
            "/subscriptions/slow/settings", "{\"maxMessages\":\"" + SLOW_INBOX_MESSAGES + "\"}");
    ParleyClient shop = client("shop");
    shop.outcomeConsumer()
        .on(
            (ended, delivery) -> {
              count("outcomes told");
              return EventResult.complete();
            })
        .start();
    start("pace", () -> send(shop));
    start("asker", () -> ask(shop));
    start("visitors", this::visit);
    start("namespaces", this::haveNamespaces);
    start("operator", this::operate);
  }

  private ParleyClient client(String service) {
    ParleyClient client = connect(broker.uri(), service);
    clients.add(client);
    return client;
  }

  private static ParleyClient connect(String uri, String service) {
    return ParleyClient.builder()
        .uri(uri)
        .service(service)
        .connectTimeout(Await.PATIENCE)
        .sendTimeout(Await.PATIENCE)
        .listener(new ClientListener() {}) // it loses connections all the time: nothing to log
        .connect();
  }

  private void start(String name, Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (Exception e) {
                mistake(name + " ended: " + e);
              }
            },
            name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private interface Task {
    void run() throws Exception;
  }

  private void startHandlers() {
    for (int i = 0; i < 2; i++) {
      ParleyClient worker = client("worker");
      worker.commandConsumer().types(WORK).credit(128).manual(this::handleWork).start();
    }
    client("visited").commandConsumer().types(VISIT).manual(this::handleVisit).start();
    hear("auditor", HEARD, audited);
    hear("mirror", HEARD, mirrored);
    hear("listener", DONE, done);
    client("replayer")
        .subscriber()
        .patterns(HEARD)
        .manual(
            delivery -> {
              count("replayed");
              delivery.settle(EventResult.complete());
            })
        .start();
    client("slow")
        .subscriber()
        .patterns(HEARD)
        .credit(8)
        .manual(
            delivery -> {
              if (!finishing) {
                LockSupport.parkNanos(SLOW_NANOS);
              }
              delivery.settle(EventResult.complete());
            })
        .start();
    client("worker")
        .responder()
        .on(QUESTION, String.class, (asked, question) -> Answer.ok(asked))
        .start();
  }

  private void hear(String inbox, String type, SoakLedger ledger) {
    client(inbox)
        .subscriber()
        .subscription(inbox)
        .patterns(type)
        .credit(128)
        .manual(delivery -> handleEvent(delivery, ledger))
        .start();
  }

  // ---------------------------------------------------------------- sending

  private void send(ParleyClient shop) {
    int commands = 0;
    int events = 0;
    long begin = System.nanoTime();
    for (long tick = 0; !stopping; tick++) {
      long due = begin + tick * (1_000_000_000L / TICKS_PER_SECOND);
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      // As many as are due, however long the broker was away: none is left out.
      for (int i = 0; i < COMMANDS_PER_SECOND / TICKS_PER_SECOND; i++) {
        command(shop, commands++, due);
      }
      for (int i = 0; i < EVENTS_PER_SECOND / TICKS_PER_SECOND; i++) {
        int number = events++;
        sent(
            shop.publishAsync(OutgoingMessage.of(HEARD, body(number, due, 60))),
            () -> {
              audited.confirmed(number);
              mirrored.confirmed(number);
            });
      }
      if (tick % 20 == 0) {
        sent(
            shop.sendAsync(
                OutgoingMessage.of(LATE, body(0, due, 60))
                    .expiresAt(Instant.now().plusSeconds(10))),
            () -> count("to expire"));
      }
    }
  }

  private void command(ParleyClient shop, int number, long due) {
    int bytes = number % 10_000 == 5_030 ? LARGE_BYTES : 60;
    OutgoingMessage message = OutgoingMessage.of(WORK, body(number, due, bytes));
    if (isKeyed(number)) {
      message.key("key-" + number / KEY_EVERY % KEYS);
    } else if (number % 1_000 == 31) {
      message.delay(Duration.ofMillis(1_000 + number % 20_000));
    } else if (number % 100 == 32) {
      message.priority(1 + number / 100 % 9);
    }
    if (number % 20 == 0) {
      message.trackOutcome();
    } else if (number % 100 == 33) {
      message.outcomeToInboxOf("shop");
    }
    sent(shop.sendAsync(message), () -> work.confirmed(number));
  }

  private static boolean isKeyed(int number) {
    return number % KEY_EVERY == 7;
  }

  private static byte[] body(int number, long due, int bytes) {
    byte[] text = (number + " " + due + " ").getBytes(StandardCharsets.UTF_8);
    return Arrays.copyOf(text, text.length + bytes);
  }

  private void sent(CompletableFuture<MessageId> sending, Runnable confirmed) {
    open.incrementAndGet();
    var unused =
        sending.whenComplete(
            (id, failure) -> {
              if (failure == null) {
                confirmed.run();
              } else {
                mistake("not sent: " + failure);
              }
              open.decrementAndGet();
            });
  }

  // ---------------------------------------------------------------- handling

  private record Body(int number, long due) {
    static Body of(Delivery delivery) {
      byte[] bytes = delivery.payload().bytes();
      String[] parts =
          new String(bytes, 0, Math.min(bytes.length, 40), StandardCharsets.UTF_8).split(" ", 3);
      return new Body(Integer.parseInt(parts[0]), Long.parseLong(parts[1]));
    }
  }

  private void handleWork(CommandDelivery delivery) {
    Body body = Body.of(delivery);
    int number = body.number;
    work.delivered(number);
    int before = number - KEYS * KEY_EVERY;
    if (isKeyed(number) && work.isConfirmed(before) && !work.isSaid(before)) {
      mistake(number + " came before " + before + " of the same key");
    }
    int fate = finishing ? 999 : number % 1_000;
    boolean isOdd = fate == 4 || fate == 7 || fate == 3 || fate == 5;
    if (isOdd && work.isFirst(number)) {
      odd(delivery, fate);
      return;
    }
    CommandResult result;
    boolean emits = fate >= 8 && fate < 28;
    if (fate == 1 || fate == 17) {
      emits = false;
      result = CommandResult.reject(CommandResult.NOT_ALLOWED_NOW, "number " + number);
    } else {
      CommandCompletion completion = CommandResult.complete("done");
      if (emits) {
        completion.event(OutgoingMessage.of(DONE, body(number, body.due, 0)));
      }
      result = completion;
    }
    boolean tells = emits;
    work.said(number);
    settle(
        delivery.settleAsync(result),
        () -> {
          work.settled(number);
          if (tells) {
            done.confirmed(number);
          }
        });
    if (fate >= 100) { // neither keyed nor late: those wait for others
      if (!isKeyed(number)) {
        times.add(System.nanoTime() - body.due);
      }
    }
  }

  private void odd(CommandDelivery delivery, int fate) {
    switch (fate) {
      case 3 ->
          settle(
              delivery.settleAsync(CommandResult.deadLetter("Unreadable", "on purpose")),
              () -> count("set aside"));
      case 4 -> settle(delivery.settleAsync(CommandResult.release()), () -> count("given back"));
      case 5 -> {
        Body body = Body.of(delivery);
        work.said(body.number);
        CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS)
            .execute(
                () ->
                    settle(
                        delivery.settleAsync(CommandResult.complete()),
                        () -> work.settled(body.number)));
      }
      default ->
          settle(
              delivery.settleAsync(CommandResult.fail("Broken", "on purpose")),
              () -> count("failed"));
    }
  }

  private void handleVisit(CommandDelivery delivery) {
    int number = Body.of(delivery).number;
    visits.delivered(number);
    visits.said(number);
    settle(delivery.settleAsync(CommandResult.complete()), () -> visits.settled(number));
  }

  private void handleEvent(EventDelivery delivery, SoakLedger ledger) {
    int number = Body.of(delivery).number;
    ledger.delivered(number);
    if (!finishing && number % 1_000 == 3 && ledger.isFirst(number)) {
      settle(delivery.settleAsync(EventResult.fail("Broken", "on purpose")), () -> count("failed"));
      return;
    }
    ledger.said(number);
    settle(delivery.settleAsync(EventResult.complete()), () -> ledger.settled(number));
  }

  private void settle(CompletableFuture<Void> settling, Runnable accepted) {
    open.incrementAndGet();
    var unused =
        settling.whenComplete(
            (nothing, failure) -> {
              if (failure == null) {
                accepted.run();
              } else if (failure instanceof LeaseLostException
                  || failure instanceof SettleInDoubtException
                  || failure instanceof ParleyException refused
                      && refused.code() == ErrorCode.ALREADY_SETTLED) {
                error(failure);
              } else {
                mistake("not settled: " + failure);
              }
              open.decrementAndGet();
            });
  }

  // ---------------------------------------------------------------- others

  private void ask(ParleyClient shop) {
    for (int i = 0; !stopping; i++) {
      String question = "question " + i;
      try {
        Answer<String> answer = shop.ask(QUESTION, question, String.class, Duration.ofSeconds(2));
        if (!answer.body().equals(question)) {
          mistake("answered " + answer.body() + " (expected: " + question + ")");
        }
        count("answered");
      } catch (ParleyException e) {
        error(e); // the broker or the responder is away
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  /** Some send a message and leave, some take messages and vanish. */
  private void visit() {
    for (int i = 0; !stopping; i++) {
      int number = i;
      boolean vanishes = random.nextInt(4) == 0;
      try {
        ParleyClient visitor = connect(broker.uri(), vanishes ? "worker" : "visitor");
        try {
          if (vanishes) {
            visitor
                .commandConsumer()
                .types(WORK)
                .credit(1 + random.nextInt(64))
                .manual(held -> count("taken along"))
                .start();
            LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(300)));
          } else {
            sent(
                visitor.sendAsync(OutgoingMessage.of(VISIT, body(number, 0, 60))),
                () -> visits.confirmed(number));
            visitor.close();
          }
        } finally {
          visitor.abort();
        }
        count("visits");
      } catch (ParleyException e) {
        error(e);
      }
      LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(500)));
    }
  }

  /** Namespaces with queues, inboxes and messages, that are deleted with all that is in them. */
  private void haveNamespaces() throws InterruptedException {
    for (int i = 0; !stopping; i++) {
      String name = "passing-" + i;
      try {
        broker.admin().changeBroker("/namespaces", "{\"name\":\"" + name + "\"}");
        String uri = broker.uri().substring(0, broker.uri().lastIndexOf('/') + 1) + name;
        try (ParleyClient tenant = connect(uri, "tenant")) {
          for (int inbox = 0; inbox < 5; inbox++) {
            tenant
                .subscriber()
                .subscription("inbox-" + inbox)
                .patterns("soak.*")
                .manual(delivery -> delivery.settle(EventResult.complete()))
                .start();
          }
          for (int message = 0; message < 100; message++) {
            var told = tenant.publishAsync(OutgoingMessage.of(HEARD, body(message, 0, 60)));
            var sent = tenant.sendAsync(OutgoingMessage.of(WORK, body(message, 0, 60)));
          }
          tenant.publish(OutgoingMessage.of(HEARD, body(0, 0, 60)));
        }
      } catch (ParleyException | IOException e) {
        error(e);
      }
      delete(name);
      for (int wait = 0; wait < 100 && !stopping; wait++) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
  }

  private void delete(String namespace) throws InterruptedException {
    try {
      broker.admin().changeBroker("/namespaces/" + namespace + "/delete", "{}");
      count("namespaces");
    } catch (IOException e) {
      error(e); // the broker was killed, and may not have it: some stay
    }
  }

  private void operate() throws InterruptedException {
    for (int second = 1; !stopping; second++) {
      TimeUnit.SECONDS.sleep(1);
      try {
        if (second % 10 == 0) {
          redrive();
        }
        if (second % 60 == 0) {
          String from = Instant.now().minusSeconds(20).toString();
          broker.admin().change("/subscriptions/replayer/reset", "{\"to\":\"" + from + "\"}");
          count("resets");
        }
      } catch (IOException e) {
        error(e);
      }
    }
  }

  private void redrive() throws IOException, InterruptedException {
    JsonNode done = broker.admin().change("/dead-letters/redrive", "{\"destination\":\"worker\"}");
    counts
        .computeIfAbsent("redriven", what -> new AtomicLong())
        .addAndGet(done.get("redriven").asLong());
  }

  // ---------------------------------------------------------------- notes

  private void count(String what) {
    counts.computeIfAbsent(what, unused -> new AtomicLong()).incrementAndGet();
  }

  private void error(Throwable failure) {
    String what =
        failure instanceof ParleyException e && !(failure instanceof NotConnectedException)
            ? e.code().name()
            : failure.getClass().getSimpleName();
    count("error " + what);
  }

  private void mistake(String what) {
    if (!closed) {
      mistakes.add(what);
    }
  }

  /** From when it was due to its handler, in nanoseconds: a message of no special fate. */
  static final class Times {
    private long[] nanos = new long[1 << 16];
    private int count;

    synchronized void add(long time) {
      if (count == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * count);
      }
      nanos[count++] = time;
    }

    /** Takes what there is, sorted. */
    synchronized long[] take() {
      long[] taken = Arrays.copyOf(nanos, count);
      count = 0;
      Arrays.sort(taken);
      return taken;
    }
  }

  Times times() {
    return times;
  }

  /** All that was handled, of all kinds that are counted by number. */
  long handled() {
    return (long) work.settled() + audited.settled() + mirrored.settled() + done.settled();
  }

  Map<String, AtomicLong> counts() {
    return counts;
  }

  List<SoakLedger> ledgers() {
    return List.of(work, visits, audited, mirrored, done);
  }

  List<String> mistakes() {
    return List.copyOf(mistakes);
  }

  /** Sends no more, and waits until all is handled. */
  void finish() throws Exception {
    stopping = true;
    for (Thread thread : threads) {
      thread.join(2 * Await.PATIENCE.toMillis());
    }
    finishing = true;
    Duration patience = Duration.ofMinutes(5);
    Await.until("all sent is confirmed", patience, () -> open.get() == 0);
    redrive();
    BiFunction<String, String, Boolean> isEmpty = this::isEmpty;
    Await.until(
        "all is handled",
        patience,
        () ->
            QUEUES.stream().allMatch(queue -> isEmpty.apply("/queues/", queue))
                && INBOXES.stream().allMatch(inbox -> isEmpty.apply("/subscriptions/", inbox))
                && open.get() == 0);
  }

  private boolean isEmpty(String kind, String name) {
    try {
      JsonNode is = broker.admin().look(kind + name);
      return is.get("ready").asInt() == 0
          && is.get("leased").asInt() == 0
          && is.get("delayed").asInt() == 0
          && is.get("deadLetters").asInt() == 0;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    closed = true;
    stopping = true;
    clients.forEach(ParleyClient::abort);
  }
}
