package io.parley.systemtests;

import io.parley.client.ClientListener;
import io.parley.client.CommandDelivery;
import io.parley.client.CommandResult;
import io.parley.client.ParleyClient;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** One queue of a broker with as much work as it takes, whenever it is asked to. */
final class BusyQueue implements AutoCloseable {
  private static final String TYPE = "busy.Work";
  private static final String SERVICE = "busy";
  private static final int BODY_BYTES = 100;
  private static final int IN_FLIGHT = 8_192;

  private final BrokerMemory broker;
  private final ParleyClient sender;
  private final ParleyClient worker;
  private final AtomicLong handled = new AtomicLong();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private long sent;

  /** What some seconds of work came to. */
  record Work(long messages, long nanos, long cpuNanos) {
    static final Work NONE = new Work(0, 0, 0);

    Work plus(Work other) {
      return new Work(messages + other.messages, nanos + other.nanos, cpuNanos + other.cpuNanos);
    }

    double perSecond() {
      return messages * 1e9 / nanos;
    }

    /** Processor time of the broker for each. */
    double cpuMicros() {
      return cpuNanos / 1e3 / messages;
    }
  }

  BusyQueue(BrokerProcess process, BrokerMemory broker) {
    this.broker = broker;
    this.sender = client(process);
    this.worker = client(process);
    worker.commandConsumer().types(TYPE).credit(4_096).manual(this::handle).start();
  }

  private static ParleyClient client(BrokerProcess process) {
    return ParleyClient.builder()
        .uri(process.uri())
        .service(SERVICE)
        .sendTimeout(Await.PATIENCE)
        .listener(new ClientListener() {})
        .connect();
  }

  private void handle(CommandDelivery delivery) {
    delivery.settle(CommandResult.complete());
    handled.incrementAndGet();
  }

  /** Sends and handles for a while; everything sent is handled at the end. */
  Work work(long millis) throws InterruptedException {
    byte[] body = new byte[BODY_BYTES];
    Semaphore window = new Semaphore(IN_FLIGHT);
    long before = sent;
    long cpuBefore = broker.cpuNanos();
    long begin = System.nanoTime();
    long end = begin + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() < end && failure.get() == null) {
      window.acquire();
      sent++;
      var unused =
          sender
              .sendAsync(TYPE, body)
              .whenComplete(
                  (id, why) -> {
                    window.release();
                    if (why != null) {
                      failure.set(why);
                    }
                  });
    }
    Await.until("all " + sent + " handled", () -> handled.get() >= sent || failure.get() != null);
    if (failure.get() != null) {
      throw new IllegalStateException("not sent", failure.get());
    }
    long nanos = System.nanoTime() - begin;
    return new Work(sent - before, nanos, broker.cpuNanos() - cpuBefore);
  }

  @Override
  public void close() {
    sender.close();
    worker.close();
  }
}
