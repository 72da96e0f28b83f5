package io.parley.client;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import io.parley.protocol.WireLimits;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.Names;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.TypePattern;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One service's connection to a broker: sends commands, publishes events, asks queries, and starts
 * the consumers, subscribers and responders that receive them.
 *
 * <pre>{@code
 * try (ParleyClient client = ParleyClient.connect("parley://127.0.0.1:7440/default", "cart")) {
 *   client.send("billing.SendInvoice", new SendInvoice("536365"));
 * }
 * }</pre>
 *
 * <p>A client is meant to live as long as its process. All methods may be called from any thread.
 * When its connection ends it makes another one by itself, through all addresses of the URI, after
 * 50 ms to 5 s: consumers and the like are registered again, and what wasn't confirmed is sent
 * again in the same order, which the broker stores once.
 *
 * <p>Methods that end in {@code Async} return at once. Their futures are completed by an event
 * loop, a thread that the clients of a process share, so what hangs on them must not block, or has
 * to use the {@code …Async} methods of {@link CompletableFuture}. The others wait, and throw the
 * {@link io.parley.protocol.ParleyException} that the future would fail with; on an event loop they
 * throw {@link IllegalStateException}.
 *
 * <p>What is sent while a handler runs, on the handler's thread, carries the message in hand as its
 * causation, and its conversation as correlation.
 */
public final class ParleyClient implements AutoCloseable {
  /** What ends by itself is waited for this much longer before it is taken for stuck. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final ClientSettings settings;
  private final Connection connection;
  private final Sends sends;
  private final Sender sender;
  private final Asks asks;
  private final AtomicBoolean closing = new AtomicBoolean();

  private ParleyClient(ClientSettings settings) {
    this.settings = settings;
    SecureRandom random = new SecureRandom();
    MessageIdSource ids = new MessageIdSource(InstantSource.system(), random);
    this.connection = new Connection(settings, random);
    this.sends = new Sends(connection, ids);
    this.sender = new Sender(sends, settings.interceptors());
    this.asks = new Asks(connection, ids);
  }

  /**
   * Connects with the defaults of {@link #builder()}.
   *
   * @param uri see {@link BrokerUri}
   * @param service the logical component the client acts as, such as {@code cart}
   */
  public static ParleyClient connect(String uri, String service) {
    return builder().uri(uri).service(service).connect();
  }

  /** A client with settings of its own. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sends a command; returns when it is durable. */
  public MessageId send(String type, Object body) {
    return send(OutgoingMessage.of(type, body));
  }

  /**
   * Sends a command; returns when it is durable.
   *
   * @return the command's id
   * @throws UnconfirmedException if it wasn't confirmed within {@link Builder#sendTimeout} and the
   *     thread's {@link Deadline}
   * @throws DeadlineExceededException if that was over before it was sent
   * @throws io.parley.protocol.ParleyException if it was refused: {@code QUOTA_EXCEEDED}, {@code
   *     WRONG_KIND}, {@code MESSAGE_TOO_LARGE}, …
   * @throws IllegalArgumentException if a name or number is out of bounds
   */
  public MessageId send(OutgoingMessage command) {
    return confirmed(MessageKind.COMMAND, command);
  }

  /** As {@link #sendAsync(OutgoingMessage)}. */
  public CompletableFuture<MessageId> sendAsync(String type, Object body) {
    return sendAsync(OutgoingMessage.of(type, body));
  }

  /**
   * Sends a command. What is sent one after the other is stored in that order. All that waits at a
   * time travels in one frame.
   *
   * <p>Returns at once, unless what isn't confirmed yet fills {@link Builder#maxInFlight} or the
   * broker's window: then it waits for room, at most {@link Builder#sendTimeout}, and the future
   * fails with {@code OVERLOADED} if there is none (on an event loop without waiting).
   *
   * @return the command's id, when it is durable
   * @throws IllegalArgumentException if a name or number is out of bounds
   * @throws io.parley.protocol.ParleyException if the codec can't encode the body
   */
  public CompletableFuture<MessageId> sendAsync(OutgoingMessage command) {
    return sender.send(MessageKind.COMMAND, command);
  }

