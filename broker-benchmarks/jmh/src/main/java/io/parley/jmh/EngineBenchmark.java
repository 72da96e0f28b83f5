package io.parley.jmh;

import io.parley.engine.store.InMemoryStore;
import io.parley.engine.store.Store;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The whole life of a message in the engine alone: stored, committed, delivered, settled. Nothing
 * is decoded, and no thread is woken.
 *
 * <p>On the dropping store figures are the engine's. The in-memory store is what tests run on; it
 * copies keys and values, so its figures tell more of it than of the engine.
 */
@BenchmarkMode(Mode.AverageTime)
@OperationsPerInvocation(EngineBenchmark.MESSAGES)
@SuppressWarnings("NullAway.Init") // JMH fills parameters
public class EngineBenchmark {
  static final int MESSAGES = 1_000;

  private static final int INBOXES = 10;
  private static final int KEYS = 250;
  private static final int QUEUES = 1_000;

  /** Commands for one queue with two consumers. */
  @Benchmark
  public long commands(Commands state) {
    return state.send(1);
  }

  /** Events for ten inboxes; per event, so ten deliveries each. */
  @Benchmark
  public long eventsForTenInboxes(Events state) {
    return state.send(INBOXES);
  }

  /** Commands with 250 ordering keys: in groups of 1,000 three of four wait for their turn. */
  @Benchmark
  public long keyedCommands(Keyed state) {
    return state.send(1);
  }

  /** Commands spread evenly over 1,000 queues. */
  @Benchmark
  public long commandsForThousandQueues(Queues state) {
    return state.send(1);
  }

  /** An engine, and batches to send to it again and again. */
  @State(Scope.Thread)
  public abstract static class Load {
    @Param({"100", "1000"})
    public int messagesPerGroup;

    @Param({"dropping", "in-memory"})
    public String store;

    EngineTraffic traffic;
    private List<MessageBatch> batches;

    final void setUp(IntFunction<Message> messages) {
      Store made = store.equals("dropping") ? new DroppingStore() : new InMemoryStore();
      traffic = new EngineTraffic(made);
      batches = new ArrayList<>();
      for (int first = 0; first < MESSAGES; first += messagesPerGroup) {
        batches.add(Samples.batch(first, messagesPerGroup, messages));
      }
    }

    /** Sends all batches, and ends when all their messages are settled. */
    final long send(int deliveriesPerMessage) {
      long before = traffic.delivered();
      for (MessageBatch batch : batches) {
        traffic.group(batch);
      }
      traffic.drain();
      long delivered = traffic.delivered() - before;
      if (delivered != (long) MESSAGES * deliveriesPerMessage) {
        throw new IllegalStateException(
            delivered + " deliveries (expected: " + MESSAGES * deliveriesPerMessage + ")");
      }
      return delivered;
    }
  }

  /** One queue. */
  public static class Commands extends Load {
    @Setup
    public void setUp() {
      setUp(Samples::command);
      traffic.queue("cart", Samples.COMMAND, 2);
    }
  }

  /** Ten inboxes. */
  public static class Events extends Load {
    @Setup
    public void setUp() {
      setUp(
          number ->
              Samples.message(MessageKind.EVENT, Samples.EVENT, null, Samples.BODY_BYTES, number));
      for (int i = 0; i < INBOXES; i++) {
        traffic.inbox("service-" + i, Samples.EVENT);
      }
    }
  }

  /** One queue, messages with keys. */
  public static class Keyed extends Load {
    @Setup
    public void setUp() {
      setUp(
          number ->
              Samples.message(
                  MessageKind.COMMAND,
                  Samples.COMMAND,
                  "cart-" + number % KEYS,
                  Samples.BODY_BYTES,
                  number));
      traffic.queue("cart", Samples.COMMAND, 2);
    }
  }

  /** A thousand queues, each of a type of its own. */
  public static class Queues extends Load {
    @Setup
    public void setUp() {
      setUp(
          number ->
              Samples.message(
                  MessageKind.COMMAND,
                  "shop.service-" + number % QUEUES + ".Start",
                  null,
                  Samples.BODY_BYTES,
                  number));
      for (int i = 0; i < QUEUES; i++) {
        traffic.queue("service-" + i, "shop.service-" + i + ".Start", 1);
      }
    }
  }
}
