package io.parley.server.operation;

import io.parley.engine.Engine;
import io.parley.engine.catalog.TypeEntry;
import io.parley.engine.destination.Consumer;
import io.parley.engine.destination.DeliverySink;
import io.parley.engine.destination.Destination;
import io.parley.engine.destination.LeasedSegment;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.sequencer.Sequencer;
import io.parley.engine.store.StoreException;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.MalformedFrameException;
import io.parley.protocol.ParleyException;
import io.parley.protocol.WireLimits;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.ErrorClass;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Names;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Settlement;
import io.parley.protocol.model.TypePattern;
import io.parley.server.admin.CatalogInfo;
import io.parley.server.namespace.Namespace;
import io.parley.server.query.QuerySession;
import io.parley.server.session.ClientChannel;
import io.parley.server.session.Session;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The broker's side of one connection: checks each request, turns it into an operation, and answers
 * with what that came to. Called by the connection's event loop; answers come from the owner
 * thread.
 */
final class ClientSession implements Session {
  private static final int LEASE_MIN_MS = 1_000;

  /** When a sender may try again whose queue was full, or whose broker is drained. */
  private static final int RETRY_SEND_MS = 1_000;

  private static final int LEASE_MAX_MS = 12 * 60 * 60 * 1_000;
  private static final int CONSUMERS_MAX = 10_000;

  /**
   * Requests from here on share what memory there is for all clients' together, until they are
   * answered. Twice what clients put together of small messages, which pass.
   */
  private static final int LARGE_BYTES = 512 * 1024;

  private final Operations operations;
  private final Namespace namespace;
  private final Sequencer sequencer;
  private final Request.Hello hello;
  private final ClientChannel channel;
  private final QuerySession queries;
  private final MessageChecks checks;
  private final SeenTypes seenTypes;
  private final Map<Integer, ConsumerSlot> consumers = new ConcurrentHashMap<>();
  private final AtomicLong bytesInFlight = new AtomicLong();
  private volatile boolean ended;

  ClientSession(
      Operations operations, Namespace namespace, Request.Hello hello, ClientChannel channel) {
    this.operations = operations;
    this.namespace = namespace;
    this.sequencer = namespace.sequencer().lane();
    this.hello = hello;
    this.channel = channel;
    this.queries = namespace.queries().connect(channel);
    this.seenTypes = new SeenTypes(namespace.typeUses(), hello.service());
    this.checks = new MessageChecks(hello.service(), operations.limits().maxMessageBytes());
  }

  @Override
  public Response.HelloOk welcome() {
    Engine engine = namespace.engine();
    return operations.welcome(hello.correlation(), namespace, engine == null ? 0 : engine.boot());
  }

  MessageId producerSession() {
    return hello.producerSession();
  }

  Namespace namespace() {
    return namespace;
  }

  ClientChannel channel() {
    return channel;
  }

  boolean hasConsumers() {
    return !consumers.isEmpty();
  }

  @Override
  public void received(Request request) {
    try {
      switch (request.type()) {
        case PING -> channel.send(new Response.Pong(request.correlation()));
        case GOODBYE -> goodbye((Request.Goodbye) request);
        case SEND -> send((Request.Send) request);
        case PUBLISH -> publish((Request.Publish) request);
        case CANCEL_COMMAND -> cancel((Request.CancelCommand) request);
        case CONSUME -> consume((Request.Consume) request);
        case SUBSCRIBE -> subscribe((Request.Subscribe) request);
        case CREDIT -> credit((Request.Credit) request);
        case CLOSE_CONSUMER -> closeConsumer((Request.CloseConsumer) request);
        case SETTLE -> settle((Request.Settle) request);
        case RESPOND -> respond((Request.Respond) request);
        case CLOSE_RESPONDER -> queries.closeResponder((Request.CloseResponder) request);
        case ASK -> ask((Request.Ask) request);
        case CANCEL_ASK -> queries.cancel((Request.CancelAsk) request);
        case ANSWER -> queries.answer((Request.Answer) request);
        case ASK_PAGES -> askPages((Request.AskPages) request);
        case PAGE_CREDIT -> queries.credit((Request.PageCredit) request);
        case ANSWER_PAGE -> queries.answerPage((Request.AnswerPage) request);
        case GET_OUTCOME -> getOutcome((Request.GetOutcome) request);
        default ->
            throw new MalformedFrameException(
                "frame: " + request.type() + " (expected: a request after the greeting)");
      }
    } catch (MalformedFrameException e) {
      throw e;
    } catch (ParleyException e) {
      channel.send(Replies.failure(request.correlation(), e));
    }
  }