  /** Publishes an event; returns when it is durable. */
  public MessageId publish(String type, Object body) {
    return publish(OutgoingMessage.of(type, body));
  }

  /**
   * Publishes an event; returns when it is durable, in all inboxes of those who want it.
   *
   * @return the event's id
   * @throws UnconfirmedException if it wasn't confirmed within {@link Builder#sendTimeout}
   * @throws io.parley.protocol.ParleyException if it was refused
   * @throws IllegalArgumentException if a name or number is out of bounds
   */
  public MessageId publish(OutgoingMessage event) {
    return confirmed(MessageKind.EVENT, event);
  }

  /**
   * Sends a command or publishes an event that was prepared before; everything said of {@link
   * #sendAsync(OutgoingMessage)} holds, but that interceptors aren't called. Forwarded again within
   * the broker's window it is stored once.
   *
   * @return its id, when it is durable
   */
  public CompletableFuture<MessageId> forwardAsync(PreparedMessage message) {
    return sender.send(message);
  }

  private MessageId confirmed(MessageKind kind, OutgoingMessage message) {
    requireNotOnEventLoop();
    PendingSend send = sender.send(kind, message);
    Duration wait = Deadline.atMost(settings.sendTimeout());
    return Waiting.await(send, wait, () -> unconfirmed(send));
  }

  private UnconfirmedException unconfirmed(PendingSend send) {
    return new UnconfirmedException(
        send.id(),
        "message "
            + send.id()
            + " is not confirmed"
            + (connection.isUp() ? "" : ": no connection to " + settings.uri())
            + " (the client goes on trying)");
  }

  /** As {@link #publishAsync(OutgoingMessage)}. */
  public CompletableFuture<MessageId> publishAsync(String type, Object body) {
    return publishAsync(OutgoingMessage.of(type, body));
  }

  /** Publishes an event; everything said of {@link #sendAsync(OutgoingMessage)} holds. */
  public CompletableFuture<MessageId> publishAsync(OutgoingMessage event) {
    return sender.send(MessageKind.EVENT, event);
  }

  /**
   * Sends a command and waits for what becomes of it. Its outcome is tracked.
   *
   * @param timeout for everything
   * @return status {@code PENDING} if it hasn't ended by then
   */
  public Outcome sendAndAwait(OutgoingMessage command, Duration timeout) {
    requireNotOnEventLoop();
    return await(sendAndAwaitAsync(command, timeout), timeout, "outcome");
  }

  /**
   * Sends a command and waits until it is completed: {@link #sendAndAwait} for those to whom any
   * other outcome is an exception. Thrown out of a handler, the rejection of the command it sent
   * rejects the command in its hands.
   *
   * @param timeout for everything
   * @return status {@code COMPLETED}
   * @throws RejectedException if the receiver rejected it, with its code and reason
   * @throws NotCompletedException if it ended otherwise, or hasn't ended in time
   */
  public Outcome sendAndComplete(OutgoingMessage command, Duration timeout) {
    requireNotOnEventLoop();
    Duration wait = Deadline.atMost(Numbers.requireMillis("timeout", timeout, 0));
    PendingSend send = sender.send(MessageKind.COMMAND, command.trackOutcome());
    Outcome outcome = await(outcomeOf(send, wait), timeout, "outcome");
    return switch (outcome.status()) {
      case COMPLETED -> outcome;
      case REJECTED -> throw new RejectedException(outcome.code(), outcome.reason());
      default -> throw new NotCompletedException(send.id(), outcome);
    };
  }

  /** As {@link #sendAndAwait}, without waiting. */
  public CompletableFuture<Outcome> sendAndAwaitAsync(OutgoingMessage command, Duration timeout) {
    Duration wait = Deadline.atMost(Numbers.requireMillis("timeout", timeout, 0));
    return outcomeOf(sender.send(MessageKind.COMMAND, command.trackOutcome()), wait);
  }

