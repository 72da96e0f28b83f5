package io.parley.load;

import io.parley.load.broker.Confirms;
import io.parley.load.broker.Handler;
import io.parley.load.broker.Kind;
import io.parley.load.broker.Receiver;
import io.parley.load.broker.Sender;
import io.parley.load.broker.Target;
import io.parley.load.broker.Traffic;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A broker in memory that confirms at once, and does wrong what a test wants it to. */
class FakeBroker implements Target.Factory {
  private final Map<Integer, BlockingQueue<Delivery>> queues = new ConcurrentHashMap<>();
  private final AtomicInteger opened = new AtomicInteger();

  /** A message as it is delivered. */
  record Delivery(byte[] body, boolean redelivered) {}

  /** How often a target was opened. */
  int opened() {
    return opened.get();
  }

  /**
   * What becomes of a message that is confirmed: what its queue or inbox gets.
   *
   * @param destination the queue, or the inbox
   */
  List<Delivery> store(long number, int destination, byte[] body) {
    return List.of(new Delivery(body, false));
  }

  /** The code a message is refused with; null to take it. */
  @Nullable String refusal(long number) {
    return null;
  }

  /** What a question is answered with. */
  byte[] answer(byte[] question) {
    return question;
  }

  /** Something that was there before. */
  void put(int destination, byte[] body) {
    queue(destination).add(new Delivery(body, false));
  }

  private BlockingQueue<Delivery> queue(int destination) {
    return queues.computeIfAbsent(destination, any -> new LinkedBlockingQueue<>());
  }

  @Override
  public Target open() {
    opened.incrementAndGet();
    return new FakeTarget();
  }

  private final class FakeTarget implements Target {
    @Override
    public Map<String, String> description() {
      return Map.of("product", "Fake");
    }

    @Override
    public boolean supports(Traffic traffic) {
      return true;
    }

    @Override
    public void declare(Traffic traffic) {}

    @Override
    public Sender sender(Traffic traffic, int producer, Confirms confirms) {
      return new FakeSender(traffic, confirms);
    }

    @Override
    public Receiver receiver(Traffic traffic, int consumer, int destination, Handler handler) {
      Thread thread = new Thread(() -> deliver(destination, handler), "fake-receiver");
      thread.start();
      return thread::interrupt;
    }

    private void deliver(int destination, Handler handler) {
      try {
        while (true) {
          Delivery next = queue(destination).take();
          handler.arrived(next.body(), next.redelivered());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {}
  }

  private final class FakeSender implements Sender {
    private final Traffic traffic;
    private final Confirms confirms;

    FakeSender(Traffic traffic, Confirms confirms) {
      this.traffic = traffic;
      this.confirms = confirms;
    }

    @Override
    public void send(long number, int destination, @Nullable String key, byte[] body)
        throws InterruptedException {
      String refusal = refusal(number);
      if (refusal != null) {
        confirms.failed(number, refusal);
        return;
      }
      if (traffic.kind() == Kind.QUERIES) {
        queue(0).add(new Delivery(body.clone(), false));
        confirms.answered(number, answer(body.clone()));
      } else if (traffic.kind() == Kind.EVENTS) {
        for (int inbox = 0; inbox < traffic.subscriptions(); inbox++) {
          queue(inbox).addAll(store(number, inbox, body.clone()));
        }
        confirms.confirmed(number);
      } else {
        queue(destination).addAll(store(number, destination, body.clone()));
        confirms.confirmed(number);
      }
      // As a network would, it leaves others their turn: these queues have no bound.
      TimeUnit.MICROSECONDS.sleep(20);
    }

    @Override
    public void close() {}
  }
}
