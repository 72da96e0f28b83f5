package io.parley.systemtests;

import io.parley.client.OutgoingMessage;
import io.parley.client.ParleyClient;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageId;
import io.parley.systemtests.history.Entry;
import io.parley.systemtests.history.History;
import io.parley.systemtests.history.Sent;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Sends commands and publishes events of all sorts, from a seed: with keys, priority, for later,
 * with an end, with an id of their own and then twice, called back, asked about. Goes on while the
 * broker is away.
 */
final class CrashSender {
  private static final int KEYS = 6;
  private static final int PRIORITY_ONE_IN = 16;
  private static final int BIG_BYTES = 150_000;
  private static final int SOON_MS = 1_500;
  private static final Duration TOLD_WITHIN = Duration.ofSeconds(3);

  private final String name;
  private final ParleyClient client;
  private final ParleyClient other;
  private final History history;
  private final CrashWorkload workload;
  private final Random random;
  private final Thread thread;

  /** How much of what was sent may be on its way; what may end by itself isn't counted. */
  private final Semaphore room;

  private final AtomicInteger big = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private volatile boolean stopping;

  /**
   * Starts one.
   *
   * @param other another client, which sends again what has an id of its own
   */
  CrashSender(
      String name,
      ParleyClient client,
      ParleyClient other,
      History history,
      CrashWorkload workload,
      long seed,
      int room) {
    this.name = name;
    this.client = client;
    this.other = other;
    this.history = history;
    this.workload = workload;
    this.random = new Random(seed);
    this.room = new Semaphore(room);
    this.thread = new Thread(this::send, "sender " + name);
    thread.start();
  }

  /** One of its messages arrived: there is room for another. */
  void arrived() {
    room.release();
  }

  /** The next ones are big. */
  void sendBigOnes(int many) {
    big.set(many);
  }

  /** Sends no more, and waits until all is confirmed. */
  void finish() throws InterruptedException {
    stopping = true;
    thread.join(Await.PATIENCE.toMillis());
    Await.until(name + " has all its confirms", () -> !thread.isAlive() && open.get() == 0);
  }

  void stop() {
    stopping = true;
  }

  private void send() {
    try {
      for (int i = 0; !stopping; i++) {
        if (random.nextInt(4) == 0) {
          publish(i);
        } else {
          command(i);
        }
      }
    } catch (InterruptedException e) {
      workload.mistake("sender " + name + " was interrupted");
    } catch (RuntimeException e) {
      workload.mistake("sender " + name + ": " + e);
    }
  }

  private void publish(int number) throws InterruptedException {
    boolean expires = random.nextInt(40) == 0;
    boolean isOwn = random.nextInt(10) == 0;
    String key = random.nextInt(3) == 0 ? name + "-" + random.nextInt(KEYS) : null;
    long expiresAtMs = expires ? System.currentTimeMillis() + soon() : 0;
    if (awaitRoom(!expires)) {
      Sent message =
          new Sent(
              body(number),
              true,
              CrashWorkload.HEARD,
              key,
              name,
              number,
              0,
              expiresAtMs,
              false,
              false,
              0);
      send(message, isOwn, !expires);
    }
  }

  private void command(int number) throws InterruptedException {
    int what = random.nextInt(100);
    boolean isLater = what < 6;
    boolean expires = what >= 5 && what < 12;
    boolean isCalledBack = what >= 10 && what < 14 || what < 2;
    boolean isOwn = random.nextInt(8) == 0;
    boolean isForClerk = what >= 75;
    String key = random.nextBoolean() ? name + "-" + random.nextInt(KEYS) : null;
    boolean isTracked = random.nextBoolean();
    boolean wantsInbox = random.nextInt(4) == 0;
    boolean counts = !expires && !isCalledBack;
    long now = System.currentTimeMillis();
    Sent message =
        new Sent(
            body(number),
            false,
            isForClerk ? CrashWorkload.NOTE : CrashWorkload.WORK,
            isForClerk ? null : key,
            name,
            number,
            isLater ? now + soon() : 0,
            expires ? now + soon() : 0,
            isTracked || wantsInbox,
            wantsInbox,
            0);
    if (awaitRoom(counts)) {
      CompletableFuture<MessageId> confirmed = send(message, isOwn, counts);
      if (isCalledBack) {
        var unused = confirmed.thenAccept(id -> callBack(message, id));
      } else if (message.isTracked() && what > 95) {
        var unused = confirmed.thenAccept(id -> ask(message, id));
      }
    }
  }