  private CompletableFuture<Outcome> outcomeOf(PendingSend send, Duration wait) {
    long until = System.nanoTime() + wait.toNanos();
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    var timer =
        connection
            .loop()
            .schedule(
                () -> {
                  if (!send.isDone()) {
                    outcome.completeExceptionally(unconfirmed(send));
                  }
                },
                wait.toMillis(),
                TimeUnit.MILLISECONDS);
    var unused =
        send.thenCompose(
                id -> {
                  timer.cancel(false);
                  long left = Math.max(0, until - System.nanoTime());
                  return asks.outcome(id, Duration.ofNanos(left));
                })
            .whenComplete((result, failure) -> finish(outcome, result, failure));
    return outcome;
  }

  private static <T> void finish(
      CompletableFuture<T> future, @Nullable T result, @Nullable Throwable failure) {
    if (result != null) {
      future.complete(result);
    } else if (failure != null) {
      future.completeExceptionally(Waiting.cause(failure));
    }
  }

  /**
   * What became of a command, as known now. A completed one is known only if its sender said {@link
   * OutgoingMessage#trackOutcome}. Results are decoded with {@link #codec()}.
   *
   * @return status {@code PENDING} if it hasn't ended, or nothing is known of it
   */
  public Outcome outcome(MessageId command) {
    return awaitOutcome(command, Duration.ZERO);
  }

  /**
   * What became of a command, once it ended.
   *
   * @param timeout how long to wait for that: 0 to 24 days
   * @return status {@code PENDING} if it hasn't ended by then
   * @throws NotConnectedException if no broker could be asked in that time and {@link
   *     Builder#sendTimeout}
   */
  public Outcome awaitOutcome(MessageId command, Duration timeout) {
    requireNotOnEventLoop();
    return await(awaitOutcomeAsync(command, timeout), timeout, "outcome of " + command);
  }

  /** As {@link #awaitOutcome}, without waiting. */
  public CompletableFuture<Outcome> awaitOutcomeAsync(MessageId command, Duration timeout) {
    return asks.outcome(command, Deadline.atMost(Numbers.requireMillis("timeout", timeout, 0)));
  }

  /**
   * Cancels a command that waits: for its turn, its time, its next attempt, or an owner of its
   * type. Its outcome is {@code CANCELLED} then, once this returns durably. Cancelling again is no
   * error.
   *
   * @throws io.parley.protocol.ParleyException {@code NOT_CANCELLABLE} if a consumer has it or it
   *     has ended, {@code NOT_FOUND} if nothing is known of it; {@code DEADLINE_EXCEEDED} after
   *     {@link Builder#sendTimeout}: the broker has to look for it, which takes a while in a long
   *     backlog
   */
  public void cancel(MessageId command) {
    requireNotOnEventLoop();
    await(cancelAsync(command), settings.sendTimeout(), "cancelling command " + command);
  }

  /** As {@link #cancel}, without waiting. */
  public CompletableFuture<Void> cancelAsync(MessageId command) {
    return asks.cancel(command);
  }

  /** As {@link #ask(Query)}, without page and filters. */
  public <T> Answer<T> ask(String type, Object body, Class<T> answerType, Duration deadline) {
    return ask(Query.of(type, body, answerType).deadline(deadline));
  }

  /**
   * Asks a query and waits for the answer.
   *
   * @return an answer with status 200
   * @throws QueryException the one of any other status; {@link QueryException.Unavailable} at once
   *     if nobody answers this type; {@link QueryException.DeadlineExceeded} also at once if the
   *     thread's {@link Deadline} is over
   */
  public <T> Answer<T> ask(Query<T> query) {
    requireNotOnEventLoop();
    Asked<T> asked = Asked.begin(asks, settings, query);
    try {
      return asked.answer(await(asked.raw(), asked.deadline(), query.type()));
    } catch (RuntimeException e) {
      asked.failed(e);
      throw e;
    } finally {
      // Not answered yet only if the caller was interrupted: then nobody waits for it.
      asked.raw().cancel(false);
    }
  }

  /** As {@link #ask(Query)}, without waiting. Cancelling the future cancels the query. */
  public <T> CompletableFuture<Answer<T>> askAsync(Query<T> query) {
    return Asked.begin(asks, settings, query).whenAnswered();
  }

