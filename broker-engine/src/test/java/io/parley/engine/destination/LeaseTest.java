package io.parley.engine.destination;

import static io.parley.engine.testing.TestMessage.command;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.store.Table;
import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private static final int LEASE_MS = 10_000;

  private final TestNamespace namespace = new TestNamespace();
  private int queue;

  @BeforeEach
  void makeQueue() {
    queue = namespace.claim("cart", "cart.Add");
  }

  // ---------------------------------------------------------------- expiry

  @Test
  void shouldReturnMessageToQueueWhenLeaseExpires() {
    namespace.send(command("cart.Add", "1"));
    TestConsumer slow = namespace.consume(queue, 1, LEASE_MS);
    Delivered held = slow.takeOne();
    TestConsumer other = namespace.consume(queue, 1, LEASE_MS);

    namespace.pass(Duration.ofMillis(LEASE_MS - 1));
    assertThat(other.take()).as("a moment before").isEmpty();
    namespace.pass(Duration.ofMillis(300));

    assertThat(other.takeOne().sequence()).isEqualTo(held.sequence());
  }

  @Test
  void shouldReturnOnlyTheMessageWhoseLeaseExpired() {
    namespace.sendMany("cart.Add", "c", 3);
    TestConsumer consumer = namespace.consume(queue, 3, LEASE_MS);
    List<Delivered> held = consumer.take();
    namespace.pass(Duration.ofMillis(LEASE_MS / 2));
    consumer.extend(held.get(0), LEASE_MS);
    consumer.extend(held.get(2), LEASE_MS);
    TestConsumer other = namespace.consume(queue, 10, LEASE_MS);

    namespace.pass(Duration.ofMillis(LEASE_MS / 2 + 300));

    assertThat(other.takeBodies()).containsExactly("c2");
    assertThat(consumer.complete(held.get(0))).isNull();
    assertThat(consumer.complete(held.get(1))).isEqualTo(ErrorCode.LEASE_LOST);
    assertThat(consumer.complete(held.get(2))).isNull();
  }

  @Test
  void shouldGrowTheEpochWithEachLeaseAlsoAcrossRestart() {
    namespace.send(command("cart.Add", "1"));
    long last = 0;
    for (int i = 0; i < 3; i++) {
      TestConsumer consumer = namespace.consume(queue, 1, LEASE_MS);
      Delivered held = consumer.takeOne();
      assertThat(held.epoch()).isGreaterThan(last);
      last = held.epoch();
      consumer.disconnect();
      Delivered again = namespace.consume(queue, 1, LEASE_MS).takeOne();
      assertThat(again.epoch()).isGreaterThan(last);
      last = again.epoch();
      namespace.restart();
    }
  }

  @Test
  void shouldCountNoAttemptWhenALeaseExpiresBeforeHandlingBegan() {
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 2, LEASE_MS);
    assertThat(consumer.takeOne().attempt()).isEqualTo(1);

    namespace.pass(Duration.ofMillis(LEASE_MS + 300));

    assertThat(consumer.takeOne().attempt()).isEqualTo(1);
  }

  @Test
  void shouldCountAnAttemptWhenALeaseExpiresAfterHandlingBegan() {
    namespace.sendMany("cart.Add", "c", 3);
    TestConsumer consumer = namespace.consume(queue, 6, LEASE_MS);
    List<Delivered> held = consumer.take();
    consumer.start(held.get(1));

    namespace.pass(Duration.ofMillis(LEASE_MS + 300));

    List<Delivered> again = consumer.take();
    assertThat(again).extracting(Delivered::body).containsExactlyInAnyOrder("c1", "c2", "c3");
    assertThat(again)
        .allSatisfy(
            delivered ->
                assertThat(delivered.attempt()).isEqualTo(delivered.sequence() <= 2 ? 2 : 1));
    consumer.completeInRanges(again);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldRememberLostAttemptsAcrossRestart() {
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 1, LEASE_MS);
    consumer.start(consumer.takeOne());
    consumer.disconnect();
    namespace.restart();

    assertThat(namespace.consume(queue, 1, LEASE_MS).takeOne().attempt()).isEqualTo(2);
  }

  // ---------------------------------------------------------------- connections

  @Test
  void shouldReturnWhatAConsumerHeldWhenItsConnectionEnds() {
    namespace.sendMany("cart.Add", "c", 4);
    TestConsumer gone = namespace.consume(queue, 3, LEASE_MS);
    List<Delivered> held = gone.take();
    gone.complete(held.get(1));
    gone.start(held.get(0));
    TestConsumer other = namespace.consume(queue, 0, LEASE_MS);

    gone.disconnect();
    other.credit(10);

    List<Delivered> returned = other.take();
    assertThat(returned).extracting(Delivered::body).containsExactly("c1", "c3", "c4");
    assertThat(returned).extracting(Delivered::attempt).containsExactly(2, 1, 1);
    assertThat(namespace.destination(queue).consumers()).hasSize(1);
  }

  @Test
  void shouldCountNoAttemptWhenAClientLeavesInGoodOrder() {
    namespace.sendMany("cart.Add", "c", 2);
    TestConsumer consumer = namespace.consume(queue, 2, LEASE_MS);
    consumer.start(consumer.take().get(1));

    consumer.leave();

    List<Delivered> again = namespace.consume(queue, 2, LEASE_MS).take();
    assertThat(again).extracting(Delivered::attempt).containsExactly(1, 1);
  }

  @Test
  void shouldWriteOnceWhenUnstartedMessagesGoOutAgain() {
    namespace.sendMany("cart.Add", "c", 2);
    TestConsumer consumer = namespace.consume(queue, 2, LEASE_MS);
    long before = namespace.position();

    consumer.disconnect();
    namespace.pass(Duration.ofMillis(LEASE_MS));
    assertThat(namespace.position())
        .as("leases cost no write, but for when the last consumer left")
        .isEqualTo(before + 1);
    assertThat(namespace.destination(queue).ready()).isEqualTo(2);

    namespace.consume(queue, 2, LEASE_MS);
    assertThat(namespace.position()).as("their fence").isEqualTo(before + 2);
    assertThat(namespace.destination(queue).leased()).isEqualTo(2);
  }

  @Test
  void shouldTellWhenAConsumerWasLastHere() {
    assertThat(namespace.destination(queue).lastSeenMs()).isZero();
    TestConsumer consumer = namespace.consume(queue, 1, LEASE_MS);
    namespace.pass(Duration.ofMinutes(5));
    consumer.disconnect();
    long left = namespace.nowMs();
    namespace.pass(Duration.ofMinutes(5));

    assertThat(namespace.destination(queue).lastSeenMs()).isEqualTo(left);
  }

  // ---------------------------------------------------------------- stale and late settles

  @Test
  void shouldRefuseASettleWithTheEpochOfAnEarlierLease() {
    namespace.send(command("cart.Add", "1"));
    TestConsumer slow = namespace.consume(queue, 1, LEASE_MS);
    Delivered old = slow.takeOne();
    namespace.pass(Duration.ofMillis(LEASE_MS + 300));
    TestConsumer other = namespace.consume(queue, 1, LEASE_MS);
    Delivered current = other.takeOne();

    assertThat(slow.complete(old)).isEqualTo(ErrorCode.LEASE_LOST);
    assertThat(slow.fail(old)).isEqualTo(ErrorCode.LEASE_LOST);
    assertThat(slow.reject(old, "NOT_ALLOWED_NOW")).isEqualTo(ErrorCode.LEASE_LOST);
    assertThat(slow.release(old)).isEqualTo(ErrorCode.LEASE_LOST);
    assertThat(slow.extend(old, LEASE_MS)).isEqualTo(ErrorCode.LEASE_LOST);
    assertThat(slow.completeWith(old, null, command("cart.Add", "emitted")))
        .isEqualTo(ErrorCode.LEASE_LOST);

    assertThat(namespace.destination(queue).leased()).isEqualTo(1);
    assertThat(other.complete(current)).isNull();
    namespace.assertNothingLeft();
  }

  @Test
  void shouldTakeALateSettleIfNobodyHeldTheMessageSince() {
    namespace.sendMany("cart.Add", "c", 2);
    TestConsumer consumer = namespace.consume(queue, 2, LEASE_MS);
    List<Delivered> held = consumer.take();
    consumer.start(held.get(0));
    namespace.pass(Duration.ofMillis(LEASE_MS + 300));

    assertThat(consumer.complete(held.get(0))).as("its attempt was counted").isNull();
    assertThat(consumer.complete(held.get(1))).as("it returned uncounted").isNull();
    namespace.assertNothingLeft();
  }

  @Test
  void shouldTakeALateSettleAfterTheConnectionEndedAndNotDeliverTheMessageAgain() {
    namespace.sendMany("cart.Add", "c", 3);
    TestConsumer gone = namespace.consume(queue, 3, LEASE_MS);
    List<Delivered> held = gone.take();
    gone.start(held.get(0));
    gone.disconnect();

    assertThat(gone.settle(new Settlement.Complete(held.get(0).epoch(), 1, 2))).isEmpty();

    assertThat(namespace.consume(queue, 10, LEASE_MS).takeBodies()).containsExactly("c3");
  }

  @Test
  void shouldTakeASettleFromBeforeARestartIfNobodyHeldTheMessageSince() {
    namespace.sendMany("cart.Add", "c", 3);
    TestConsumer consumer = namespace.consume(queue, 3, LEASE_MS);
    List<Delivered> held = consumer.take();
    namespace.restart();

    assertThat(consumer.complete(held.get(1))).isNull();

    TestConsumer after = namespace.consume(queue, 10, LEASE_MS);
    assertThat(after.takeBodies()).containsExactly("c1", "c3");
    assertThat(consumer.complete(held.get(0))).isEqualTo(ErrorCode.LEASE_LOST);
    assertThat(consumer.complete(held.get(1))).isEqualTo(ErrorCode.ALREADY_SETTLED);
  }

  @Test
  void shouldRefuseASettleFromBeforeARestartOfAMessageThatSomebodyElseWasGivenThen() {
    namespace.sendMany("cart.Add", "c", 2);
    TestConsumer first = namespace.consume(queue, 2, LEASE_MS);
    List<Delivered> lost = first.take();
    first.start(lost.get(0)); // this one counts an attempt, the other returns untouched
    first.disconnect();
    TestConsumer second = namespace.consume(queue, 2, LEASE_MS);
    List<Delivered> held = second.take();
    assertThat(held).hasSize(2);
    namespace.restart();

    for (Delivered late : lost) {
      assertThat(first.complete(late)).isEqualTo(ErrorCode.LEASE_LOST);
    }
    for (Delivered inTime : held) {
      assertThat(second.complete(inTime)).isNull();
    }
    namespace.assertNothingLeft();
  }

  @Test
  void shouldRefuseASettleFromBeforeTheLastRestartButOne() {
    namespace.send(command("cart.Add", "1"));
    TestConsumer first = namespace.consume(queue, 1, LEASE_MS);
    Delivered lost = first.takeOne();
    namespace.restart();
    TestConsumer second = namespace.consume(queue, 1, LEASE_MS);
    Delivered held = second.takeOne();
    namespace.restart();

    assertThat(first.complete(lost)).isEqualTo(ErrorCode.LEASE_LOST);
    assertThat(second.complete(held)).isNull();
  }

  @Test
  void shouldTakeASettleFromBeforeARestartOfAMessageWhoseAttemptWasLost() {
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 1, LEASE_MS);
    Delivered held = consumer.takeOne();
    consumer.start(held);
    consumer.disconnect();
    namespace.restart();

    assertThat(consumer.complete(held)).isNull();
    namespace.assertNothingLeft();
  }

  @Test
  void shouldNotCountAFailureTwiceWhenItIsReportedAgainAfterRestart() {
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 1, LEASE_MS);
    Delivered held = consumer.takeOne();
    consumer.fail(held, 0);
    namespace.restart();

    assertThat(consumer.fail(held, 0)).isEqualTo(ErrorCode.ALREADY_SETTLED);

    assertThat(namespace.consume(queue, 1, LEASE_MS).takeOne().attempt()).isEqualTo(2);
  }

  @Test
  void shouldNotCountAFailureTwiceWhenItIsReportedAgain() {
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 1, LEASE_MS);
    Delivered held = consumer.takeOne();
    consumer.fail(held, 0);

    assertThat(consumer.fail(held, 0)).isEqualTo(ErrorCode.ALREADY_SETTLED);

    assertThat(consumer.credit(1).takeOne().attempt()).isEqualTo(2);
    assertThat(consumer.fail(held, 0)).isEqualTo(ErrorCode.ALREADY_SETTLED);
  }

  @Test
  void shouldRefuseASecondSettle() {
    namespace.sendMany("cart.Add", "c", 2);
    TestConsumer consumer = namespace.consume(queue, 2, LEASE_MS);
    List<Delivered> held = consumer.take();
    consumer.complete(held.get(0));

    assertThat(consumer.complete(held.get(0))).isEqualTo(ErrorCode.ALREADY_SETTLED);
    consumer.complete(held.get(1));
    assertThat(consumer.complete(held.get(1)))
        .as("its run is gone")
        .isEqualTo(ErrorCode.ALREADY_SETTLED);
  }

  @Test
  void shouldRefuseToSettleWhatIsNotThere() {
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 1, LEASE_MS);
    Delivered held = consumer.takeOne();

    assertThat(consumer.settleOne(new Settlement.Complete(held.epoch(), 2, 1)))
        .isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(consumer.settleOne(new Settlement.Complete(held.epoch(), 0, 1)))
        .isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(consumer.settleOne(new Settlement.Complete(held.epoch() + 1, 1, 1)))
        .isEqualTo(ErrorCode.LEASE_LOST);
  }

  @Test
  void shouldNotSettleAMessageFarDownTheBacklog() {
    for (int i = 0; i < RunWindow.MAX_FRESH_RUNS + 100; i++) {
      namespace.send(command("cart.Add", "" + i));
    }
    namespace.restart();
    TestConsumer consumer = namespace.consume(queue, 0, LEASE_MS);
    long epochFromBefore = new Epochs(1).next();

    assertThat(
            consumer.settleOne(
                new Settlement.Complete(epochFromBefore, RunWindow.MAX_FRESH_RUNS + 99, 1)))
        .isEqualTo(ErrorCode.LEASE_LOST);
  }

  // ---------------------------------------------------------------- extension

  @Test
  void shouldKeepALeaseThatIsExtended() {
    namespace.sendMany("cart.Add", "c", 10);
    TestConsumer consumer = namespace.consume(queue, 10, LEASE_MS);
    List<Delivered> held = consumer.take();
    TestConsumer other = namespace.consume(queue, 10, LEASE_MS);

    for (int i = 0; i < 5; i++) {
      namespace.pass(Duration.ofMillis(LEASE_MS * 3 / 4));
      assertThat(consumer.settle(new Settlement.Extend(held.get(0).epoch(), 1, 10, LEASE_MS)))
          .isEmpty();
    }

    assertThat(other.take()).isEmpty();
    assertThat(consumer.completeInRanges(held)).isEmpty();
    namespace.assertNothingLeft();
  }

  @Test
  void shouldExtendAPartOfALease() {
    namespace.sendMany("cart.Add", "c", 10);
    TestConsumer consumer = namespace.consume(queue, 10, LEASE_MS);
    List<Delivered> held = consumer.take();
    TestConsumer other = namespace.consume(queue, 10, LEASE_MS);
    namespace.pass(Duration.ofMillis(LEASE_MS / 2));

    consumer.settle(new Settlement.Extend(held.get(0).epoch(), 4, 3, LEASE_MS));
    namespace.pass(Duration.ofMillis(LEASE_MS / 2 + 300));

    assertThat(other.takeBodies()).containsExactly("c1", "c2", "c3", "c7", "c8", "c9", "c10");
    assertThat(consumer.settle(new Settlement.Complete(held.get(0).epoch(), 4, 3))).isEmpty();
  }

  @Test
  void shouldExtendWhatIsLeftOfALease() {
    namespace.sendMany("cart.Add", "c", 10);
    TestConsumer consumer = namespace.consume(queue, 10, LEASE_MS);
    List<Delivered> held = consumer.take();
    consumer.settle(new Settlement.Complete(held.get(0).epoch(), 1, 9));
    TestConsumer other = namespace.consume(queue, 10, LEASE_MS);
    namespace.pass(Duration.ofMillis(LEASE_MS / 2));

    assertThat(consumer.extend(held.get(9), LEASE_MS)).isNull();
    namespace.pass(Duration.ofMillis(LEASE_MS * 3 / 4));

    assertThat(other.take()).isEmpty();
  }

  @Test
  void shouldExtendWhatItCanAndRefuseTheRest() {
    namespace.sendMany("cart.Add", "c", 5);
    TestConsumer consumer = namespace.consume(queue, 5, LEASE_MS);
    List<Delivered> held = consumer.take();
    consumer.complete(held.get(2));
    TestConsumer other = namespace.consume(queue, 10, LEASE_MS);
    namespace.pass(Duration.ofMillis(LEASE_MS / 2));

    var refusals =
        consumer.settle(
            new Settlement.Complete(held.get(0).epoch(), 99, 1),
            new Settlement.Extend(held.get(0).epoch(), 1, 5, LEASE_MS));

    assertThat(refusals).hasSize(2);
    assertThat(refusals.get(1).index()).isEqualTo(1);
    assertThat(refusals.get(1).sequence()).isEqualTo(3);
    assertThat(refusals.get(1).code()).isEqualTo(ErrorCode.ALREADY_SETTLED);
    namespace.pass(Duration.ofMillis(LEASE_MS * 3 / 4));
    assertThat(other.take()).as("all others were extended").isEmpty();
  }

  @Test
  void shouldEndALeaseEarlierWhenItIsExtendedToASoonerTime() {
    namespace.sendMany("cart.Add", "c", 2);
    TestConsumer consumer = namespace.consume(queue, 2, LEASE_MS);
    List<Delivered> held = consumer.take();
    TestConsumer other = namespace.consume(queue, 10, LEASE_MS);

    consumer.extend(held.get(0), 1_000);
    namespace.pass(Duration.ofMillis(1_300));

    assertThat(other.takeBodies()).containsExactly("c1");
  }

  @Test
  void shouldRefuseToExtendALeaseThatHasEnded() {
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 1, LEASE_MS);
    Delivered held = consumer.takeOne();
    namespace.pass(Duration.ofMillis(LEASE_MS + 300));

    assertThat(consumer.extend(held, LEASE_MS)).isEqualTo(ErrorCode.LEASE_LOST);

    assertThat(namespace.destination(queue).ready()).isEqualTo(1);
  }

  @Test
  void shouldRefuseToExtendALeaseFromBeforeARestart() {
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 1, LEASE_MS);
    Delivered held = consumer.takeOne();
    namespace.restart();

    assertThat(consumer.extend(held, LEASE_MS)).isEqualTo(ErrorCode.LEASE_LOST);
  }

  @Test
  void shouldNotWriteWhenALeaseIsExtended() {
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 1, LEASE_MS);
    Delivered held = consumer.takeOne();
    long before = namespace.position();

    consumer.extend(held, LEASE_MS);
    consumer.settleOne(new Settlement.Complete(held.epoch() + 1, 1, 1));

    assertThat(namespace.position()).isEqualTo(before);
  }

  // ---------------------------------------------------------------- release

  @Test
  void shouldReturnReleasedMessagesInTheirPlaceUncounted() {
    namespace.sendMany("cart.Add", "c", 5);
    TestConsumer consumer = namespace.consume(queue, 3, LEASE_MS);
    List<Delivered> held = consumer.take();
    consumer.start(held.get(2));
    long before = namespace.position();

    assertThat(consumer.settle(new Settlement.Release(held.get(0).epoch(), 1, 2))).isEmpty();

    assertThat(namespace.position()).as("no write").isEqualTo(before);
    List<Delivered> next = namespace.consume(queue, 3, LEASE_MS).take();
    assertThat(next).extracting(Delivered::body).containsExactly("c1", "c2", "c4");
    assertThat(next).extracting(Delivered::attempt).containsOnly(1);
  }

  @Test
  void shouldReturnAReleasedRetryWithItsAttempts() {
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 1, LEASE_MS);
    consumer.fail(consumer.takeOne(), 0);
    Delivered second = consumer.credit(1).takeOne();

    consumer.release(second);

    assertThat(consumer.credit(1).takeOne().attempt()).isEqualTo(2);
  }

  // ---------------------------------------------------------------- maximum attempts

  @Test
  void shouldDeadLetterAMessageThatKeepsEndingItsConsumers() {
    TestNamespace strict =
        new TestNamespace(TestNamespace.settings(3, false, Duration.ofMinutes(10)));
    int poisoned = strict.claim("cart", "cart.Add");
    strict.send(command("cart.Add", "poison"));
    List<Integer> attempts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      TestConsumer victim = strict.consume(poisoned, 1, LEASE_MS);
      Delivered held = victim.takeOne();
      attempts.add(held.attempt());
      victim.start(held);
      victim.disconnect();
    }

    assertThat(attempts).containsExactly(1, 2, 3);
    assertThat(strict.counts(poisoned).dead()).isEqualTo(1);
    assertThat(strict.deadLetters(poisoned).get(0).errorClass()).isEqualTo("CONNECTION_LOST");
    assertThat(strict.deadLetters(poisoned).get(0).attempts()).isEqualTo(3);
    strict.drop(poisoned, null);
    strict.assertNothingLeft();
  }

  @Test
  void shouldNotTakeBackALateSettleOnceAnAttemptWasTheLast() {
    TestNamespace strict =
        new TestNamespace(TestNamespace.settings(1, false, Duration.ofMinutes(10)));
    int poisoned = strict.claim("cart", "cart.Add");
    strict.send(command("cart.Add", "poison"));
    TestConsumer victim = strict.consume(poisoned, 1, LEASE_MS);
    Delivered held = victim.takeOne();
    victim.start(held);
    victim.disconnect();

    assertThat(victim.complete(held)).isEqualTo(ErrorCode.ALREADY_SETTLED);
    assertThat(strict.entries(Table.DEAD_LETTERS)).isEqualTo(1);
  }
}
