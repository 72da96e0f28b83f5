package io.parley.engine.destination;

import static io.parley.engine.testing.TestMessage.command;
import static io.parley.engine.testing.TestMessage.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.operation.Operation;
import io.parley.engine.store.Table;
import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.model.OutcomeStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExpiryTest {
  private static final Duration TIME = Duration.ofSeconds(10);

  private final TestNamespace namespace = new TestNamespace();
  private int queue;

  @BeforeEach
  void makeQueue() {
    queue = namespace.claim("cart", "cart.Add");
  }

  private TestMessage until(Duration time, String body) {
    return command("cart.Add", body).expiresAt(namespace.nowMs() + time.toMillis());
  }

  private OutcomeStatus outcome(String body) {
    return namespace.outcome(command("cart.Add", body).id()).status();
  }

  /** Time passes, and what it brings about is done. */
  private void pass(Duration time) {
    namespace.pass(time);
    namespace.pass(Duration.ofMillis(200)); // the next time the sequencer looks after the hours
  }

  @Test
  void shouldHandOutUntilTheTimeAndNotFromItOn() {
    namespace.send(until(TIME, "a"), until(TIME, "b"), command("cart.Add", "c"));
    TestConsumer consumer = namespace.consume(queue, 1);
    namespace.pass(TIME.minusMillis(1));
    Delivered first = consumer.takeOne();

    namespace.time().passMs(1);
    consumer.credit(5);
    namespace.run();

    assertThat(first.body()).isEqualTo("a");
    assertThat(consumer.takeBodies()).containsExactly("c");
  }

  @Test
  void shouldEndACommandAsExpiredAndTellIt() {
    namespace.send(until(TIME, "a"), command("cart.Add", "b"));

    pass(TIME);

    assertThat(outcome("a")).isEqualTo(OutcomeStatus.EXPIRED);
    assertThat(outcome("b")).isEqualTo(OutcomeStatus.PENDING);
    assertThat(namespace.outcomesTold())
        .extracting(told -> told.outcome().status())
        .containsExactly(OutcomeStatus.EXPIRED);
    assertThat(namespace.counts(queue).ready()).isEqualTo(1);
    assertThat(namespace.engine().messagesExpired()).isEqualTo(1);
  }

  @Test
  void shouldLeaveNothingOfExpiredMessages() {
    List<TestMessage> messages = new ArrayList<>();
    for (int i = 0; i < 2_500; i++) {
      messages.add(until(TIME, "m" + i));
    }
    namespace.send(messages);
    namespace.send(until(TIME, "later").notBefore(namespace.nowMs() + 60_000));

    pass(TIME);

    assertThat(namespace.counts(queue)).isEqualTo(TestNamespace.Counts.NONE);
    assertThat(namespace.entries(Table.EXPIRING)).isZero();
    namespace.restart();
    assertThat(namespace.counts(queue)).isEqualTo(TestNamespace.Counts.NONE);
  }

  @Test
  void shouldLetTheHolderFinishWhatItGotInTime() {
    namespace.send(until(TIME, "a").tracked());
    TestConsumer consumer = namespace.consume(queue, 1);
    Delivered held = consumer.takeOne();
    pass(TIME);

    assertThat(consumer.complete(held)).isNull();

    assertThat(outcome("a")).isEqualTo(OutcomeStatus.COMPLETED);
    pass(Duration.ofSeconds(2));
    namespace.assertNothingLeft();
  }

  @Test
  void shouldEndWhatItsHolderGivesBackTooLate() {
    namespace.send(until(TIME, "a"));
    TestConsumer consumer = namespace.consume(queue, 1);
    Delivered held = consumer.takeOne();
    pass(TIME);

    assertThat(consumer.release(held)).isNull();

    assertThat(consumer.take()).isEmpty();
    pass(Duration.ofSeconds(2));
    assertThat(outcome("a")).isEqualTo(OutcomeStatus.EXPIRED);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldEndWhatWaitsForItsNextAttempt() {
    namespace.send(until(TIME, "a"));
    TestConsumer consumer = namespace.consume(queue, 1);
    consumer.fail(consumer.takeOne(), Duration.ofMinutes(1).toMillis());

    pass(TIME);

    assertThat(outcome("a")).isEqualTo(OutcomeStatus.EXPIRED);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldForgetTheTimeOfWhatIsHandled() {
    namespace.send(until(TIME, "a"), until(TIME, "b"));
    TestConsumer consumer = namespace.consume(queue, 2);

    consumer.completeInRanges(consumer.take());

    assertThat(namespace.entries(Table.EXPIRING)).isZero();
    namespace.assertNothingLeft();
  }

  @Test
  void shouldKeepDeadLettersAndEndThemWhenTheyAreRedrivenTooLate() {
    namespace.send(until(TIME, "a"));
    TestConsumer consumer = namespace.consume(queue, 5);
    consumer.failFinally(consumer.takeOne());
    pass(TIME);
    assertThat(namespace.counts(queue).dead()).isEqualTo(1);

    namespace.redrive(queue, null);
    pass(Duration.ofSeconds(1));

    assertThat(consumer.take()).isEmpty();
    assertThat(outcome("a")).isEqualTo(OutcomeStatus.EXPIRED);
  }

  @Test
  void shouldLetTheNextOfItsKeyGo() {
    namespace.send(until(TIME, "a").key("k"), command("cart.Add", "b").key("k"));
    TestConsumer consumer = namespace.consume(queue, 5);
    consumer.fail(consumer.takeOne(), Duration.ofMinutes(1).toMillis());
    assertThat(consumer.take()).isEmpty();

    pass(TIME);

    assertThat(consumer.takeBodies()).containsExactly("b");
  }

  @Test
  void shouldEndEachCopyOfAnEventWithoutOutcome() {
    int one = namespace.subscribe("one", "cart.>");
    int two = namespace.subscribe("two", "cart.>");
    TestConsumer fast = namespace.consume(one, 5);
    namespace.send(event("cart.Added", "a").expiresAt(namespace.nowMs() + TIME.toMillis()));
    fast.complete(fast.takeOne());

    pass(TIME);

    assertThat(namespace.counts(two)).isEqualTo(TestNamespace.Counts.NONE);
    assertThat(namespace.outcomesTold()).isEmpty();
    namespace.assertNothingLeft();
  }

  @Test
  void shouldEndWhatNobodyOwnsAndHandOverTheRestInOrder() {
    namespace.send(
        command("pay.Pay", "1"),
        command("pay.Pay", "2").expiresAt(namespace.nowMs() + TIME.toMillis()),
        command("pay.Pay", "3"));

    pass(TIME);

    assertThat(namespace.outcome(command("pay.Pay", "2").id()).status())
        .isEqualTo(OutcomeStatus.EXPIRED);
    TestConsumer consumer = namespace.consume(namespace.claim("pay", "pay.Pay"), 5);
    List<Delivered> rest = consumer.take();
    assertThat(rest).extracting(Delivered::body).containsExactly("1", "3");
    consumer.complete(rest);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldKeepTheTimeOfACommandThatMoves() {
    namespace.send(until(TIME, "a"), until(TIME, "b").notBefore(namespace.nowMs() + 5_000));
    namespace.submit(new Operation.TransferType("cart.Add", "basket", "basket"));
    namespace.run();

    pass(TIME);

    assertThat(outcome("a")).isEqualTo(OutcomeStatus.EXPIRED);
    assertThat(outcome("b")).isEqualTo(OutcomeStatus.EXPIRED);
    assertThat(namespace.entries(Table.EXPIRING)).isZero();
  }

  @Test
  void shouldEndAfterARestartWhatExpiredMeanwhile() {
    namespace.send(until(TIME, "a"), until(TIME.multipliedBy(2), "b"));
    namespace.time().pass(TIME);
    namespace.restart();

    pass(Duration.ofSeconds(1));

    assertThat(outcome("a")).isEqualTo(OutcomeStatus.EXPIRED);
    assertThat(outcome("b")).isEqualTo(OutcomeStatus.PENDING);
  }

  @Test
  void shouldEndWhatLiesFarDownABacklog() {
    for (int i = 0; i < 3 * RunWindow.MAX_FRESH_RUNS; i++) {
      namespace.send(command("cart.Add", "m" + i));
    }
    namespace.send(until(TIME, "last"), command("cart.Add", "behind"));
    TestConsumer consumer = namespace.consume(queue, 1);
    consumer.complete(consumer.takeOne());

    pass(TIME);

    assertThat(outcome("last")).isEqualTo(OutcomeStatus.EXPIRED);
    consumer.credit(1_000);
    namespace.run();
    List<String> bodies = new ArrayList<>();
    for (List<Delivered> some = consumer.take(); !some.isEmpty(); some = consumer.take()) {
      some.forEach(message -> bodies.add(message.body()));
      consumer.completeInRanges(some);
      namespace.run();
    }
    assertThat(bodies).endsWith("behind").doesNotContain("last");
    namespace.assertNothingLeft();
  }
}
