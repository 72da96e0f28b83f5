package io.parley.engine.destination;

import static io.parley.engine.testing.TestMessage.command;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrderingKeyTest {
  private static final int LEASE_MS = 10_000;

  private final TestNamespace namespace = new TestNamespace();
  private int queue;

  @BeforeEach
  void makeQueue() {
    queue = namespace.claim("cart", "cart.Add");
  }

  private static TestMessage keyed(String key, String body) {
    return command("cart.Add", body).key(key);
  }

  @Test
  void shouldHandleMessagesOfOneKeyOneAtATimeAndInOrder() {
    TestConsumer one = namespace.consume(queue, 10);
    TestConsumer two = namespace.consume(queue, 10);
    namespace.send(keyed("a", "a1"), keyed("a", "a2"), keyed("a", "a3"));

    for (String expected : List.of("a1", "a2", "a3")) {
      List<Delivered> got = new ArrayList<>(one.take());
      got.addAll(two.take());
      assertThat(got).extracting(Delivered::body).containsExactly(expected);
      one.complete(got);
    }
    namespace.assertNothingLeft();
  }

  @Test
  void shouldHandleOtherKeysInParallel() {
    TestConsumer consumer = namespace.consume(queue, 10);

    namespace.send(
        keyed("a", "a1"),
        keyed("a", "a2"),
        keyed("b", "b1"),
        command("cart.Add", "free"),
        keyed("b", "b2"),
        keyed("c", "c1"));

    List<Delivered> held = consumer.take();
    assertThat(held).extracting(Delivered::body).containsExactly("a1", "b1", "free", "c1");
    assertThat(namespace.destination(queue).memoryInUse().blocked()).isEqualTo(2);
    assertThat(namespace.counts(queue).ready()).as("those that wait").isEqualTo(2);
    consumer.complete(held);
    consumer.complete(consumer.take());
    namespace.assertNothingLeft();
  }

  @Test
  void shouldDeliverAdjoiningMessagesOfDifferentKeysInOneSegment() {
    List<Integer> segments = new ArrayList<>();
    DeliverySink sink =
        new DeliverySink() {
          @Override
          public boolean isWritable() {
            return true;
          }

          @Override
          public void deliver(long epoch, List<LeasedSegment> leased) {
            leased.forEach(segment -> segments.add(segment.batch().count()));
          }
        };
    namespace.withEngine(
        engine -> engine.credit(engine.open(queue, sink, LEASE_MS, namespace.nowMs()), 100, 100));
    List<TestMessage> batch = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      batch.add(keyed("k" + i, "" + i));
    }

    namespace.send(batch);

    assertThat(segments).containsExactly(50);
  }

  @Test
  void shouldBlockOnlyTheKeyOfAFailedMessage() {
    TestConsumer consumer = namespace.consume(queue, 20);
    namespace.send(keyed("a", "a1"), keyed("a", "a2"), keyed("b", "b1"), keyed("b", "b2"));
    List<Delivered> held = consumer.take();

    consumer.fail(held.get(0), 10_000);
    consumer.complete(held.get(1));

    Delivered b2 = consumer.takeOne();
    assertThat(b2.body()).isEqualTo("b2");
    namespace.send(keyed("a", "a3"), keyed("c", "c1"));
    Delivered c1 = consumer.takeOne();
    assertThat(c1.body()).isEqualTo("c1");
    consumer.complete(List.of(b2, c1));

    namespace.pass(Duration.ofSeconds(10));
    for (String expected : List.of("a1", "a2", "a3")) {
      Delivered next = consumer.takeOne();
      assertThat(next.body()).isEqualTo(expected);
      consumer.complete(next);
    }
    namespace.assertNothingLeft();
  }

  @Test
  void shouldBlockTheKeyOfAFailedMessageAlsoAfterRestart() {
    TestConsumer consumer = namespace.consume(queue, 20);
    namespace.send(keyed("a", "a1"), keyed("a", "a2"), keyed("b", "b1"), keyed("b", "b2"));
    consumer.fail(consumer.take().get(0), 10_000);
    namespace.restart();

    TestConsumer after = namespace.consume(queue, 20);
    Delivered b1 = after.takeOne();
    assertThat(b1.body()).isEqualTo("b1");
    namespace.pass(Duration.ofSeconds(10));

    Delivered a1 = after.takeOne();
    assertThat(a1.body()).isEqualTo("a1");
    after.complete(List.of(a1, b1));
    List<Delivered> rest = after.take();
    assertThat(rest).extracting(Delivered::body).containsExactlyInAnyOrder("a2", "b2");
    after.complete(rest);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldKeepTheOrderOfAKeyWhenALeaseExpires() {
    TestConsumer slow = namespace.consume(queue, 1, LEASE_MS);
    namespace.send(keyed("a", "a1"), keyed("a", "a2"));
    slow.take();
    TestConsumer other = namespace.consume(queue, 10, LEASE_MS);
    assertThat(other.take()).isEmpty();

    namespace.pass(Duration.ofMillis(LEASE_MS + 300));

    Delivered a1 = other.takeOne();
    assertThat(a1.body()).isEqualTo("a1");
    other.complete(a1);
    assertThat(other.takeOne().body()).isEqualTo("a2");
  }

  @Test
  void shouldBlockAKeyBehindADelayedMessage() {
    TestConsumer consumer = namespace.consume(queue, 20);
    namespace.send(
        keyed("a", "a1"),
        keyed("a", "a2").notBefore(namespace.nowMs() + 10_000),
        keyed("a", "a3"),
        keyed("b", "b1"));
    List<Delivered> held = consumer.take();
    assertThat(held).extracting(Delivered::body).containsExactly("a1", "b1");
    consumer.complete(held);
    assertThat(consumer.take()).as("a3 stays behind a2").isEmpty();

    namespace.pass(Duration.ofSeconds(10));

    Delivered a2 = consumer.takeOne();
    assertThat(a2.body()).isEqualTo("a2");
    consumer.complete(a2);
    consumer.complete(consumer.takeOne());
    namespace.assertNothingLeft();
  }

  @Test
  void shouldHandleDelayedMessagesOfOneKeyInTheirOrder() {
    TestConsumer consumer = namespace.consume(queue, 20);
    long now = namespace.nowMs();
    namespace.send(
        keyed("a", "a1").notBefore(now + 30_000),
        keyed("a", "a2").notBefore(now + 10_000),
        keyed("a", "a3").notBefore(now + 20_000));

    namespace.pass(Duration.ofSeconds(20));
    assertThat(consumer.take()).as("a2 and a3 are due, but stay behind a1").isEmpty();
    assertThat(namespace.destination(queue).memoryInUse())
        .as("and cost no memory")
        .isEqualTo(MemoryInUse.NONE);

    namespace.pass(Duration.ofSeconds(10));
    for (String expected : List.of("a1", "a2", "a3")) {
      Delivered next = consumer.takeOne();
      assertThat(next.body()).isEqualTo(expected);
      consumer.complete(next);
    }
    namespace.assertNothingLeft();
  }

  @Test
  void shouldHandleDelayedMessagesOfOneKeyInTheirOrderAfterRestart() {
    long now = namespace.nowMs();
    namespace.send(
        keyed("a", "a1").notBefore(now + 30_000),
        keyed("a", "a2").notBefore(now + 10_000),
        keyed("a", "a3"));
    namespace.restart();
    TestConsumer consumer = namespace.consume(queue, 20);
    namespace.pass(Duration.ofSeconds(20));
    assertThat(consumer.take()).isEmpty();
    namespace.pass(Duration.ofSeconds(10));

    for (String expected : List.of("a1", "a2", "a3")) {
      Delivered next = consumer.takeOne();
      assertThat(next.body()).isEqualTo(expected);
      consumer.complete(next);
    }
    namespace.assertNothingLeft();
  }

  @Test
  void shouldLetTheNextOfItsKeyGoWhenAMessageIsSetAside() {
    TestConsumer consumer = namespace.consume(queue, 20);
    namespace.send(keyed("a", "a1"), keyed("a", "a2"), keyed("a", "a3"));

    consumer.failFinally(consumer.takeOne());
    Delivered a2 = consumer.takeOne();
    assertThat(a2.body()).isEqualTo("a2");
    consumer.reject(a2, "INVALID");

    assertThat(consumer.takeOne().body()).isEqualTo("a3");
  }

  @Test
  void shouldLetARedrivenMessageGoBeforeLaterOnesOfItsKeyThatNobodyHolds() {
    TestConsumer first = namespace.consume(queue, 1);
    namespace.send(keyed("a", "a1"), keyed("a", "a2"), keyed("a", "a3"));
    first.failFinally(first.takeOne());
    first.credit(1);
    assertThat(first.takeOne().body()).isEqualTo("a2");
    first.disconnect();
    namespace.redrive(queue, null);
    namespace.pass(Duration.ofMillis(1));

    TestConsumer second = namespace.consume(queue, 20);

    for (String expected : List.of("a1", "a2", "a3")) {
      Delivered next = second.takeOne();
      assertThat(next.body()).isEqualTo(expected);
      second.complete(next);
    }
    namespace.assertNothingLeft();
  }

  @Test
  void shouldLetARedrivenMessageWaitForALaterOneOfItsKeyThatSomebodyHolds() {
    TestConsumer consumer = namespace.consume(queue, 20);
    namespace.send(keyed("a", "a1"), keyed("a", "a2"), keyed("a", "a3"));
    consumer.failFinally(consumer.takeOne());
    Delivered a2 = consumer.takeOne();
    namespace.redrive(queue, null);
    namespace.pass(Duration.ofMillis(1));
    assertThat(consumer.take()).as("one of a key at a time").isEmpty();

    consumer.complete(a2);

    Delivered a1 = consumer.takeOne();
    assertThat(a1.body()).as("the earlier one goes first").isEqualTo("a1");
    consumer.complete(a1);
    consumer.complete(consumer.takeOne());
    namespace.assertNothingLeft();
  }

  @Test
  void shouldLetARedrivenMessageGoFirstWhenTheLeaseOfALaterOneExpires() {
    TestConsumer consumer = namespace.consume(queue, 20, LEASE_MS);
    namespace.send(keyed("a", "a1"), keyed("a", "a2"));
    consumer.failFinally(consumer.takeOne());
    consumer.takeOne();
    namespace.redrive(queue, null);

    namespace.pass(Duration.ofMillis(LEASE_MS + 300));

    Delivered a1 = consumer.takeOne();
    assertThat(a1.body()).isEqualTo("a1");
    consumer.complete(a1);
    consumer.complete(consumer.takeOne());
    namespace.assertNothingLeft();
  }

  @Test
  void shouldNotGetStuckWhenAMessageThatWaitsIsSettledFromBeforeARestart() {
    TestConsumer before = namespace.consume(queue, 20);
    namespace.send(keyed("a", "a1"), keyed("a", "a2"), keyed("a", "a3"));
    before.failFinally(before.takeOne());
    Delivered a2 = before.takeOne();
    namespace.restart();
    namespace.redrive(queue, null);
    TestConsumer after = namespace.consume(queue, 20);
    namespace.pass(Duration.ofMillis(1));
    Delivered a1 = after.takeOne();
    assertThat(a1.body()).isEqualTo("a1");

    assertThat(before.complete(a2)).as("nobody held it since").isNull();
    namespace.send(command("cart.Add", "free"));
    assertThat(after.takeOne().body()).as("others are still delivered").isEqualTo("free");
    after.complete(a1);

    assertThat(after.takeOne().body()).as("the key goes on with the one after").isEqualTo("a3");
  }

  @Test
  void shouldNotWaitForAMessageThatFailedFromBeforeARestartWhileItWaited() {
    TestConsumer before = namespace.consume(queue, 20);
    namespace.send(keyed("a", "a1"), keyed("a", "a2"), keyed("a", "a3"));
    before.failFinally(before.takeOne());
    Delivered a2 = before.takeOne();
    namespace.restart();
    namespace.redrive(queue, null);
    TestConsumer after = namespace.consume(queue, 20, LEASE_MS);
    namespace.pass(Duration.ofMillis(1));
    Delivered a1 = after.takeOne();

    assertThat(before.fail(a2, 1_000)).isNull();
    after.complete(a1);
    assertThat(after.take()).as("a3 stays behind a2, which is tried again later").isEmpty();
    namespace.pass(Duration.ofSeconds(1));

    for (String expected : List.of("a2", "a3")) {
      Delivered next = after.takeOne();
      assertThat(next.body()).isEqualTo(expected);
      after.complete(next);
    }
    namespace.assertNothingLeft();
  }

  @Test
  void shouldForgetKeysThatAreNotInUse() {
    TestConsumer consumer = namespace.consume(queue, 10_000);
    List<TestMessage> batch = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      batch.add(keyed("k" + i, "" + i));
    }
    namespace.send(batch);
    List<Delivered> held = consumer.take();
    assertThat(namespace.destination(queue).memoryInUse().keys()).isEqualTo(1_000);

    consumer.completeInRanges(held.subList(0, 500));
    for (Delivered message : held.subList(500, 1_000)) {
      consumer.fail(message, 60_000);
    }

    assertThat(namespace.destination(queue).memoryInUse()).isEqualTo(MemoryInUse.NONE);
    namespace.pass(Duration.ofMinutes(1));
    consumer.completeInRanges(consumer.take());
    namespace.assertNothingLeft();
  }

  @Test
  void shouldBoundTheMessagesThatWaitBehindTheirKey() {
    int surplus = 1_000;
    List<TestMessage> batch = new ArrayList<>();
    for (int i = 0; i <= KeyGates.MAX_WAITING + surplus; i++) {
      batch.add(keyed("hot", "" + i));
    }
    namespace.send(batch);
    namespace.send(command("cart.Add", "free"));

    TestConsumer consumer = namespace.consume(queue, 100);

    Delivered first = consumer.takeOne();
    assertThat(namespace.destination(queue).memoryInUse().blocked())
        .isEqualTo(KeyGates.MAX_WAITING);
    consumer.complete(first);
    for (int i = 1; i <= surplus; i++) {
      Delivered next = consumer.credit(1).take().get(0);
      assertThat(next.body()).isEqualTo("" + i);
      consumer.complete(next);
    }
    consumer.credit(10);
    assertThat(consumer.take()).extracting(Delivered::body).contains("free");
  }

  @Test
  void shouldCompleteARangeOfKeyedMessages() {
    TestConsumer consumer = namespace.consume(queue, 100);
    namespace.send(
        keyed("a", "a1"), keyed("b", "b1"), keyed("c", "c1"), keyed("a", "a2"), keyed("b", "b2"));
    List<Delivered> held = consumer.take();
    assertThat(held).extracting(Delivered::sequence).containsExactly(1L, 2L, 3L);

    assertThat(consumer.settle(new Settlement.Complete(held.get(0).epoch(), 1, 3))).isEmpty();

    assertThat(consumer.takeBodies()).containsExactly("a2", "b2");
  }

  @Test
  void shouldKeepABlockedKeyInItsPlaceWhenConsumersComeAndGo() {
    TestConsumer one = namespace.consume(queue, 2);
    namespace.send(keyed("a", "a1"), keyed("a", "a2"), keyed("a", "a3"));
    Delivered a1 = one.takeOne();
    one.disconnect();
    TestConsumer two = namespace.consume(queue, 1);
    assertThat(two.takeOne().sequence()).isEqualTo(a1.sequence());
    two.disconnect();

    assertThat(one.complete(a1)).isEqualTo(ErrorCode.LEASE_LOST);

    TestConsumer three = namespace.consume(queue, 10);
    for (String expected : List.of("a1", "a2", "a3")) {
      Delivered next = three.takeOne();
      assertThat(next.body()).isEqualTo(expected);
      three.complete(next);
    }
    namespace.assertNothingLeft();
  }
}
