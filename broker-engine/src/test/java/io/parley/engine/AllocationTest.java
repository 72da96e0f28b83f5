package io.parley.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.parley.engine.destination.Consumer;
import io.parley.engine.destination.DeliverySink;
import io.parley.engine.destination.LeasedSegment;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.store.InMemoryStore;
import io.parley.engine.store.Store;
import io.parley.engine.testing.TestMessage;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Settlement;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the engine allocates for a command that is stored, delivered and settled. */
class AllocationTest {
  private static final int MESSAGES = 100_000;
  private static final int WARM_UP_MESSAGES = 200_000;
  private static final int CREDIT = 1_000_000;
  private static final long NOW_MS = 1_000;
  private static final String TYPE = "shop.cart.AddProduct";

  private final Store store = new InMemoryStore();
  private final Engine engine = new Engine(store, EngineSettings.DEFAULTS, 64L << 20);
  private final Settler settler = new Settler();
  private final MessageId session = new MessageId(1, 1);
  private long nextSequence = 1;

  /**
   * The bounds are half as much again as was measured, 13 B or, with an operation of 32 B for each
   * message, 45 B. What the in-memory store keeps, each message once, is not the engine's.
   */
  @ParameterizedTest(name = "{0} sends of {1} messages in a group: {2} B")
  @CsvSource({"1, 1000, 20", "10, 100, 20", "1000, 1, 68"})
  void shouldAllocateLittlePerMessage(int sendsInGroup, int messagesInSend, int bytesMax) {
    open();
    MessageBatch batch = batch(messagesInSend);
    double recordBytes = (double) batch.length() / batch.count();
    run(batch, sendsInGroup, WARM_UP_MESSAGES);

    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(thread);
    run(batch, sendsInGroup, MESSAGES);
    long bytes = threads.getThreadAllocatedBytes(thread) - before;

    assertThat(settler.messages).isEqualTo(MESSAGES + WARM_UP_MESSAGES);
    assertThat((double) bytes / MESSAGES - recordBytes)
        .as("bytes per message, but for the store's copy of %.0f", recordBytes)
        .isBetween(0.0, (double) bytesMax);
  }

  private void open() {
    engine.begin(NOW_MS);
    Result claimed = engine.apply(new Operation.ClaimTypes("cart", "cart", List.of(TYPE)));
    engine.write();
    settler.destination = ((Result.DestinationIs) claimed).id();
    settler.consumer = engine.open(settler.destination, settler, 30_000, NOW_MS);
    engine.credit(settler.consumer, CREDIT, CREDIT);
  }

  private static MessageBatch batch(int messages) {
    return TestMessage.batch(
        Collections.nCopies(messages, TestMessage.command(TYPE, "x".repeat(100))));
  }

  private void run(MessageBatch batch, int sendsInGroup, int messages) {
    for (int sent = 0; sent < messages; sent += sendsInGroup * batch.count()) {
      engine.begin(NOW_MS);
      for (int i = 0; i < sendsInGroup; i++) {
        Result result = engine.apply(new Operation.Send(session, nextSequence, batch, List.of()));
        if (result != Result.Sent.ALL) {
          throw new AssertionError(result + " (expected: all sent)");
        }
        nextSequence += batch.count();
      }
      engine.write();
      deliver();
      engine.begin(NOW_MS);
      engine.apply(new Operation.Settle(settler.destination, settler.settlements));
      engine.write();
      settler.settled();
    }
  }

  private void deliver() {
    for (var deliveries = engine.serve(NOW_MS);
        !deliveries.isEmpty();
        deliveries = engine.serve(NOW_MS)) {
      for (int i = 0; i < deliveries.size(); i++) {
        if (deliveries.get(i).send()) {
          engine.wake(deliveries.get(i).consumer());
        }
      }
    }
  }

  /** Settles all it gets. */
  @SuppressWarnings("NullAway.Init") // set before anything is delivered
  private final class Settler implements DeliverySink {
    private final List<Settlement> settlements = new ArrayList<>();
    private int destination;
    private Consumer consumer;
    private int held;
    private long messages;

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public void deliver(long epoch, List<LeasedSegment> segments) {
      for (int i = 0; i < segments.size(); i++) {
        LeasedSegment segment = segments.get(i);
        int count = segment.batch().count();
        settlements.add(new Settlement.Complete(epoch, segment.firstSequence(), count));
        held += count;
        segment.batch().release();
      }
    }

    void settled() {
      messages += held;
      engine.credit(consumer, held, CREDIT);
      held = 0;
      settlements.clear();
    }
  }
}
