package io.parley.engine.testing;

import io.parley.engine.Engine;
import io.parley.engine.destination.Consumer;
import io.parley.engine.destination.DeliverySink;
import io.parley.engine.destination.LeasedSegment;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Payload;
import io.parley.protocol.model.Settlement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A consumer that notes what it gets, and settles it when told to. */
public final class TestConsumer implements DeliverySink {
  private final TestNamespace namespace;
  private final int destination;
  private final List<Delivered> untaken = new ArrayList<>();
  private final List<Delivered> all = new ArrayList<>();
  private final List<Integer> deliverySizes = new ArrayList<>();
  private boolean writable = true;
  private @Nullable Consumer consumer;
  private @Nullable Engine openedIn;

  TestConsumer(TestNamespace namespace, int destination) {
    this.namespace = namespace;
    this.destination = destination;
  }

  void opened(Engine engine, Consumer opened) {
    openedIn = engine;
    consumer = opened;
  }

  @Override
  public String holder() {
    return "test consumer";
  }

  @Override
  public boolean isWritable() {
    return writable;
  }

  @Override
  public void deliver(long epoch, List<LeasedSegment> segments) {
    int bytes = 0;
    for (LeasedSegment segment : segments) {
      MessageRecord record = new MessageRecord();
      int at = segment.batch().offset();
      for (int i = 0; i < segment.batch().count(); i++) {
        record.wrap(segment.batch().bytes(), at);
        record.check(segment.batch().offset() + segment.batch().length());
        if (!record.isIntact()) {
          throw new AssertionError("message " + (segment.firstSequence() + i) + " is damaged");
        }
        add(
            new Delivered(
                segment.firstSequence() + i,
                epoch,
                segment.attempt(),
                segment.storedAtMs(),
                all.size() + 1L,
                record.toMessage()));
        at = record.end();
      }
      if (at != segment.batch().offset() + segment.batch().length()) {
        throw new AssertionError("segment's length is not that of its records: " + segment);
      }
      bytes += segment.batch().length();
      segment.batch().release();
    }
    deliverySizes.add(bytes);
  }

  private void add(Delivered delivered) {
    untaken.add(delivered);
    all.add(delivered);
  }

  /** What came since the last call. */
  public List<Delivered> take() {
    List<Delivered> taken = List.copyOf(untaken);
    untaken.clear();
    return taken;
  }

  /** What came since the last call, by body. */
  public List<String> takeBodies() {
    return take().stream().map(Delivered::body).toList();
  }

  /** The one message that came since the last call. */
  public Delivered takeOne() {
    List<Delivered> taken = take();
    if (taken.size() != 1) {
      throw new AssertionError("delivered: " + taken + " (expected: one message)");
    }
    return taken.get(0);
  }

  /** All that ever came. */
  public List<Delivered> all() {
    return all;
  }

  /** Bytes of records in each delivery so far. */
  public List<Integer> deliverySizes() {
    return deliverySizes;
  }

  /** Where it consumes. */
  public int destination() {
    return destination;
  }

  // ---------------------------------------------------------------- what it says

  /** Gives it credit. */
  public TestConsumer credit(int messages) {
    namespace.withEngine(engine -> engine.credit(consumer(engine), messages, 65_536));
    return this;
  }

  /** Takes no deliveries until {@link #resume}. */
  public void choke() {
    writable = false;
  }

  /** Takes deliveries again, as the engine finds out by itself. */
  public void resumeQuietly() {
    writable = true;
  }

  /** Takes deliveries again. */
  public void resume() {
    writable = true;
    namespace.withEngine(engine -> engine.wake(consumer(engine)));
  }

  /** Handling of its first deliveries has begun, up to this one. */
  public void start(Delivered upTo) {
    namespace.withEngine(engine -> consumer(engine).started(upTo.deliveredAs()));
  }