  /** A request that was held until its consumer was open, on the owner thread. */
  private void receivedLate(Request request) {
    try {
      received(request);
    } catch (MalformedFrameException e) {
      channel.close(new Response.Failure(0, e.code(), true, 0, String.valueOf(e.getMessage())));
    }
  }

  // ---------------------------------------------------------------- sending

  private void send(Request.Send request) {
    store(request.correlation(), request.firstSequence(), request.batch(), MessageKind.COMMAND);
  }

  private void publish(Request.Publish request) {
    store(request.correlation(), request.firstSequence(), request.batch(), MessageKind.EVENT);
  }

  private void store(int correlation, long firstSequence, MessageBatch batch, MessageKind kind) {
    if (firstSequence < 1) {
      throw new MalformedFrameException(
          "first sequence: " + firstSequence + " (expected: 1 or more)");
    }
    List<Result.Refusal> invalid = unfit(batch, kind);
    if (invalid.isEmpty()) {
      seenTypes.sent(batch, operations.nowMs());
    }
    Operation.Send send =
        new Operation.Send(hello.producerSession(), firstSequence, batch, invalid);
    operations.telemetry().received(kind, batch.count());
    enterWindow(batch.length());
    sequencer.submit(send, new Stored(correlation, batch, kind));
  }

  private List<Result.Refusal> unfit(MessageBatch batch, MessageKind kind) {
    if (operations.isDrained()) {
      return all(batch, ErrorCode.DRAINING, "the broker is drained by an operator (expected: not)");
    }
    String shortage = operations.shortage();
    return shortage == null
        ? checks.check(batch, kind)
        : all(batch, ErrorCode.STORE_UNAVAILABLE, shortage);
  }

  /** All refused, as if they were unfit: their session goes on with the next ones. */
  private static List<Result.Refusal> all(MessageBatch batch, ErrorCode code, String why) {
    List<Result.Refusal> refusals = new ArrayList<>(batch.count());
    for (int i = 0; i < batch.count(); i++) {
      refusals.add(new Result.Refusal(i, 0, code, why));
    }
    return refusals;
  }

  /** What became of a batch. */
  private final class Stored extends Answer {
    private final MessageBatch batch;
    private final MessageKind kind;

    Stored(int correlation, MessageBatch batch, MessageKind kind) {
      super(correlation, batch.length());
      this.batch = batch;
      this.kind = kind;
    }

    /** The engine has copied what it keeps. If it failed, that isn't so sure. */
    @Override
    public void done(Result result) {
      batch.release();
      super.done(result);
    }

    @Override
    Frame frame(Result result) {
      List<Result.Refusal> refusals = ((Result.Sent) result).refusals();
      operations.telemetry().confirmed(kind, batch.count() - refusals.size(), refusals);
      return new Response.Confirm(correlation, refusals(refusals));
    }
  }

  private static List<Response.Refusal> refusals(List<Result.Refusal> refusals) {
    if (refusals.isEmpty()) {
      return List.of();
    }
    List<Response.Refusal> answered = new ArrayList<>(refusals.size());
    for (Result.Refusal refusal : refusals) {
      int retryAfterMs = refusal.code().retryable() ? RETRY_SEND_MS : 0;
      answered.add(
          new Response.Refusal(refusal.index(), refusal.code(), retryAfterMs, refusal.message()));
    }
    return answered;
  }

  /** Answers a request whose bytes count against the connection's window until then. */
  private abstract class Answer implements Sequencer.Reply {
    final int correlation;
    private final int bytes;

    Answer(int correlation, int bytes) {
      this.correlation = correlation;
      this.bytes = bytes;
    }

    /** What its operation came to, if it wasn't refused. */
    abstract Frame frame(Result result);

    @Override
    public void done(Result result) {
      leaveWindow();
      channel.send(
          result instanceof Result.Refused refused
              ? Replies.failure(correlation, refused.code(), refused.message())
              : frame(result));
    }

    @Override
    public final void failed(StoreException why) {
      leaveWindow();
      channel.send(Replies.storeUnavailable(correlation, String.valueOf(why.getMessage())));
    }

    private void leaveWindow() {
      long before = bytesInFlight.getAndAdd(-bytes);
      long window = operations.limits().sendWindowBytes();
      if (before > 0 && (before >= window || before == bytes)) {
        channel.resumeReading();
      }
      if (bytes >= LARGE_BYTES) {
        channel.requestDone(bytes);
      }
    }
  }

