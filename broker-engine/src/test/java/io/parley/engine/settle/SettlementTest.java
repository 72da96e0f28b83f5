package io.parley.engine.settle;

import static io.parley.engine.testing.TestMessage.command;
import static io.parley.engine.testing.TestMessage.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.parley.engine.destination.SingleMessage;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.operation.Result.Refusal;
import io.parley.engine.store.Table;
import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Payload;
import io.parley.protocol.model.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SettlementTest {
  private final TestNamespace namespace = new TestNamespace();
  private int queue;

  @BeforeEach
  void makeQueue() {
    queue = namespace.claim("cart", "cart.Add");
  }

  // ---------------------------------------------------------------- complete

  @Test
  void shouldCompleteAWholeDeliveryAtOnce() {
    namespace.sendMany("cart.Add", "c", 1_000);
    TestConsumer consumer = namespace.consume(queue, 1_000);
    List<Delivered> held = consumer.take();

    assertThat(consumer.settle(new Settlement.Complete(held.get(0).epoch(), 1, 1_000))).isEmpty();

    namespace.assertNothingLeft();
    namespace.restart();
    namespace.assertNothingLeft();
  }

  @Test
  void shouldCompleteOutOfOrder() {
    namespace.sendMany("cart.Add", "a", 70);
    namespace.sendMany("cart.Add", "b", 3);
    TestConsumer consumer = namespace.consume(queue, 100);
    List<Delivered> held = new ArrayList<>(consumer.take());
    Collections.shuffle(held, new Random(1));

    for (Delivered message : held) {
      assertThat(consumer.complete(message)).isNull();
    }

    namespace.assertNothingLeft();
  }

  @Test
  void shouldKeepWhatIsNotCompletedAcrossRestart() {
    namespace.sendMany("cart.Add", "c", 100);
    TestConsumer consumer = namespace.consume(queue, 100);
    List<Delivered> held = consumer.take();
    consumer.settle(
        new Settlement.Complete(held.get(0).epoch(), 1, 40),
        new Settlement.Complete(held.get(0).epoch(), 51, 50));
    assertThat(namespace.counts(queue).leased()).isEqualTo(10);
    namespace.restart();

    assertThat(namespace.counts(queue).ready()).isEqualTo(10);
    TestConsumer again = namespace.consume(queue, 100);
    List<Delivered> rest = again.take();
    assertThat(rest).extracting(Delivered::sequence).startsWith(41L).endsWith(50L).hasSize(10);
    again.completeInRanges(rest);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldCompleteAcrossRunsAndRefuseOnlyWhatIsNotHeld() {
    namespace.sendMany("cart.Add", "a", 3);
    namespace.sendMany("cart.Add", "b", 3);
    namespace.sendMany("cart.Add", "c", 3);
    TestConsumer consumer = namespace.consume(queue, 9);
    List<Delivered> held = consumer.take();
    long epoch = held.get(0).epoch();
    assertThat(held).allMatch(message -> message.epoch() == epoch);
    consumer.settle(new Settlement.Complete(epoch, 5, 1));

    List<Result.Refusal> refusals = consumer.settle(new Settlement.Complete(epoch, 2, 9));

    assertThat(refusals)
        .extracting(Result.Refusal::sequence, Result.Refusal::code)
        .containsExactly(tuple(5L, ErrorCode.ALREADY_SETTLED), tuple(10L, ErrorCode.NOT_FOUND));
    assertThat(namespace.counts(queue).leased()).as("the first").isEqualTo(1);
  }

  @Test
  void shouldSayWhichSettlementWasRefusedAndWhy() {
    namespace.sendMany("cart.Add", "c", 2);
    TestConsumer consumer = namespace.consume(queue, 2);
    List<Delivered> held = consumer.take();
    consumer.complete(held.get(0));

    List<Result.Refusal> refusals =
        consumer.settle(
            new Settlement.Complete(held.get(1).epoch(), 2, 1),
            new Settlement.Fail(held.get(0).epoch(), 1, false, "Broken", "", -1));

    assertThat(refusals)
        .containsExactly(
            new Result.Refusal(
                1, 1, ErrorCode.ALREADY_SETTLED, "message 1 of 'cart': it was settled before"));
  }

  @Test
  void shouldTellThatTheLeaseIsLostInADestinationThatIsNoMore() {
    Result result =
        namespace.submit(new Operation.Settle(99, List.of(new Settlement.Complete(1, 1, 1))));

    assertThat(((Result.Settled) result).refusals())
        .extracting(Refusal::code)
        .containsExactly(ErrorCode.LEASE_LOST);
  }

  @Test
  void shouldNotSettleAMessageOfTheSameGroup() {
    TestConsumer consumer = namespace.consume(queue, 0);
    namespace.submitOnly(TestNamespace.sending(command("cart.Add", "1")));
    TestNamespace.Answer settle =
        namespace.submitOnly(
            new Operation.Settle(queue, List.of(new Settlement.Complete(Long.MAX_VALUE, 1, 1))));
    namespace.run();

    assertThat(((Result.Settled) settle.result()).refusals())
        .extracting(Result.Refusal::code)
        .containsExactly(ErrorCode.NOT_FOUND);
    assertThat(consumer.credit(1).takeBodies()).containsExactly("1");
  }

  // ---------------------------------------------------------------- atomic completion

  @Test
  void shouldCompleteAndEmitInOneGroup() {
    TestConsumer inbox = namespace.consume(namespace.subscribe("billing", "cart.>"), 10);
    TestConsumer consumer = namespace.consume(queue, 1);
    namespace.send(command("cart.Add", "1").tracked());
    Delivered held = consumer.takeOne();
    long before = namespace.position();

    assertThat(
            consumer.completeWith(
                held,
                new Payload("text/plain", "ok".getBytes(UTF_8)),
                event("cart.Added", "added"),
                command("billing.Note", "note"),
                command("cart.Add", "follow-up")))
        .isNull();

    assertThat(namespace.position()).isEqualTo(before + 1);
    assertThat(inbox.takeBodies()).containsExactly("added");
    assertThat(namespace.unowned("billing.Note").ready()).isEqualTo(1);
    assertThat(consumer.credit(1).takeBodies()).containsExactly("follow-up");
    assertThat(new String(namespace.outcome(held.message().id()).result().bytes(), UTF_8))
        .isEqualTo("ok");
  }

  @Test
  void shouldDoNothingAtAllWhenOneOfTheEmittedMessagesIsRefused() {
    TestConsumer inbox = namespace.consume(namespace.subscribe("billing", "cart.>"), 10);
    TestConsumer consumer = namespace.consume(queue, 1);
    namespace.send(command("cart.Add", "1").tracked());
    Delivered held = consumer.takeOne();
    long before = namespace.position();

    List<Result.Refusal> refusals =
        consumer.settle(
            new Settlement.CompleteWith(
                held.epoch(),
                held.sequence(),
                null,
                TestMessage.batch(
                    event("cart.Added", "new type"), event("cart.Add", "wrong kind"))));

    assertThat(refusals)
        .containsExactly(
            new Result.Refusal(
                0,
                1,
                ErrorCode.WRONG_KIND,
                "emitted message 1: type 'cart.Add' used as event (expected: command, which it is"
                    + " for ever)"));
    assertThat(namespace.position()).isEqualTo(before);
    assertThat(inbox.take()).isEmpty();
    assertThat(namespace.engine().catalog().types()).as("no type was made").hasSize(1);
    assertThat(namespace.outcome(held.message().id()).status()).isEqualTo(OutcomeStatus.PENDING);
    assertThat(consumer.complete(held)).as("it is still held").isNull();
  }

  @Test
  void shouldRefuseToEmitOneNewTypeAsTwoKinds() {
    TestConsumer consumer = namespace.consume(queue, 1);
    namespace.send(command("cart.Add", "1"));
    Delivered held = consumer.takeOne();

    assertThat(
            consumer.completeWith(
                held, null, event("cart.New", "as event"), command("cart.New", "as command")))
        .isEqualTo(ErrorCode.WRONG_KIND);

    assertThat(namespace.engine().catalog().types()).hasSize(1);
    assertThat(consumer.complete(held)).isNull();
  }

  @Test
  void shouldEmitNothingUnderAStaleEpoch() {
    TestConsumer inbox = namespace.consume(namespace.subscribe("billing", "cart.>"), 10);
    namespace.send(command("cart.Add", "1"));
    TestConsumer slow = namespace.consume(queue, 1);
    Delivered held = slow.takeOne();
    slow.disconnect();
    namespace.consume(queue, 1);

    assertThat(slow.completeWith(held, null, event("cart.Added", "1")))
        .isEqualTo(ErrorCode.LEASE_LOST);

    assertThat(inbox.take()).isEmpty();
  }

  @Test
  void shouldEmitOnceHoweverOftenAHandlerRuns() {
    TestConsumer inbox = namespace.consume(namespace.subscribe("billing", "cart.>"), 10);
    namespace.send(command("cart.Add", "1"));
    TestConsumer first = namespace.consume(queue, 1);
    Delivered held = first.takeOne();
    TestMessage emitted = event("cart.Added", "1").id(held.message().id().child(0)).once();
    // It publishes by itself, then dies before it completes.
    namespace.send(emitted);
    first.disconnect();
    TestConsumer second = namespace.consume(queue, 1);

    assertThat(second.completeWith(second.takeOne(), null, emitted)).isNull();

    assertThat(inbox.takeBodies()).containsExactly("1");
  }

  @Test
  void shouldKeepWhatACompletionEmittedAcrossRestart() {
    int inbox = namespace.subscribe("billing", "cart.>");
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 1);
    consumer.completeWith(consumer.takeOne(), null, event("cart.Added", "1"));
    namespace.restart();

    TestConsumer billing = namespace.consume(inbox, 10);
    billing.complete(billing.takeOne());
    namespace.assertNothingLeft();
  }

  @Test
  void shouldDelayEmittedMessagesThatAskForIt() {
    TestConsumer consumer = namespace.consume(queue, 2);
    namespace.send(command("cart.Add", "1"));
    consumer.completeWith(
        consumer.takeOne(),
        null,
        command("cart.Add", "reminder").notBefore(namespace.nowMs() + 60_000));
    assertThat(namespace.counts(queue).delayed()).isEqualTo(1);

    namespace.pass(Duration.ofMinutes(1));

    consumer.complete(consumer.takeOne());
    namespace.assertNothingLeft();
  }

  // ---------------------------------------------------------------- reject

  @Test
  void shouldEndARejectedCommandForGood() {
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 10);
    Delivered held = consumer.takeOne();

    assertThat(consumer.reject(held, "NOT_ALLOWED_NOW")).isNull();

    namespace.pass(Duration.ofDays(1));
    assertThat(consumer.take()).as("no retry").isEmpty();
    assertThat(namespace.counts(queue).dead()).as("no dead letter").isZero();
    namespace.assertNothingLeft();
  }

  @Test
  void shouldRefuseToRejectAnEvent() {
    int inbox = namespace.subscribe("billing", "cart.>");
    TestConsumer consumer = namespace.consume(inbox, 1);
    namespace.send(event("cart.Added", "1"));
    Delivered held = consumer.takeOne();

    assertThat(consumer.settle(new Settlement.Reject(held.epoch(), 1, "FORBIDDEN", "no")))
        .containsExactly(
            new Result.Refusal(
                0,
                1,
                ErrorCode.NOT_REJECTABLE,
                "reject of an event from inbox 'billing' (expected: complete, fail or release)"));

    assertThat(consumer.complete(held)).isNull();
  }

  // ---------------------------------------------------------------- fail

  @Test
  void shouldRetryAFailedMessageAfterABackOffThatDoubles() {
    TestConsumer consumer = namespace.consume(queue, 100);
    namespace.send(command("cart.Add", "1"));
    long[] waits = {1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000};
    Delivered held = consumer.takeOne();
    for (int i = 0; i < waits.length; i++) {
      assertThat(held.attempt()).isEqualTo(i + 1);
      consumer.fail(held);
      namespace.pass(Duration.ofMillis(waits[i] * 8 / 10 - 1));
      assertThat(consumer.take()).as("too early for attempt %s", i + 2).isEmpty();
      namespace.pass(Duration.ofMillis(waits[i] * 2 / 10 + 1));
      held = consumer.takeOne();
    }
    assertThat(held.attempt()).isEqualTo(10);

    consumer.fail(held);

    assertThat(namespace.counts(queue).dead()).as("ten attempts are all").isEqualTo(1);
    SingleMessage letter = namespace.deadLetters(queue).get(0);
    assertThat(letter.attempts()).isEqualTo(10);
    assertThat(letter.errorClass()).isEqualTo("Broken");
    assertThat(letter.errorMessage()).isEqualTo("it broke");
    assertThat(letter.failedAtMs()).isEqualTo(namespace.nowMs());
    assertThat(letter.id()).isEqualTo(held.message().id());
  }

  @Test
  void shouldRetryAfterTheTimeTheHandlerAskedFor() {
    TestConsumer consumer = namespace.consume(queue, 100);
    namespace.send(command("cart.Add", "1"));

    consumer.fail(consumer.takeOne(), 5_000);

    namespace.pass(Duration.ofMillis(4_999));
    assertThat(consumer.take()).isEmpty();
    namespace.pass(Duration.ofMillis(1));
    assertThat(consumer.takeOne().attempt()).isEqualTo(2);
  }

  @Test
  void shouldRetryAtOnceIfAskedFor() {
    TestConsumer consumer = namespace.consume(queue, 2);
    namespace.send(command("cart.Add", "1"));

    consumer.fail(consumer.takeOne(), 0);

    assertThat(consumer.takeOne().attempt()).isEqualTo(2);
  }

  @Test
  void shouldBoundTheTimeAHandlerMayAskFor() {
    TestConsumer consumer = namespace.consume(queue, 2);
    namespace.send(command("cart.Add", "1"));

    consumer.fail(consumer.takeOne(), Long.MAX_VALUE);

    assertThat(consumer.take()).isEmpty();
    assertThat(namespace.counts(queue).delayed()).isEqualTo(1);
    namespace.pass(Duration.ofMillis(Settlements.RETRY_AFTER_MAX_MS));
    assertThat(consumer.takeOne().attempt()).isEqualTo(2);
  }

  @Test
  void shouldKeepRetriesAcrossRestart() {
    TestConsumer consumer = namespace.consume(queue, 100);
    namespace.sendMany("cart.Add", "c", 3);
    List<Delivered> held = consumer.take();
    consumer.fail(held.get(1), 60_000);
    consumer.complete(held.get(0));
    consumer.complete(held.get(2));
    namespace.restart();
    TestConsumer after = namespace.consume(queue, 100);
    assertThat(after.take()).isEmpty();

    namespace.pass(Duration.ofMinutes(1));

    Delivered again = after.takeOne();
    assertThat(again.body()).isEqualTo("c2");
    assertThat(again.attempt()).isEqualTo(2);
    assertThat(again.storedAtMs()).isEqualTo(held.get(1).storedAtMs());
    after.complete(again);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldDeliverOthersWhileAFailedOneWaits() {
    TestConsumer consumer = namespace.consume(queue, 100);
    namespace.sendMany("cart.Add", "c", 2);
    consumer.fail(consumer.take().get(0));

    namespace.send(command("cart.Add", "next"));

    assertThat(consumer.takeBodies()).containsExactly("next");
  }

  @Test
  void shouldDeadLetterAtOnceWhatFailsFinally() {
    TestConsumer consumer = namespace.consume(queue, 100);
    namespace.send(command("cart.Add", "1"));
    Delivered held = consumer.takeOne();

    consumer.failFinally(held);

    assertThat(namespace.counts(queue))
        .isEqualTo(new TestNamespace.Counts(0, 0, 0, 1, namespace.counts(queue).bytes()));
    SingleMessage letter = namespace.deadLetters(queue).get(0);
    assertThat(letter.errorClass()).isEqualTo("Undecodable");
    assertThat(letter.attempts()).isEqualTo(1);
    assertThat(consumer.complete(held)).isEqualTo(ErrorCode.ALREADY_SETTLED);
  }

  @Test
  void shouldFailEventsLikeCommandsButRecordNoOutcome() {
    int inbox = namespace.subscribe("billing", "cart.>");
    TestConsumer consumer = namespace.consume(inbox, 100);
    namespace.send(event("cart.Added", "1"));
    Delivered held = consumer.takeOne();

    consumer.failFinally(held);

    assertThat(namespace.counts(inbox).dead()).isEqualTo(1);
    assertThat(namespace.entries(Table.OUTCOMES)).isZero();
  }

  @Test
  void shouldKeepOneCopyOfAnEventFromFailingTheOthers() {
    TestConsumer one = namespace.consume(namespace.subscribe("one", "cart.>"), 10);
    TestConsumer two = namespace.consume(namespace.subscribe("two", "cart.>"), 10);
    namespace.send(event("cart.Added", "1"));

    one.failFinally(one.takeOne());
    two.complete(two.takeOne());

    assertThat(namespace.counts(one.destination()).dead()).isEqualTo(1);
    assertThat(namespace.entries(Table.CHUNKS)).as("the dead letter needs it").isEqualTo(1);
    namespace.drop(one.destination(), null);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldSettleManyMessagesInOneOperation() {
    TestConsumer consumer = namespace.consume(queue, 100);
    namespace.sendMany("cart.Add", "c", 6);
    List<Delivered> held = consumer.take();
    long epoch = held.get(0).epoch();
    MessageId rejected = held.get(2).message().id();

    List<Result.Refusal> refusals =
        consumer.settle(
            new Settlement.Complete(epoch, 1, 1),
            new Settlement.Fail(epoch, 2, false, "Broken", "", 0),
            new Settlement.Reject(epoch, 3, "INVALID", "no price"),
            new Settlement.Release(epoch, 4, 1),
            new Settlement.Extend(epoch, 5, 1, 60_000),
            new Settlement.Complete(epoch, 6, 1));

    assertThat(refusals).isEmpty();
    List<Delivered> again = consumer.take();
    assertThat(again).extracting(Delivered::sequence).containsExactly(2L, 4L);
    assertThat(again).extracting(Delivered::attempt).containsExactly(2, 1);
    assertThat(namespace.outcome(rejected).code()).isEqualTo("INVALID");
    assertThat(namespace.counts(queue).leased()).isEqualTo(3);
  }
}
