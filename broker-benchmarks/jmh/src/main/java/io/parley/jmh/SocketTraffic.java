package io.parley.jmh;

import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.Settlement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Commands at full load through sockets: producers that keep batches unconfirmed, consumers that
 * settle each delivery at once.
 */
final class SocketTraffic implements AutoCloseable {
  private static final String SERVICE = "cart";
  private static final int CONSUMER = 1;
  private static final int CREDIT = 4_000;
  private static final int FIRST_PRODUCER = 1_000;

  private final Load load;
  private final MessageBatch batch;
  private final List<Producer> producers = new ArrayList<>();
  private final List<WireClient> consumers = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile boolean closing;

  /** Messages so far. Guarded by this. */
  private long settled;

  /** Why a consumer ended. Guarded by this. */
  private @Nullable Exception failure;

  /**
   * How much of what.
   *
   * @param producers connections that send
   * @param consumers connections that consume, all from one queue
   * @param bodyBytes of each message
   * @param unconfirmed messages of one producer at most, though never less than two batches
   * @param settleEach whether each message is settled by an entry of its own, instead of a range
   */
  record Load(int producers, int consumers, int bodyBytes, int unconfirmed, boolean settleEach) {}

  /**
   * Connects.
   *
   * @param batchMessages messages in each SEND frame
   */
  SocketTraffic(int port, Load load, int batchMessages) throws IOException {
    this.load = load;
    this.batch =
        Samples.batch(
            0,
            batchMessages,
            number ->
                Samples.message(
                    MessageKind.COMMAND, Samples.COMMAND, null, load.bodyBytes, number));
    for (int i = 0; i < load.consumers; i++) {
      WireClient client = new WireClient(port, SERVICE, i);
      consumers.add(client);
      client.write(new Request.Consume(1, CONSUMER, "", List.of(Samples.COMMAND), CREDIT, 0));
      Response.Ok unused = expect(Response.Ok.class, client.read());
    }
    for (int i = 0; i < load.producers; i++) {
      producers.add(new Producer(new WireClient(port, SERVICE, FIRST_PRODUCER + i)));
    }
    for (WireClient client : consumers) {
      threads.execute(() -> consume(client));
    }
  }

  private static <F extends Frame> F expect(Class<F> type, Frame frame) {
    if (!type.isInstance(frame)) {
      throw new IllegalStateException(
          "received " + frame + " (expected: " + type.getSimpleName() + ")");
    }
    return type.cast(frame);
  }

  private static void expectNone(List<?> refusals) {
    if (!refusals.isEmpty()) {
      throw new IllegalStateException("refused: " + refusals + " (expected: nothing)");
    }
  }

  /**
   * Sends messages; returns when all are confirmed and settled.
   *
   * @return how many they were: as many whole batches by each producer as it takes
   */
  long send(long atLeast) throws InterruptedException {
    long inTurn = (long) load.producers * batch.count();
    long batches = (atLeast + inTurn - 1) / inTurn;
    long end;
    synchronized (this) {
      end = settled + batches * inTurn;
    }
    List<Future<?>> sending = new ArrayList<>();
    for (Producer producer : producers) {
      sending.add(
          threads.submit(
              () -> {
                producer.send(batches);
                return null;
              }));
    }
    for (Future<?> producer : sending) {
      try {
        producer.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("a producer failed", e.getCause());
      }
    }
    awaitSettled(end);
    return batches * inTurn;
  }

  private synchronized void awaitSettled(long messages) throws InterruptedException {
    while (settled < messages) {
      if (failure != null) {
        throw new IllegalStateException("a consumer failed", failure);
      }
      wait();
    }
  }

  private void consume(WireClient client) {
    try {
      long started = 0;
      while (true) {
        Frame frame = client.read();
        if (frame instanceof Push.Deliver delivery) {
          int messages = 0;
          for (Push.Segment segment : delivery.segments()) {
            messages += segment.batch().count();
          }
          started += messages;
          // The number of messages serves as correlation, so the answer tells how many it settled.
          client.write(
              new Request.Settle(messages, CONSUMER, started, settlements(delivery)),
              new Request.Credit(0, CONSUMER, messages));
        } else {
          Response.Settled answer = expect(Response.Settled.class, frame);
          expectNone(answer.refusals());
          addSettled(answer.correlation());
        }
      }
    } catch (IOException | RuntimeException e) {
      if (!closing) {
        fail(e);
      }
    }
  }

  private List<Settlement> settlements(Push.Deliver delivery) {
    List<Settlement> settlements = new ArrayList<>();
    for (Push.Segment segment : delivery.segments()) {
      int count = segment.batch().count();
      int step = load.settleEach ? 1 : count;
      for (int i = 0; i < count; i += step) {
        settlements.add(
            new Settlement.Complete(delivery.epoch(), segment.firstSequence() + i, step));
      }
    }
    return settlements;
  }

  private synchronized void addSettled(int messages) {
    settled += messages;
    notifyAll();
  }

  private synchronized void fail(Exception why) {
    failure = why;
    notifyAll();
  }

  @Override
  public void close() throws IOException {
    closing = true;
    for (WireClient client : consumers) {
      client.close();
    }
    for (Producer producer : producers) {
      producer.client.close();
    }
    threads.shutdown();
  }

  private final class Producer {
    private final WireClient client;
    private final int batchesUnconfirmedMax = Math.max(2, load.unconfirmed / batch.count());
    private long nextSequence = 1;

    Producer(WireClient client) {
      this.client = client;
    }

    void send(long batches) throws IOException {
      long sent = 0;
      int unconfirmed = 0;
      while (sent < batches || unconfirmed > 0) {
        if (sent < batches && unconfirmed < batchesUnconfirmedMax) {
          client.write(new Request.Send(1, nextSequence, batch));
          nextSequence += batch.count();
          sent++;
          unconfirmed++;
        } else {
          expectNone(expect(Response.Confirm.class, client.read()).refusals());
          unconfirmed--;
        }
      }
    }
  }
}