  private String body(int number) {
    return name + "-" + number;
  }

  private int soon() {
    return 1 + random.nextInt(SOON_MS);
  }

  private boolean awaitRoom(boolean counts) throws InterruptedException {
    while (counts && !room.tryAcquire(50, TimeUnit.MILLISECONDS)) {
      if (stopping) {
        return false;
      }
    }
    return true;
  }

  private CompletableFuture<MessageId> send(Sent message, boolean isOwn, boolean counts) {
    int padding = big.getAndUpdate(left -> Math.max(0, left - 1)) > 0 ? BIG_BYTES : 0;
    MessageId id = null;
    if (isOwn || message.wantsInbox()) {
      id = new MessageId(random.nextLong(), random.nextLong());
      workload.named(message, id); // its outcome may come before its confirm
    }
    if (counts) {
      workload.awaited(message.name(), this);
    }
    CompletableFuture<MessageId> first = send(client, message, id, padding);
    if (isOwn) {
      sendAgain(message, id, padding, first);
    }
    return first;
  }

  private void sendAgain(
      Sent message, @Nullable MessageId id, int padding, CompletableFuture<MessageId> first) {
    // It may be gone from the queue by then, or the broker killed in between.
    int wait = random.nextInt(SOON_MS);
    open.incrementAndGet();
    var unused =
        first.whenCompleteAsync(
            (sentAs, refused) -> {
              if (refused == null) {
                var again = send(other, message, id, padding);
              }
              open.decrementAndGet();
            },
            CompletableFuture.delayedExecutor(wait, TimeUnit.MILLISECONDS));
  }

  private CompletableFuture<MessageId> send(
      ParleyClient by, Sent message, @Nullable MessageId id, int padding) {
    OutgoingMessage out =
        OutgoingMessage.of(message.type(), new CrashBody(message.name(), 0, padding).text());
    if (id != null) {
      out.id(id);
    }
    if (message.key() != null) {
      out.key(message.key());
    }
    if (message.notBeforeMs() != 0) {
      out.notBefore(Instant.ofEpochMilli(message.notBeforeMs()));
    }
    if (message.expiresAtMs() != 0) {
      out.expiresAt(Instant.ofEpochMilli(message.expiresAtMs()));
    }
    if (message.isTracked()) {
      out.trackOutcome();
    }
    if (message.type().equals(CrashWorkload.WORK) && message.number() % PRIORITY_ONE_IN == 0) {
      out.priority(1 + message.number() % Message.PRIORITY_MAX);
    }
    if (message.wantsInbox()) {
      out.outcomeToInboxOf(CrashWorkload.SHOP);
    }
    open.incrementAndGet();
    history.add(new Entry.Sending(message));
    CompletableFuture<MessageId> sending =
        message.isEvent() ? by.publishAsync(out) : by.sendAsync(out);
    return sending.whenComplete(
        (sentAs, failure) -> {
          if (failure == null) {
            history.add(new Entry.Confirmed(message.name()));
            workload.confirmed(message, sentAs);
          } else if (isNoRoom(failure)) {
            workload.refused(message);
          } else {
            workload.mistake("sending " + message.name() + ": " + failure);
          }
          open.decrementAndGet();
        });
  }

  private static boolean isNoRoom(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof ParleyException refusal
        && refusal.code() == ErrorCode.STORE_UNAVAILABLE
        && String.valueOf(refusal.getMessage()).contains("storage.reserve");
  }

  private void callBack(Sent message, MessageId id) {
    open.incrementAndGet();
    history.add(new Entry.Cancelling(message.name()));
    var unused =
        client
            .cancelAsync(id)
            .whenComplete(
                (done, failure) -> {
                  if (failure == null) {
                    history.add(new Entry.Cancelled(message.name()));
                  }
                  open.decrementAndGet();
                });
  }

  private void ask(Sent message, MessageId id) {
    open.incrementAndGet();
    var unused =
        client
            .awaitOutcomeAsync(id, TOLD_WITHIN)
            .whenComplete(
                (outcome, failure) -> {
                  if (failure == null) {
                    history.add(CrashWorkload.told(message.name(), outcome));
                  }
                  open.decrementAndGet();
                });
  }
}