  /**
   * Asks a query whose answer comes page by page: the responder sends as many as are taken, with
   * {@link Query#pagesAhead} on their way. Doesn't wait for the first. The query's deadline is for
   * all pages. A responder that isn't {@link Responder.Builder#onPages paged} gives its answer as
   * the only page.
   *
   * @return to be closed
   * @throws QueryException.DeadlineExceeded if the thread's {@link Deadline} is over
   */
  public <T> Pages<T> askPages(Query<T> query) {
    return Pages.begin(this, asks, query, query.pagesAhead());
  }

  /**
   * Asks for one page, the first or the one behind {@link Query#from}: for askers that come back
   * with its {@link Page#next cursor} later, as a web page with a button does.
   *
   * @return null if there is no page
   * @throws QueryException as {@link #ask(Query)}
   */
  public <T> @Nullable Page<T> askPage(Query<T> query) {
    requireNotOnEventLoop();
    try (Pages<T> pages = Pages.begin(this, asks, query, 1)) {
      if (!pages.hasNext()) {
        return null;
      }
      T items = pages.take();
      return new Page<>(items, pages.cursor());
    }
  }

  /**
   * Makes a durable subscription, or changes its patterns, without consuming from it: from now on
   * its inbox fills.
   *
   * @param subscription its name
   * @param patterns event types or wildcards, at least one
   */
  public void declareSubscription(String subscription, String... patterns) {
    requireNotOnEventLoop();
    Names.require("subscription", subscription);
    if (patterns.length == 0) {
      throw new IllegalArgumentException("patterns: none (expected: at least one)");
    }
    for (String pattern : patterns) {
      TypePattern unused = new TypePattern(pattern);
    }
    var unused =
        await(
            asks.declareSubscription(subscription, List.of(patterns)),
            settings.sendTimeout(),
            "subscription '" + subscription + "'");
  }

  /** Starts handling commands. */
  public CommandConsumer.Builder commandConsumer() {
    return new CommandConsumer.Builder(this);
  }

  /** Starts handling what became of commands, as the service's outcome inbox tells. */
  public OutcomeConsumer.Builder outcomeConsumer() {
    return new OutcomeConsumer.Builder(this);
  }

  /** Starts handling events. */
  public Subscriber.Builder subscriber() {
    return new Subscriber.Builder(this);
  }

  /** Starts answering queries. */
  public Responder.Builder responder() {
    return new Responder.Builder(this);
  }

  /**
   * Opens a receiver of a queue, to take its commands one by one instead of handling them as they
   * come: {@link #commandConsumer} with that queue and {@link
   * CommandConsumer.Builder#openReceiver}, which claims no types but has whatever the queue owns.
   *
   * @throws io.parley.protocol.ParleyException if it is refused: {@code OWNED_BY} another service
   */
  public Receiver<CommandDelivery> receiver(String queue) {
    return commandConsumer().queue(queue).openReceiver();
  }

  /**
   * Opens a receiver of a subscription, to take its events one by one: {@link #subscriber} with
   * that name and {@link Subscriber.Builder#openReceiver}, which leaves its patterns as they are.
   *
   * @throws io.parley.protocol.ParleyException if it is refused
   */
  public Receiver<EventDelivery> eventReceiver(String subscription) {
    return subscriber().subscription(subscription).openReceiver();
  }

  /**
   * Puts the calling thread within a deadline, until the scope is closed: what it sends and asks
   * meanwhile, through this client or another, has no more time than is left.
   *
   * @param time from now on: zero or less is over already; at most 24 days
   */
  public Deadline.Scope within(Duration time) {
    return Deadline.in(time).enter();
  }

  /** What turns bodies into bytes and back: for results of outcomes and the like. */
  public PayloadCodec codec() {
    return settings.codec();
  }

  /** The service this client acts as; empty for a tool. */
  public String service() {
    return settings.service();
  }

  /** Whether there is a connection right now. */
  public boolean isConnected() {
    return connection.isUp();
  }

  /**
   * Drains and closes: nothing more is taken, what wasn't begun goes back uncounted, running
   * handlers finish, and everything sent or settled is confirmed; for all of that it waits at most
   * {@link Builder#drainTimeout}. A second call returns at once.
   *
   * @throws IllegalStateException on a handler's thread or an event loop
   */
  @Override
  public void close() {
    requireNotOnHandlerThread();
    if (!closing.compareAndSet(false, true) || connection.isClosed()) {
      return;
    }
    new Closing(connection, sends).inGoodOrder(settings.drainTimeout());
  }

