package io.parley.engine.settle;

import static io.parley.engine.testing.TestMessage.command;
import static io.parley.engine.testing.TestMessage.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.destination.Destination;
import io.parley.engine.destination.MessagePlace;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.OutcomeStatus;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CancelTest {
  private final TestNamespace namespace = new TestNamespace();
  private int queue;

  @BeforeEach
  void makeQueue() {
    queue = namespace.claim("cart", "cart.Add");
  }

  /** Cancels a command that is found where it waits. */
  private Result cancel(Destination destination, TestMessage command) {
    for (MessagePlace place : destination.firstPlaces(100)) {
      var record = destination.record(place);
      if (record != null && record.id().equals(command.id())) {
        return namespace.submit(
            new Operation.Cancel(command.id(), destination.id(), place.sequence(), place.run()));
      }
    }
    return namespace.submit(new Operation.Cancel(command.id(), destination.id(), 1, 1));
  }

  private Result cancel(TestMessage command) {
    return cancel(namespace.destination(queue), command);
  }

  private OutcomeStatus outcome(TestMessage command) {
    return namespace.outcome(command.id()).status();
  }

  private static ErrorCode code(Result result) {
    return ((Result.Refused) result).code();
  }

  @Test
  void shouldEndACommandThatWaitsAndTellIt() {
    TestMessage wanted = command("cart.Add", "b");
    namespace.send(command("cart.Add", "a"), wanted, command("cart.Add", "c"));

    assertThat(cancel(wanted)).isEqualTo(Result.DONE);

    assertThat(outcome(wanted)).isEqualTo(OutcomeStatus.CANCELLED);
    assertThat(namespace.outcomesTold())
        .extracting(told -> told.outcome().status())
        .containsExactly(OutcomeStatus.CANCELLED);
    namespace.restart();
    TestConsumer consumer = namespace.consume(queue, 5);
    assertThat(consumer.take()).extracting(Delivered::body).containsExactly("a", "c");
  }

  @Test
  void shouldEndACommandThatWaitsForItsTimeAndOneThatWaitsForItsNextAttempt() {
    TestMessage later = command("cart.Add", "later").notBefore(namespace.nowMs() + 60_000);
    TestMessage failed = command("cart.Add", "failed");
    namespace.send(later, failed);
    TestConsumer consumer = namespace.consume(queue, 5);
    consumer.fail(consumer.takeOne());

    assertThat(cancel(later)).isEqualTo(Result.DONE);
    assertThat(cancel(failed)).isEqualTo(Result.DONE);

    namespace.pass(Duration.ofMinutes(2));
    assertThat(consumer.take()).isEmpty();
    namespace.assertNothingLeft();
  }

  @Test
  void shouldEndACommandThatNobodyOwns() {
    TestMessage unowned = command("pay.Pay", "1");
    namespace.send(unowned);

    assertThat(cancel(namespace.unowned("pay.Pay"), unowned)).isEqualTo(Result.DONE);

    assertThat(outcome(unowned)).isEqualTo(OutcomeStatus.CANCELLED);
    assertThat(namespace.consume(namespace.claim("pay", "pay.Pay"), 5).take()).isEmpty();
  }

  @Test
  void shouldLetTheNextOfItsKeyGo() {
    TestMessage first = command("cart.Add", "1").key("k").notBefore(namespace.nowMs() + 60_000);
    namespace.send(first, command("cart.Add", "2").key("k"));
    TestConsumer consumer = namespace.consume(queue, 5);
    assertThat(consumer.take()).isEmpty();

    cancel(first);

    assertThat(consumer.takeBodies()).containsExactly("2");
  }

  @Test
  void shouldRefuseWhatAConsumerHas() {
    TestMessage held = command("cart.Add", "a").tracked();
    namespace.send(held);
    TestConsumer consumer = namespace.consume(queue, 5);
    Delivered delivered = consumer.takeOne();

    assertThat(code(cancel(held))).isEqualTo(ErrorCode.NOT_CANCELLABLE);

    assertThat(consumer.complete(delivered)).isNull();
    assertThat(outcome(held)).isEqualTo(OutcomeStatus.COMPLETED);
  }

  @Test
  void shouldRefuseWhatHasEnded() {
    TestMessage rejected = command("cart.Add", "a");
    TestMessage dead = command("cart.Add", "b");
    namespace.send(rejected, dead);
    TestConsumer consumer = namespace.consume(queue, 5);
    var both = consumer.take();
    consumer.reject(both.get(0), "INVALID");
    consumer.failFinally(both.get(1));

    assertThat(code(cancel(rejected))).isEqualTo(ErrorCode.NOT_CANCELLABLE);
    assertThat(code(cancel(dead))).isEqualTo(ErrorCode.NOT_CANCELLABLE);

    assertThat(outcome(rejected)).isEqualTo(OutcomeStatus.REJECTED);
    assertThat(namespace.counts(queue).dead()).isEqualTo(1);
  }

  @Test
  void shouldRefuseACopyOfAnEvent() {
    int inbox = namespace.subscribe("one", "cart.>");
    TestMessage fact = event("cart.Added", "a");
    namespace.send(fact);

    assertThat(code(cancel(namespace.destination(inbox), fact)))
        .isEqualTo(ErrorCode.NOT_CANCELLABLE);

    assertThat(namespace.counts(inbox).ready()).isEqualTo(1);
  }

  @Test
  void shouldEndNoOtherCommandThanTheOneMeant() {
    namespace.send(command("cart.Add", "a"));

    assertThat(code(cancel(command("cart.Add", "another")))).isEqualTo(ErrorCode.NOT_CANCELLABLE);

    assertThat(namespace.counts(queue).ready()).isEqualTo(1);
  }
}
