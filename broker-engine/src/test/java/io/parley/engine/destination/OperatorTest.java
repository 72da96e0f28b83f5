package io.parley.engine.destination;

import static io.parley.engine.testing.TestMessage.command;
import static io.parley.engine.testing.TestMessage.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Operation.Purged;
import io.parley.engine.operation.Result;
import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.model.OutcomeStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What operators do to a queue or inbox: pause it, set something for it, purge it. */
class OperatorTest {
  private final TestNamespace namespace = new TestNamespace();
  private int queue;

  @BeforeEach
  void makeQueue() {
    queue = namespace.claim("cart", "cart.Add", "cart.Remove");
  }

  private void set(DestinationSettings settings) {
    assertThat(namespace.submit(new Operation.Configure(queue, settings))).isEqualTo(Result.DONE);
  }

  private void pause(boolean paused) {
    set(DestinationSettings.NONE.withPaused(paused));
  }

  private long purge(int destination, Purged what, @Nullable String type, boolean dryRun) {
    long count = 0;
    long from = 0;
    while (from < Long.MAX_VALUE) {
      Result.Step step =
          (Result.Step)
              namespace.submit(
                  new Operation.Purge(destination, what, from, Long.MAX_VALUE, type, dryRun));
      count += step.count();
      from = step.next();
    }
    return count;
  }

  private OutcomeStatus outcome(TestMessage command) {
    return namespace.outcome(command.id()).status();
  }

  // ---------------------------------------------------------------- settings

  @Test
  void shouldChangeWhatIsNamedAndLeaveAllElse() {
    set(new DestinationSettings(true, 7, 10, 20, 3_000, 5, 100, 4_096));
    DestinationSettings attempts = new DestinationSettings(false, 9, 0, 0, 0, -1, 0, 0);

    namespace.submit(new Operation.Configure(queue, new SettingsChange(null, attempts, false)));
    namespace.submit(new Operation.Configure(queue, SettingsChange.toPaused(false)));

    assertThat(settings())
        .isEqualTo(new DestinationSettings(false, 9, 10, 20, 3_000, 5, 100, 4_096));
    namespace.submit(new Operation.Configure(queue, new SettingsChange(null, attempts, true)));
    assertThat(settings()).isEqualTo(attempts);
  }

  @Test
  void shouldRefuseShortestBackOffThatWouldBeLongerThanTheLongestSetBefore() {
    set(new DestinationSettings(false, 0, 0, 20, 0, -1, 0, 0));
    DestinationSettings longer = new DestinationSettings(false, 0, 21, 0, 0, -1, 0, 0);

    Result result =
        namespace.submit(new Operation.Configure(queue, new SettingsChange(null, longer, false)));

    assertThat(((Result.Refused) result).message()).startsWith("back-off max: 20 ms (expected: ");
    assertThat(settings().backOffMinMs()).isZero();
  }

  private DestinationSettings settings() {
    return namespace.destination(queue).definition().settings();
  }

  // ---------------------------------------------------------------- pause

  @Test
  void shouldHandOutNothingWhilePausedAndGoOnAfterwards() {
    TestConsumer consumer = namespace.consume(queue, 10);
    pause(true);
    namespace.send(command("cart.Add", "1"), command("cart.Add", "2"));
    assertThat(consumer.take()).isEmpty();

    pause(false);
    namespace.run();

    assertThat(consumer.takeBodies()).containsExactly("1", "2");
  }

  @Test
  void shouldLetHoldersSettleWhilePaused() {
    namespace.send(command("cart.Add", "1"), command("cart.Add", "2"));
    TestConsumer consumer = namespace.consume(queue, 10);
    List<Delivered> held = consumer.take();
    pause(true);

    consumer.complete(held.get(0));
    consumer.release(held.get(1));

    assertThat(namespace.counts(queue).ready()).isEqualTo(1);
    assertThat(consumer.take()).isEmpty();
  }

  @Test
  void shouldStayPausedAcrossRestart() {
    pause(true);
    namespace.send(command("cart.Add", "1"));
    namespace.restart();
    TestConsumer consumer = namespace.consume(queue, 10);
    assertThat(consumer.take()).isEmpty();

    pause(false);
    namespace.run();

    assertThat(consumer.takeBodies()).containsExactly("1");
  }

  @Test
  void shouldNotSpinWhilePausedThoughMessagesAreDue() {
    namespace.send(command("cart.Add", "1").notBefore(namespace.nowMs() + 50));
    namespace.consume(queue, 10);
    pause(true);
    namespace.time().passMs(60);

    long idle = namespace.sequencer().runOnce() + namespace.sequencer().runOnce();

    assertThat(idle).isPositive();
  }

  @Test
  void shouldSayThatItIsPaused() {
    namespace.send(command("cart.Add", "1"));
    namespace.consume(queue, 10);
    pause(true);
    namespace.send(command("cart.Add", "2"));

    MessagePlace place = namespace.destination(queue).firstPlaces(2).get(1);
    Standing standing = namespace.destination(queue).standing(place, namespace.nowMs());

    assertThat(standing).isNotNull();
    assertThat(standing.reason()).isEqualTo(StandingReason.PAUSED);
  }

  // ---------------------------------------------------------------- settings

  @Test
  void shouldGoByTheAttemptsAndBackOffThatAreSetForIt() {
    set(new DestinationSettings(false, 2, 5_000, 5_000, 0, DestinationSettings.NOT_SET, 0, 0));
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 10);
    consumer.fail(consumer.takeOne());
    namespace.pass(Duration.ofMillis(3_999));
    assertThat(consumer.take()).isEmpty();
    namespace.pass(Duration.ofMillis(1_001));