  /**
   * Cuts the connection and stops without a word, as a crash of the process would: leases stay
   * behind until the broker notices, what wasn't confirmed is in doubt. For tests of what happens
   * then. Running handlers end, their results go nowhere. Doesn't wait.
   */
  public void abort() {
    closing.set(true);
    connection.close(true);
  }

  private void awaitConnected() {
    var unused =
        Waiting.await(
            connection.connect(sends),
            settings.connectTimeout(),
            () ->
                new NotConnectedException(
                    "no broker at "
                        + settings.uri()
                        + " within "
                        + settings.connectTimeout()
                        + connection.lastFailure()));
  }

  // ---- for consumers and the like

  Connection connection() {
    return connection;
  }

  ClientSettings settings() {
    return settings;
  }

  void requireOpen() {
    if (closing.get()) {
      throw new IllegalStateException("the client is closed");
    }
  }

  /** Waits for something that also ends by itself, somewhat after its time. */
  <T> T await(CompletableFuture<T> future, Duration timeout, String what) {
    Duration wait = timeout.plus(settings.sendTimeout()).plus(GRACE);
    return Waiting.await(
        future,
        wait,
        () ->
            new ParleyException(
                ErrorCode.DEADLINE_EXCEEDED, what + ": no answer from the broker in " + wait));
  }

  /** Starts a registration and waits until the broker has it. */
  void awaitRegistered(CompletableFuture<Void> registered, Runnable abandon, String what) {
    try {
      var unused = Waiting.await(registered, settings.sendTimeout(), () -> noAnswer(what));
    } catch (RuntimeException e) {
      abandon.run();
      throw e;
    }
  }

  private ParleyException noAnswer(String what) {
    return connection.isUp()
        ? new ParleyException(
            ErrorCode.DEADLINE_EXCEEDED,
            what + ": no answer from the broker in " + settings.sendTimeout())
        : new NotConnectedException(what + ": no connection to " + settings.uri());
  }

  /** Waits for what a consumer or responder has in hand, and ends it if that takes too long. */
  void awaitStopped(CompletableFuture<Void> stopped, Runnable abandon) {
    if (!Waiting.finishes(stopped, System.nanoTime() + settings.drainTimeout().toNanos())) {
      abandon.run();
    }
  }

  void requireNotOnHandlerThread() {
    requireNotOnEventLoop();
    if (HandlerThread.isCurrentOf(connection)) {
      throw new IllegalStateException(
          "called by a handler, which it would wait for (expected: another thread)");
    }
  }

  void requireNotOnEventLoop() {
    if (EventLoops.isCurrent()) {
      throw new IllegalStateException(
          "called on an event loop, which must not wait (expected: an Async method, or"
              + " another thread)");
    }
  }

  /** Settings of a client. */
  public static final class Builder {
    private static final int MAX_IN_FLIGHT = 65_536;
    private static final int MAX_IN_FLIGHT_BOUND = 1_000_000;

    private BrokerUri uri = BrokerUri.parse("parley://127.0.0.1");
    private @Nullable String user;
    private String password = "";
    private String service = "";
    private @Nullable String instance;
    private PayloadCodec codec = PayloadCodec.standard();
    private int maxInFlight = MAX_IN_FLIGHT;
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration sendTimeout = Duration.ofSeconds(30);
    private Duration drainTimeout = Duration.ofSeconds(30);
    private ClientListener listener = new LoggingListener();
    private final List<ClientListener> moreListeners = new ArrayList<>();
    private final List<ClientInterceptor> interceptors = new ArrayList<>();

    private Builder() {}

    /** Where the broker is; see {@link BrokerUri}. {@code parley://127.0.0.1} by default. */
    public Builder uri(String uri) {
      return uri(BrokerUri.parse(uri));
    }

    /** Where the broker is. */
    public Builder uri(BrokerUri uri) {
      this.uri = uri;
      return this;
    }

    /** User and password, instead of those of the URI: up to 255 and 4,096 bytes. */
    public Builder credentials(String user, String password) {
      this.user = user;
      this.password = password;
      return this;
    }