  private void enterWindow(int bytes) {
    bytesInFlight.addAndGet(bytes);
    if (bytes >= LARGE_BYTES) {
      channel.requestHeld(bytes);
    }
  }

  @Override
  public boolean acceptsMore() {
    long own = bytesInFlight.get();
    return own == 0
        || (own < operations.limits().sendWindowBytes()
            && sequencer.bytesInFlight() < operations.bytesInFlightMax());
  }

  // ---------------------------------------------------------------- consuming

  private void consume(Request.Consume request) {
    String service = requireService("CONSUME");
    String queue = request.queue().isEmpty() ? service : name("queue", request.queue());
    request.types().forEach(type -> name("type", type));
    checkConsumer(request.consumer(), request.credit(), request.leaseMs());
    ConsumerSlot slot = newSlot(request.consumer());
    open(
        new Operation.ClaimTypes(service, queue, request.types()),
        request.correlation(),
        request.consumer(),
        slot,
        request.credit(),
        request.leaseMs());
  }

  private void subscribe(Request.Subscribe request) {
    String service = requireService("SUBSCRIBE");
    String subscription =
        request.subscription().isEmpty() ? service : name("subscription", request.subscription());
    List<TypePattern> patterns = new ArrayList<>();
    for (String pattern : request.patterns()) {
      patterns.add(pattern(pattern));
    }
    Operation operation = new Operation.Subscribe(service, subscription, patterns, request.from());
    if (request.consumer() == 0) {
      sequencer.submit(operation, new Done(request.correlation()));
      return;
    }
    checkConsumer(request.consumer(), request.credit(), request.leaseMs());
    open(
        operation,
        request.correlation(),
        request.consumer(),
        newSlot(request.consumer()),
        request.credit(),
        request.leaseMs());
  }

  /** A request is done, and there is nothing to tell. */
  private final class Done extends Answer {
    Done(int correlation) {
      super(correlation, 0);
    }

    @Override
    Frame frame(Result result) {
      return new Response.Ok(correlation);
    }
  }

  private void open(
      Operation claim,
      int correlation,
      int number,
      ConsumerSlot slot,
      int credit,
      int requestedLeaseMs) {
    sequencer.submit(
        claim,
        new Sequencer.Reply() {
          @Override
          public void done(Result result) {
            if (result instanceof Result.Refused refused) {
              consumers.remove(number);
              channel.send(Replies.failure(correlation, refused.code(), refused.message()));
            } else {
              opened(((Result.DestinationIs) result).id());
            }
          }

          private void opened(int destination) {
            Engine engine = namespace.engine();
            if (engine == null || ended) {
              return;
            }
            if (engine.destinations().find(destination) == null) {
              consumers.remove(number);
              channel.send(
                  Replies.failure(
                      correlation,
                      ErrorCode.NOT_FOUND,
                      "the subscription was deleted at this moment (expected: one that exists;"
                          + " subscribe again to make it anew)"));
              return;
            }
            int leaseMs = leaseMs(engine, destination, requestedLeaseMs);
            Consumer consumer =
                engine.open(destination, new Sink(number, leaseMs), leaseMs, operations.nowMs());
            channel.send(new Response.Ok(correlation));
            for (Request held : slot.opened(destination, consumer, engine)) {
              receivedLate(held);
            }
            // After what was held: settlements of an earlier connection go before new leases.
            withConsumer(
                slot, (current, mine) -> current.credit(mine, credit, WireLimits.CREDIT_MAX));
          }

          @Override
          public void failed(StoreException why) {
            channel.close(Replies.closingAsUnavailable(why));
          }
        });
  }

  /** What the consumer wants, else what is set for the queue or inbox, else the broker's. */
  private int leaseMs(Engine engine, int destination, int requestedMs) {
    Destination consumed = engine.destinations().find(destination);
    int setMs = consumed == null ? 0 : consumed.definition().settings().leaseMs();
    return requestedMs != 0 ? requestedMs : setMs != 0 ? setMs : operations.leaseMs();
  }