    consumer.fail(consumer.takeOne());

    assertThat(namespace.counts(queue).dead()).isEqualTo(1);
  }

  @Test
  void shouldGoByTheBrokersSettingsAgainWhenNothingIsSet() {
    set(new DestinationSettings(false, 1, 0, 0, 0, DestinationSettings.NOT_SET, 0, 0));
    set(DestinationSettings.NONE);
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 10);

    consumer.fail(consumer.takeOne());

    assertThat(namespace.counts(queue).dead()).isZero();
  }

  @Test
  void shouldKeepWhatIsSetAcrossRestart() {
    DestinationSettings all = new DestinationSettings(true, 2, 3, 4, 5_000, 6, 7, 8_000);
    set(all);

    namespace.restart();

    assertThat(namespace.destination(queue).definition().settings()).isEqualTo(all);
  }

  // ---------------------------------------------------------------- purge

  @Test
  void shouldEndWaitingCommandsAsCancelledAndLeaveWhatIsInHand() {
    TestMessage held = command("cart.Add", "held");
    TestMessage waiting = command("cart.Add", "waiting");
    namespace.send(held);
    TestConsumer consumer = namespace.consume(queue, 1);
    Delivered delivered = consumer.takeOne();
    namespace.send(waiting);

    assertThat(purge(queue, Purged.IN_ORDER, null, false)).isEqualTo(1);

    assertThat(outcome(waiting)).isEqualTo(OutcomeStatus.CANCELLED);
    assertThat(consumer.complete(delivered)).isNull();
    namespace.assertNothingLeft();
  }

  @Test
  void shouldPurgeOneTypeAloneAndOnlyCountInADryRun() {
    namespace.send(command("cart.Add", "1"), command("cart.Remove", "2"));

    assertThat(purge(queue, Purged.IN_ORDER, "cart.Remove", true)).isEqualTo(1);
    assertThat(namespace.counts(queue).ready()).isEqualTo(2);
    assertThat(purge(queue, Purged.IN_ORDER, "cart.Remove", false)).isEqualTo(1);

    assertThat(namespace.consume(queue, 5).takeBodies()).containsExactly("1");
  }

  @Test
  void shouldPurgeOnlyWhatIsOldEnough() {
    namespace.send(command("cart.Add", "old"));
    namespace.pass(Duration.ofMinutes(1));
    long before = namespace.nowMs() - 30_000;
    namespace.send(command("cart.Add", "new"));

    namespace.submit(new Operation.Purge(queue, Purged.IN_ORDER, 0, before, null, false));

    assertThat(namespace.consume(queue, 5).takeBodies()).containsExactly("new");
  }

  @Test
  void shouldTellDelayedFromReturnedOnes() {
    namespace.send(
        command("cart.Add", "later").notBefore(namespace.nowMs() + 60_000),
        command("cart.Add", "failed"),
        command("cart.Add", "ready"));
    TestConsumer consumer = namespace.consume(queue, 1);
    consumer.fail(consumer.takeOne(), 0);

    assertThat(purge(queue, Purged.DELAYED, null, true)).isEqualTo(1);
    assertThat(purge(queue, Purged.RETURNED, null, false)).isEqualTo(1);
    assertThat(purge(queue, Purged.DELAYED, null, false)).isEqualTo(1);

    consumer.credit(5);
    namespace.run();
    List<Delivered> left = consumer.take();
    assertThat(left).extracting(Delivered::body).containsExactly("ready");
    consumer.complete(left);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldPurgeDeadLettersWithoutTouchingTheirOutcome() {
    TestMessage dead = command("cart.Add", "1");
    namespace.send(dead);
    TestConsumer consumer = namespace.consume(queue, 1);
    consumer.failFinally(consumer.takeOne());

    assertThat(purge(queue, Purged.DEAD, null, false)).isEqualTo(1);

    assertThat(outcome(dead)).isEqualTo(OutcomeStatus.DEAD_LETTERED);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldPurgeALongBacklogStepByStep() {
    List<TestMessage> some = new ArrayList<>();
    for (int i = 0; i < 25_000; i++) {
      some.add(event("cart.Added", "m" + i));
      if (some.size() == 1_000) {
        if (i < 1_000) {
          namespace.subscribe("all", "cart.>");
        }
        namespace.send(some);
        some.clear();
      }
    }
    int inbox = namespace.subscribe("all");

    Result.Step first =
        (Result.Step)
            namespace.submit(
                new Operation.Purge(inbox, Purged.IN_ORDER, 0, Long.MAX_VALUE, null, false));

    assertThat(first.count()).isEqualTo(10_000);
    assertThat(purge(inbox, Purged.IN_ORDER, null, false)).isEqualTo(15_000);
    assertThat(namespace.outcomesTold()).isEmpty();
    namespace.assertNothingLeft();
  }

  @Test
  void shouldLetTheNextOfAKeyGo() {
    namespace.send(
        command("cart.Add", "1").key("k").notBefore(namespace.nowMs() + 60_000),
        command("cart.Add", "2").key("k"));
    TestConsumer consumer = namespace.consume(queue, 5);
    assertThat(consumer.take()).isEmpty();

    purge(queue, Purged.DELAYED, null, false);

    assertThat(consumer.takeBodies()).containsExactly("2");
  }
}