    /**
     * The logical component the client acts as: owner of its queues and subscriptions. May be left
     * out by tools that only send, publish and ask.
     */
    public Builder service(String service) {
      this.service = service.isEmpty() ? service : Names.require("service", service);
      return this;
    }

    /** Tells instances of a service apart, for people. Host name and process by default. */
    public Builder instance(String instance) {
      this.instance = instance;
      return this;
    }

    /** How bodies become bytes; {@link PayloadCodec#standard()} by default. */
    public Builder codec(PayloadCodec codec) {
      this.codec = codec;
      return this;
    }

    /** Most messages sent and not yet confirmed: 1 to 1,000,000; 65,536 by default. */
    public Builder maxInFlight(int messages) {
      this.maxInFlight = Numbers.require("max in flight", messages, 1, MAX_IN_FLIGHT_BOUND);
      return this;
    }

    /** How long to wait for the first connection; 10 s by default. */
    public Builder connectTimeout(Duration timeout) {
      this.connectTimeout = Numbers.requireMillis("connect timeout", timeout, 1);
      return this;
    }

    /** How long sends wait for room, and the waiting ones for their confirm; 30 s by default. */
    public Builder sendTimeout(Duration timeout) {
      this.sendTimeout = Numbers.requireMillis("send timeout", timeout, 1);
      return this;
    }

    /** How long {@link ParleyClient#close} waits for running handlers; 30 s by default. */
    public Builder drainTimeout(Duration timeout) {
      this.drainTimeout = Numbers.requireMillis("drain timeout", timeout, 0);
      return this;
    }

    /**
     * Told what no call returns. By default connects and failures are logged through {@link
     * System.Logger}.
     */
    public Builder listener(ClientListener listener) {
      this.listener = listener;
      return this;
    }

    /** Adds a listener besides that of {@link #listener}; told after it, in the order of adding. */
    public Builder addListener(ClientListener more) {
      this.moreListeners.add(more);
      return this;
    }

    /**
     * Adds one that sees what is sent, asked, handled and answered; called after those added
     * before. None by default.
     */
    public Builder interceptor(ClientInterceptor interceptor) {
      interceptors.add(interceptor);
      return this;
    }

    /**
     * Connects, trying all addresses until {@link #connectTimeout}.
     *
     * @throws NotConnectedException if no broker answered
     * @throws io.parley.protocol.ParleyException if one refused: {@code UNAUTHENTICATED}, {@code
     *     NAMESPACE_NOT_FOUND}, {@code UNSUPPORTED_VERSION}
     */
    public ParleyClient connect() {
      ParleyClient client = new ParleyClient(settings());
      try {
        client.awaitConnected();
      } catch (RuntimeException e) {
        client.abort();
        throw e;
      }
      return client;
    }

    private ClientSettings settings() {
      BrokerUri withCredentials =
          user == null ? uri : new BrokerUri(user, password, uri.addresses(), uri.namespace());
      requireBytes("user", withCredentials.user(), WireLimits.SHORT_TEXT_MAX_BYTES);
      requireBytes("password", withCredentials.password(), WireLimits.TEXT_MAX_BYTES);
      return new ClientSettings(
          withCredentials,
          service,
          instance == null ? defaultInstance() : instance,
          codec,
          maxInFlight,
          connectTimeout,
          sendTimeout,
          drainTimeout,
          allListeners(),
          interceptors.isEmpty() ? Interceptors.NONE : new Interceptors(List.copyOf(interceptors)));
    }

    private ClientListener allListeners() {
      if (moreListeners.isEmpty()) {
        return listener;
      }
      List<ClientListener> all = new ArrayList<>(moreListeners);
      all.add(0, listener);
      return new Listeners(List.copyOf(all));
    }

    private static void requireBytes(String what, String text, int max) {
      int bytes = text.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > max) {
        throw new IllegalArgumentException(
            what + ": " + bytes + " bytes (expected: at most " + max + ")");
      }
    }

    private static String defaultInstance() {
      long process = ProcessHandle.current().pid();
      try {
        return InetAddress.getLocalHost().getHostName() + "-" + process;
      } catch (UnknownHostException e) {
        return "process-" + process;
      }
    }
  }
}