  private ConsumerSlot newSlot(int number) {
    ConsumerSlot slot = new ConsumerSlot();
    if (consumers.size() >= CONSUMERS_MAX) {
      throw new ParleyException(
          ErrorCode.TOO_MANY,
          "consumers: "
              + (CONSUMERS_MAX + 1)
              + " (expected: at most "
              + CONSUMERS_MAX
              + " on one connection)");
    }
    if (consumers.putIfAbsent(number, slot) != null) {
      throw new ParleyException(
          ErrorCode.INVALID_ARGUMENT, "consumer: " + number + " (expected: a number not in use)");
    }
    return slot;
  }

  private void credit(Request.Credit request) {
    ConsumerSlot slot = slot(request.consumer());
    checkCredit(request.messages());
    if (!slot.hold(request)) {
      withConsumer(
          slot,
          (engine, consumer) -> engine.credit(consumer, request.messages(), WireLimits.CREDIT_MAX));
    }
  }

  private void closeConsumer(Request.CloseConsumer request) {
    ConsumerSlot slot = slot(request.consumer());
    if (!slot.hold(request)) {
      withConsumer(slot, (engine, consumer) -> consumer.close());
      look(engine -> channel.send(new Response.Ok(request.correlation())));
    }
  }

  private void settle(Request.Settle request) {
    ConsumerSlot slot = slot(request.consumer());
    if (slot.hold(request)) {
      return;
    }
    if (request.started() > 0) {
      withConsumer(
          slot,
          (engine, consumer) -> {
            consumer.started(request.started());
            consumer.handlingTakes(request.handlingMicros());
          });
    }
    if (request.settlements().isEmpty()) {
      return;
    }
    List<Settlement> all = request.settlements();
    List<Response.SettleRefusal> refused = refusedWhateverTheStateIs(all);
    List<Integer> places = placesOfOthers(all.size(), refused);
    List<Settlement> fit = refused.isEmpty() ? all : places.stream().map(all::get).toList();
    Operation.Settle settle = new Operation.Settle(slot.destination(), fit);
    int bytes = settle.sizeBytes();
    enterWindow(bytes);
    sequencer.submit(settle, new Settled(request.correlation(), bytes, fit, places, refused));
  }

  private List<Response.SettleRefusal> refusedWhateverTheStateIs(List<Settlement> all) {
    List<Response.SettleRefusal> refused = List.of();
    for (int i = 0; i < all.size(); i++) {
      Response.SettleRefusal refusal = refusalOf(all.get(i), i);
      if (refusal != null) {
        refused = refused.isEmpty() ? new ArrayList<>() : refused;
        refused.add(refusal);
      }
    }
    return refused;
  }

