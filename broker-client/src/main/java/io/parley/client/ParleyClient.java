package io.parley.client;

import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

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
 * <p>Methods that end in {@code Async} return at once. Their futures are completed by the client's
 * own thread, so what hangs on them must not block, or has to use the {@code …Async} methods of
 * {@link CompletableFuture}. The others wait, and throw the {@link
 * io.parley.protocol.ParleyException} that the future would fail with; on the client's own thread
 * they throw {@link IllegalStateException}.
 *
 * <p>What is sent while a handler runs, on the handler's thread, carries the message in hand as its
 * causation, and its conversation as correlation.
 */
public final class ParleyClient implements AutoCloseable {
  private ParleyClient() {}

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
   * @throws UnconfirmedException if it wasn't confirmed within {@link Builder#sendTimeout}
   * @throws io.parley.protocol.ParleyException if it was refused: {@code QUOTA_EXCEEDED}, {@code
   *     WRONG_KIND}, {@code MESSAGE_TOO_LARGE}, …
   * @throws IllegalArgumentException if a name or number is out of bounds
   */
  public MessageId send(OutgoingMessage command) {
    throw new UnsupportedOperationException();
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
   * fails with {@code OVERLOADED} if there is none (on the client's own thread without waiting).
   *
   * @return the command's id, when it is durable
   * @throws IllegalArgumentException if a name or number is out of bounds
   * @throws io.parley.protocol.ParleyException if the codec can't encode the body
   */
  public CompletableFuture<MessageId> sendAsync(OutgoingMessage command) {
    throw new UnsupportedOperationException();
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
    throw new UnsupportedOperationException();
  }

  /** As {@link #publishAsync(OutgoingMessage)}. */
  public CompletableFuture<MessageId> publishAsync(String type, Object body) {
    return publishAsync(OutgoingMessage.of(type, body));
  }

  /** Publishes an event; everything said of {@link #sendAsync(OutgoingMessage)} holds. */
  public CompletableFuture<MessageId> publishAsync(OutgoingMessage event) {
    throw new UnsupportedOperationException();
  }

  /**
   * Sends a command and waits for what becomes of it. Its outcome is tracked.
   *
   * @param timeout for everything
   * @return status {@code PENDING} if it hasn't ended by then
   */
  public Outcome sendAndAwait(OutgoingMessage command, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  /** As {@link #sendAndAwait}, without waiting. */
  public CompletableFuture<Outcome> sendAndAwaitAsync(OutgoingMessage command, Duration timeout) {
    throw new UnsupportedOperationException();
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
   * @throws NotConnectedException if no broker could be asked in that time
   */
  public Outcome awaitOutcome(MessageId command, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  /** As {@link #awaitOutcome}, without waiting. */
  public CompletableFuture<Outcome> awaitOutcomeAsync(MessageId command, Duration timeout) {
    throw new UnsupportedOperationException();
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
   *     if nobody answers this type
   */
  public <T> Answer<T> ask(Query<T> query) {
    throw new UnsupportedOperationException();
  }

  /** As {@link #ask(Query)}, without waiting. Cancelling the future cancels the query. */
  public <T> CompletableFuture<Answer<T>> askAsync(Query<T> query) {
    throw new UnsupportedOperationException();
  }

  /**
   * Makes a durable subscription, or changes its patterns, without consuming from it: from now on
   * its inbox fills.
   *
   * @param subscription its name
   * @param patterns event types or wildcards, at least one
   */
  public void declareSubscription(String subscription, String... patterns) {
    throw new UnsupportedOperationException();
  }

  /** Starts handling commands. */
  public CommandConsumer.Builder commandConsumer() {
    return new CommandConsumer.Builder(this);
  }

  /** Starts handling events. */
  public Subscriber.Builder subscriber() {
    return new Subscriber.Builder(this);
  }

  /** Starts answering queries. */
  public Responder.Builder responder() {
    return new Responder.Builder(this);
  }

  /** What turns bodies into bytes and back: for results of outcomes and the like. */
  public PayloadCodec codec() {
    throw new UnsupportedOperationException();
  }

  /** The service this client acts as; empty for a tool. */
  public String service() {
    throw new UnsupportedOperationException();
  }

  /** Whether there is a connection right now. */
  public boolean isConnected() {
    throw new UnsupportedOperationException();
  }

  /**
   * Drains and closes: nothing more is taken, what wasn't begun goes back uncounted, running
   * handlers finish, and everything sent or settled is confirmed; for all of that it waits at most
   * {@link Builder#drainTimeout}. A second call returns at once.
   *
   * @throws IllegalStateException on a handler's thread or the client's own
   */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }

  /**
   * Cuts the connection and stops without a word, as a crash of the process would: leases stay
   * behind until the broker notices, what wasn't confirmed is in doubt. For tests of what happens
   * then. Running handlers end, their results go nowhere. Doesn't wait.
   */
  public void abort() {
    throw new UnsupportedOperationException();
  }

  /** Settings of a client. */
  public static final class Builder {
    private Builder() {}

    /** Where the broker is; see {@link BrokerUri}. {@code parley://127.0.0.1} by default. */
    public Builder uri(String uri) {
      return uri(BrokerUri.parse(uri));
    }

    /** Where the broker is. */
    public Builder uri(BrokerUri uri) {
      throw new UnsupportedOperationException();
    }

    /** User and password, instead of those of the URI. */
    public Builder credentials(String user, String password) {
      throw new UnsupportedOperationException();
    }

    /**
     * The logical component the client acts as: owner of its queues and subscriptions. May be left
     * out by tools that only send, publish and ask.
     */
    public Builder service(String service) {
      throw new UnsupportedOperationException();
    }

    /** Tells instances of a service apart, for people. Host name and process by default. */
    public Builder instance(String instance) {
      throw new UnsupportedOperationException();
    }

    /** How bodies become bytes; {@link PayloadCodec#standard()} by default. */
    public Builder codec(PayloadCodec codec) {
      throw new UnsupportedOperationException();
    }

    /** Most messages sent and not yet confirmed: 1 to 1,000,000; 65,536 by default. */
    public Builder maxInFlight(int messages) {
      throw new UnsupportedOperationException();
    }

    /** How long to wait for the first connection; 10 s by default. */
    public Builder connectTimeout(Duration timeout) {
      throw new UnsupportedOperationException();
    }

    /** How long sends wait for room, and the waiting ones for their confirm; 30 s by default. */
    public Builder sendTimeout(Duration timeout) {
      throw new UnsupportedOperationException();
    }

    /** How long {@link ParleyClient#close} waits for running handlers; 30 s by default. */
    public Builder drainTimeout(Duration timeout) {
      throw new UnsupportedOperationException();
    }

    /**
     * Told what no call returns. By default connects and failures are logged through {@link
     * System.Logger}.
     */
    public Builder listener(ClientListener listener) {
      throw new UnsupportedOperationException();
    }

    /**
     * Connects, trying all addresses until {@link #connectTimeout}.
     *
     * @throws NotConnectedException if no broker answered
     * @throws io.parley.protocol.ParleyException if one refused: {@code UNAUTHENTICATED}, {@code
     *     NAMESPACE_NOT_FOUND}, {@code UNSUPPORTED_VERSION}
     */
    public ParleyClient connect() {
      throw new UnsupportedOperationException();
    }
  }
}
