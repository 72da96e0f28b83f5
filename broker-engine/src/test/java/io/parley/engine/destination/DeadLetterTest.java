package io.parley.engine.destination;

import static io.parley.engine.testing.TestMessage.command;
import static io.parley.engine.testing.TestMessage.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.store.Table;
import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Settlement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeadLetterTest {
  private final TestNamespace namespace = new TestNamespace();
  private int queue;

  @BeforeEach
  void makeQueue() {
    queue = namespace.claim("cart", "cart.Add");
  }

  private List<Delivered> bury(int count) {
    TestConsumer consumer = namespace.consume(queue, count);
    namespace.sendMany("cart.Add", "c", count);
    List<Delivered> held = consumer.take();
    held.forEach(consumer::failFinally);
    consumer.disconnect();
    return held;
  }

  @Test
  void shouldKeepDeadLettersInTheirOwnQueueAcrossRestart() {
    bury(3);
    namespace.restart();

    assertThat(namespace.counts(queue).dead()).isEqualTo(3);
    assertThat(namespace.deadLetters(queue))
        .extracting(SingleMessage::sequence)
        .containsExactly(1L, 2L, 3L);
    assertThat(namespace.deadLetters(queue))
        .extracting(letter -> namespace.destination(queue).record(letter).id())
        .containsExactlyElementsOf(
            namespace.deadLetters(queue).stream().map(SingleMessage::id).toList());
    assertThat(namespace.consume(queue, 10).take()).as("not delivered").isEmpty();
  }

  @Test
  void shouldListDeadLettersFromASequenceOn() {
    bury(5);
    StringBuilder found = new StringBuilder();

    namespace
        .destination(queue)
        .deadLetters(3, letter -> found.append(letter.sequence()).length() < 2);

    assertThat(found).hasToString("34");
  }

  @Test
  void shouldRedriveAllWithNoAttemptsCounted() {
    bury(3);

    assertThat(namespace.redrive(queue, null)).isEqualTo(3);
    assertThat(namespace.redrive(queue, null)).isZero();

    namespace.pass(Duration.ofMillis(1));
    TestConsumer consumer = namespace.consume(queue, 10);
    List<Delivered> again = consumer.take();
    assertThat(again).extracting(Delivered::body).containsExactly("c1", "c2", "c3");
    assertThat(again).extracting(Delivered::attempt).containsOnly(1);
    consumer.complete(again);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldRedriveToAConsumerThatWaits() {
    TestConsumer consumer = namespace.consume(queue, 10);
    namespace.send(command("cart.Add", "1"));
    consumer.failFinally(consumer.takeOne());

    namespace.redrive(queue, null);
    namespace.pass(Duration.ofMillis(1));

    assertThat(consumer.takeBodies()).containsExactly("1");
  }

  @Test
  void shouldRedriveOne() {
    List<Delivered> buried = bury(3);
    MessageId second = buried.get(1).message().id();

    assertThat(namespace.redrive(queue, second)).isEqualTo(1);
    assertThat(namespace.redrive(queue, second)).as("not there any more").isZero();

    namespace.pass(Duration.ofMillis(1));
    assertThat(namespace.consume(queue, 10).takeBodies()).containsExactly("c2");
    assertThat(namespace.counts(queue).dead()).isEqualTo(2);
  }

  @Test
  void shouldDropOneOrAll() {
    List<Delivered> buried = bury(3);

    assertThat(namespace.drop(queue, buried.get(1).message().id())).isEqualTo(1);
    assertThat(namespace.deadLetters(queue))
        .extracting(SingleMessage::sequence)
        .containsExactly(1L, 3L);
    assertThat(namespace.entries(Table.CHUNKS)).isEqualTo(1);

    assertThat(namespace.drop(queue, null)).isEqualTo(2);
    assertThat(namespace.drop(queue, null)).isZero();
    namespace.assertNothingLeft();
  }

  @Test
  void shouldRedriveAndDropManyStepByStep() {
    bury(Operation.DEAD_LETTERS_AT_ONCE + 10);

    assertThat(namespace.redrive(queue, null)).isEqualTo(Operation.DEAD_LETTERS_AT_ONCE);
    assertThat(namespace.drop(queue, null)).isEqualTo(10);

    namespace.pass(Duration.ofMillis(1));
    TestConsumer consumer = namespace.consume(queue, 10_000);
    consumer.completeInRanges(consumer.take());
    namespace.assertNothingLeft();
  }

  @Test
  void shouldHoldNoRedrivenMessagesInMemoryWhileNobodyConsumes() {
    bury(Operation.DEAD_LETTERS_AT_ONCE);

    namespace.redrive(queue, null);
    namespace.pass(Duration.ofSeconds(1));

    assertThat(namespace.destination(queue).memoryInUse()).isEqualTo(MemoryInUse.NONE);
  }

  @Test
  void shouldKeepRedrivenMessagesAcrossRestart() {
    bury(2);
    namespace.redrive(queue, null);
    namespace.restart();
    namespace.pass(Duration.ofMillis(1));

    assertThat(namespace.consume(queue, 10).takeBodies()).containsExactly("c1", "c2");
  }

  @Test
  void shouldKeepTheChunkOnlyAsLongAsADeadLetterNeedsIt() {
    TestConsumer consumer = namespace.consume(queue, 10);
    namespace.sendMany("cart.Add", "c", 3);
    List<Delivered> held = consumer.take();
    consumer.failFinally(held.get(1));
    assertThat(namespace.entries(Table.CHUNK_REFS)).as("the run and the letter").isEqualTo(1);

    consumer.complete(held.get(0));
    consumer.complete(held.get(2));

    assertThat(namespace.entries(Table.RUNS)).isZero();
    assertThat(namespace.entries(Table.CHUNK_REFS)).as("the letter alone").isZero();
    assertThat(namespace.entries(Table.CHUNKS)).isEqualTo(1);
    namespace.drop(queue, null);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldReclaimNoChunkThatADeadLetterNeeds() {
    bury(1);
    for (int i = 0; i < 5; i++) {
      TestConsumer consumer = namespace.consume(queue, 1);
      namespace.send(command("cart.Add", "later" + i));
      consumer.complete(consumer.takeOne());
      consumer.disconnect();
      namespace.pass(Duration.ofMinutes(1));
    }

    namespace.redrive(queue, null);
    namespace.pass(Duration.ofMillis(1));
    namespace.restart();

    assertThat(namespace.consume(queue, 1).takeBodies()).containsExactly("c1");
  }

  @Test
  void shouldOpenTheOutcomeOfARedrivenCommandAgain() {
    Delivered buried = bury(1).get(0);
    MessageId id = buried.message().id();
    assertThat(namespace.outcome(id).status()).isEqualTo(OutcomeStatus.DEAD_LETTERED);

    namespace.redrive(queue, null);

    assertThat(namespace.outcome(id).status()).isEqualTo(OutcomeStatus.PENDING);
    namespace.pass(Duration.ofMillis(1));
    TestConsumer consumer = namespace.consume(queue, 1);
    consumer.reject(consumer.takeOne(), "INVALID");
    assertThat(namespace.outcome(id).status()).isEqualTo(OutcomeStatus.REJECTED);
  }

  @Test
  void shouldKeepTheOutcomeOfADroppedCommand() {
    Delivered buried = bury(1).get(0);

    namespace.drop(queue, null);

    assertThat(namespace.outcome(buried.message().id()).status())
        .isEqualTo(OutcomeStatus.DEAD_LETTERED);
  }

  @Test
  void shouldLeaveOutcomesAloneWhenAnEventIsRedriven() {
    TestConsumer billing = namespace.consume(namespace.subscribe("billing", "cart.>"), 1);
    MessageId shared = new MessageId(5, 5);
    TestConsumer cart = namespace.consume(queue, 1);
    namespace.send(command("cart.Add", "c").id(shared), event("cart.Added", "e").id(shared));
    cart.reject(cart.takeOne(), "INVALID");
    billing.failFinally(billing.takeOne());

    namespace.redrive(billing.destination(), null);

    assertThat(namespace.outcome(shared).status()).isEqualTo(OutcomeStatus.REJECTED);
  }

  @Test
  void shouldRefuseToRedriveInADestinationThatDoesNotExist() {
    for (Operation operation :
        List.of(
            new Operation.Redrive(99, Operation.DeadLetters.ALL),
            new Operation.DropDeadLetters(99, Operation.DeadLetters.ALL))) {
      assertThat(namespace.submit(operation))
          .isEqualTo(new Result.Refused(ErrorCode.NOT_FOUND, "destination 99 does not exist"));
    }
  }

  @Test
  void shouldRedriveThoseOfOneErrorClassOrOneTypeAlone() {
    int two = namespace.claim("two", "two.A", "two.B");
    namespace.send(command("two.A", "1"), command("two.B", "2"), command("two.A", "3"));
    TestConsumer consumer = namespace.consume(two, 3);
    for (Delivered message : consumer.take()) {
      consumer.settleOne(
          new Settlement.Fail(
              message.epoch(), message.sequence(), true, "Class" + message.body(), "", -1));
    }

    Result ofType =
        namespace.submit(
            new Operation.DropDeadLetters(
                two, new Operation.DeadLetters(null, null, "two.B", 0, 10)));
    Result ofClass =
        namespace.submit(
            new Operation.Redrive(two, new Operation.DeadLetters(null, "Class3", null, 0, 10)));

    assertThat(ofType).isEqualTo(new Result.Step(1, Long.MAX_VALUE));
    assertThat(ofClass).isEqualTo(new Result.Step(1, Long.MAX_VALUE));
    consumer.credit(5);
    namespace.pass(Duration.ofSeconds(1));
    assertThat(consumer.takeBodies()).containsExactly("3");
    assertThat(namespace.counts(two).dead()).isEqualTo(1);
  }

  @Test
  void shouldStopAfterAsManyAsAreAskedForAndSayWhereToGoOn() {
    bury(5);

    Result.Step first =
        (Result.Step)
            namespace.submit(
                new Operation.Redrive(queue, new Operation.DeadLetters(null, null, null, 0, 2)));
    Result.Step rest =
        (Result.Step)
            namespace.submit(
                new Operation.Redrive(
                    queue, new Operation.DeadLetters(null, null, null, first.next(), 10)));

    assertThat(first.count()).isEqualTo(2);
    assertThat(rest).isEqualTo(new Result.Step(3, Long.MAX_VALUE));
  }
}