  /** The places of those that aren't refused; empty if none is refused. */
  private static List<Integer> placesOfOthers(int all, List<Response.SettleRefusal> refused) {
    if (refused.isEmpty()) {
      return List.of();
    }
    Set<Integer> out = new HashSet<>();
    refused.forEach(refusal -> out.add(refusal.index()));
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < all; i++) {
      if (!out.contains(i)) {
        places.add(i);
      }
    }
    return places;
  }

  /** What became of settlements. */
  private final class Settled extends Answer {
    private final List<Settlement> fit;
    private final List<Integer> places;
    private final List<Response.SettleRefusal> refusedBefore;

    /**
     * An answer that is to come.
     *
     * @param fit those the engine was asked for
     * @param places theirs in the request; empty if that is all of it
     * @param refusedBefore the others
     */
    Settled(
        int correlation,
        int bytes,
        List<Settlement> fit,
        List<Integer> places,
        List<Response.SettleRefusal> refusedBefore) {
      super(correlation, bytes);
      this.fit = fit;
      this.places = places;
      this.refusedBefore = refusedBefore;
    }

    @Override
    Frame frame(Result result) {
      List<Result.Refusal> refusals = ((Result.Settled) result).refusals();
      operations.telemetry().settled(fit, refusals);
      if (refusals.isEmpty()) {
        return new Response.Settled(correlation, refusedBefore);
      }
      List<Response.SettleRefusal> all = new ArrayList<>(refusedBefore);
      for (Result.Refusal refusal : refusals) {
        int place = places.isEmpty() ? refusal.index() : places.get(refusal.index());
        all.add(
            new Response.SettleRefusal(
                place, refusal.sequence(), refusal.code(), refusal.message()));
      }
      return new Response.Settled(correlation, all);
    }
  }

  private Response.@Nullable SettleRefusal refusalOf(Settlement settlement, int index) {
    if (settlement instanceof Settlement.CompleteWith with) {
      List<Result.Refusal> refusals = checks.check(with.emitted(), null);
      if (!refusals.isEmpty()) {
        Result.Refusal first = refusals.get(0);
        return new Response.SettleRefusal(
            index,
            with.sequence(),
            first.code(),
            "emitted message " + first.index() + ": " + first.message());
      }
      seenTypes.sent(with.emitted(), operations.nowMs());
    } else if (settlement instanceof Settlement.Extend extend
        && (extend.leaseMs() < LEASE_MIN_MS || extend.leaseMs() > LEASE_MAX_MS)) {
      return new Response.SettleRefusal(
          index, extend.sequence(), ErrorCode.INVALID_ARGUMENT, leaseError(extend.leaseMs()));
    }
    return null;
  }

  /** Answers from what is durable; where that can't be read, the client has to ask anew. */
  private void look(java.util.function.Consumer<Engine> answer) {
    sequencer.execute(
        new Sequencer.Task() {
          @Override
          public void run(Engine engine) {
            answer.accept(engine);
          }

          @Override
          public void dropped(StoreException why) {
            channel.close(Replies.closingAsUnavailable(why));
          }
        });
  }

  private void withConsumer(ConsumerSlot slot, BiConsumer<Engine, Consumer> task) {
    sequencer.adjust(
        engine -> {
          Consumer consumer = slot.consumer(engine);
          if (consumer != null) {
            task.accept(engine, consumer);
          }
        });
  }

  private ConsumerSlot slot(int number) {
    ConsumerSlot slot = consumers.get(number);
    if (slot == null) {
      throw new ParleyException(
          ErrorCode.NOT_FOUND, "consumer: " + number + " (expected: one this connection opened)");
    }
    return slot;
  }

  @Override
  public void writable() {
    queries.writable();
    sequencer.adjust(
        engine -> {
          for (ConsumerSlot slot : consumers.values()) {
            Consumer consumer = slot.consumer(engine);
            if (consumer != null) {
              engine.wake(consumer);
            }
          }
        });
  }

  // ---------------------------------------------------------------- queries and outcomes

  private void respond(Request.Respond request) {
    request.types().forEach(type -> name("type", type));
    long nowMs = operations.nowMs();
    request.types().forEach(type -> seenTypes.seen(type, CatalogInfo.Role.ANSWERS, nowMs));
    look(
        engine -> {
          if (request.types().stream().allMatch(type -> isQuery(engine, type))) {
            queries.respond(request); // nothing to write, so also while nothing can be
          } else {
            fixKinds(request);
          }
        });
  }

  private static boolean isQuery(Engine engine, String type) {
    TypeEntry known = engine.catalog().type(type);
    return known != null && known.kind() == MessageKind.QUERY;
  }

  private void fixKinds(Request.Respond request) {
    sequencer.submit(
        new Operation.OfferAnswers(hello.service(), request.types()),
        new Sequencer.Reply() {
          @Override
          public void done(Result result) {
            if (result instanceof Result.Refused refused) {
              channel.send(
                  Replies.failure(request.correlation(), refused.code(), refused.message()));
            } else {
              queries.respond(request);
            }
          }

          @Override
          public void failed(StoreException why) {
            channel.close(Replies.closingAsUnavailable(why));
          }
        });
  }

  private void ask(Request.Ask request) {
    queries.ask(checkedTypeOf(request.query()), request);
  }

  private void askPages(Request.AskPages request) {
    queries.askPages(checkedTypeOf(request.query()), request);
  }

  private String checkedTypeOf(MessageBatch query) {
    List<Result.Refusal> refusals = checks.check(query, MessageKind.QUERY);
    if (query.count() != 1) {
      throw new MalformedFrameException("query: " + query.count() + " records (expected: 1)");
    }
    if (!refusals.isEmpty()) {
      throw new ParleyException(refusals.get(0).code(), refusals.get(0).message());
    }
    seenTypes.sent(query, operations.nowMs());
    return new MessageRecord().wrap(query.bytes(), query.offset()).type();
  }

  private void cancel(Request.CancelCommand request) {
    var unused =
        operations
            .cancellations()
            .cancel(namespace.name(), request.command())
            .whenComplete(
                (done, failure) ->
                    channel.send(
                        failure == null
                            ? new Response.Ok(request.correlation())
                            : Replies.failure(request.correlation(), parleyException(failure))));
  }

  private static ParleyException parleyException(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof ParleyException known
        ? known
        : new ParleyException(ErrorCode.INTERNAL, cause.toString());
  }

  private void getOutcome(Request.GetOutcome request) {
    if (request.waitMs() < 0) {
      throw new ParleyException(
          ErrorCode.INVALID_ARGUMENT, "wait: " + request.waitMs() + " ms (expected: 0 or more)");
    }
    look(
        engine -> {
          Outcome outcome = engine.outcomes().find(request.command());
          if (outcome.status() == OutcomeStatus.PENDING && request.waitMs() > 0) {
            namespace
                .outcomeWaits()
                .await(
                    request.command(),
                    operations.nowMs() + request.waitMs(),
                    ended -> channel.send(new Response.OutcomeIs(request.correlation(), ended)));
          } else {
            channel.send(new Response.OutcomeIs(request.correlation(), outcome));
          }
        });
  }

  // ---------------------------------------------------------------- the end

  private void goodbye(Request.Goodbye request) {
    leave(true);
    look(engine -> channel.send(new Response.Ok(request.correlation())));
  }

  @Override
  public void disconnected() {
    ended = true;
    queries.disconnected();
    operations.ended(this);
    leave(operations.isDraining());
  }

  /** Gives back what its consumers hold; attempts count unless the client left in good order. */
  private void leave(boolean inGoodOrder) {
    sequencer.adjust(
        engine -> {
          for (ConsumerSlot slot : consumers.values()) {
            Consumer consumer = slot.consumer(engine);
            if (consumer != null) {
              if (inGoodOrder) {
                consumer.forgetStarted();
              }
              engine.abandon(consumer, operations.nowMs(), ErrorClass.CONNECTION_LOST.name());
            }
          }
          consumers.clear();
        });
  }

  // ---------------------------------------------------------------- checks

  private String requireService(String what) {
    if (hello.service().isEmpty()) {
      throw new ParleyException(
          ErrorCode.INVALID_ARGUMENT,
          what + " by a client without service (expected: a service name in HELLO)");
    }
    return hello.service();
  }

  private static String name(String what, String name) {
    try {
      return Names.require(what, name);
    } catch (IllegalArgumentException e) {
      throw new ParleyException(ErrorCode.INVALID_NAME, String.valueOf(e.getMessage()));
    }
  }

  private static TypePattern pattern(String text) {
    try {
      return new TypePattern(text);
    } catch (IllegalArgumentException e) {
      throw new ParleyException(ErrorCode.INVALID_NAME, String.valueOf(e.getMessage()));
    }
  }

  private static void checkConsumer(int number, int credit, int leaseMs) {
    if (number == 0) {
      throw new ParleyException(
          ErrorCode.INVALID_ARGUMENT, "consumer: 0 (expected: another number)");
    }
    checkCredit(credit);
    if (leaseMs != 0 && (leaseMs < LEASE_MIN_MS || leaseMs > LEASE_MAX_MS)) {
      throw new ParleyException(ErrorCode.INVALID_ARGUMENT, leaseError(leaseMs));
    }
  }

  private static String leaseError(int leaseMs) {
    return "lease: " + leaseMs + " ms (expected: " + LEASE_MIN_MS + " to " + LEASE_MAX_MS + ")";
  }

  private static void checkCredit(int credit) {
    if (credit < 0 || credit > WireLimits.CREDIT_MAX) {
      throw new ParleyException(
          ErrorCode.INVALID_ARGUMENT,
          "credit: " + credit + " (expected: 0 to " + WireLimits.CREDIT_MAX + ")");
    }
  }

  /** Pushes deliveries to one of the client's consumers. */
  private final class Sink implements DeliverySink {
    private final int number;
    private final int leaseMs;

    Sink(int number, int leaseMs) {
      this.number = number;
      this.leaseMs = leaseMs;
    }

    @Override
    public boolean isWritable() {
      return channel.isWritable();
    }

    @Override
    public String holder() {
      String instance = hello.instance().isEmpty() ? "" : "/" + hello.instance();
      return hello.service() + instance + " at " + channel.remoteAddress();
    }

    @Override
    public void deliver(long epoch, List<LeasedSegment> leased) {
      List<Push.Segment> segments = new ArrayList<>(leased.size());
      int messages = 0;
      for (int i = 0; i < leased.size(); i++) {
        LeasedSegment segment = leased.get(i);
        segments.add(
            new Push.Segment(
                segment.firstSequence(), segment.attempt(), segment.storedAtMs(), segment.batch()));
        messages += segment.batch().count();
      }
      operations.telemetry().delivered(messages);
      channel.send(new Push.Deliver(number, epoch, leaseMs, segments));
    }
  }
}