  /** The connection ends. */
  public void disconnect() {
    namespace.withEngine(
        engine -> engine.abandon(consumer(engine), namespace.nowMs(), "CONNECTION_LOST"));
  }

  /** The client says goodbye, then the connection ends. */
  public void leave() {
    namespace.withEngine(
        engine -> {
          consumer(engine).forgetStarted();
          engine.abandon(consumer(engine), namespace.nowMs(), "CONNECTION_LOST");
        });
  }

  /** The engine's side of it. */
  public Consumer consumer() {
    return consumer(namespace.engine());
  }

  private Consumer consumer(Engine engine) {
    if (consumer == null || openedIn != engine) {
      throw new AssertionError("the consumer was opened in an engine that is no more");
    }
    return consumer;
  }

  /** Settles; returns what was refused. */
  public List<Result.Refusal> settle(Settlement... settlements) {
    Result result = namespace.submit(new Operation.Settle(destination, List.of(settlements)));
    return ((Result.Settled) result).refusals();
  }

  /** Settles one message; returns why it was refused, or null. */
  public @Nullable ErrorCode settleOne(Settlement settlement) {
    List<Result.Refusal> refusals = settle(settlement);
    return refusals.isEmpty() ? null : refusals.get(0).code();
  }

  /** Completes messages, each by itself. */
  public List<Result.Refusal> complete(List<Delivered> messages) {
    return settle(
        messages.stream()
            .map(message -> new Settlement.Complete(message.epoch(), message.sequence(), 1))
            .toArray(Settlement[]::new));
  }

  /** Completes messages, those delivered together with one settlement. */
  public List<Result.Refusal> completeInRanges(List<Delivered> messages) {
    List<Settlement> ranges = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= messages.size(); i++) {
      Delivered first = messages.get(from);
      if (i == messages.size()
          || messages.get(i).epoch() != first.epoch()
          || messages.get(i).sequence() != first.sequence() + i - from) {
        ranges.add(new Settlement.Complete(first.epoch(), first.sequence(), i - from));
        from = i;
      }
    }
    return settle(ranges.toArray(Settlement[]::new));
  }

  /** Completes a message. */
  public @Nullable ErrorCode complete(Delivered message) {
    return settleOne(new Settlement.Complete(message.epoch(), message.sequence(), 1));
  }

  /** Completes a message with a result, and with messages of its own. */
  public @Nullable ErrorCode completeWith(
      Delivered message, @Nullable Payload result, TestMessage... emitted) {
    MessageBatch batch = TestMessage.batch(emitted);
    return settleOne(
        new Settlement.CompleteWith(message.epoch(), message.sequence(), result, batch));
  }

  /** Rejects a command. */
  public @Nullable ErrorCode reject(Delivered message, String code) {
    return settleOne(new Settlement.Reject(message.epoch(), message.sequence(), code, "because"));
  }

  /** Fails a message; it is tried again after the back-off. */
  public @Nullable ErrorCode fail(Delivered message) {
    return fail(message, -1);
  }

  /** Fails a message; it is tried again after a time. */
  public @Nullable ErrorCode fail(Delivered message, long retryAfterMs) {
    return settleOne(
        new Settlement.Fail(
            message.epoch(), message.sequence(), false, "Broken", "it broke", retryAfterMs));
  }

  /** Fails a message for good. */
  public @Nullable ErrorCode failFinally(Delivered message) {
    return settleOne(
        new Settlement.Fail(
            message.epoch(), message.sequence(), true, "Undecodable", "not JSON", -1));
  }

  /** Gives a message back. */
  public @Nullable ErrorCode release(Delivered message) {
    return settleOne(new Settlement.Release(message.epoch(), message.sequence(), 1));
  }

  /** Extends the lease of a message. */
  public @Nullable ErrorCode extend(Delivered message, int leaseMs) {
    return settleOne(new Settlement.Extend(message.epoch(), message.sequence(), 1, leaseMs));
  }
}
