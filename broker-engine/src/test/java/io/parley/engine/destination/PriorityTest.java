package io.parley.engine.destination;

import static io.parley.engine.testing.TestMessage.command;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.operation.Operation;
import io.parley.engine.store.Table;
import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PriorityTest {
  private final TestNamespace namespace = new TestNamespace();
  private int queue;

  @BeforeEach
  void makeQueue() {
    queue = namespace.claim("cart", "cart.Add");
  }

  private static TestMessage of(int priority, String body) {
    return command("cart.Add", body).priority(priority);
  }

  /** All that is there, one after the other. */
  private List<String> handledInOrder(int credit) {
    List<String> bodies = new ArrayList<>();
    TestConsumer consumer = namespace.consume(queue, credit);
    for (List<Delivered> some = consumer.take(); !some.isEmpty(); some = consumer.take()) {
      some.forEach(message -> bodies.add(message.body()));
      consumer.complete(some);
      consumer.credit(some.size());
      namespace.run();
    }
    return bodies;
  }

  @Test
  void shouldHandOutTheHighestFirstAndInOrderWithinALevel() {
    namespace.send(of(0, "plain 1"), of(3, "three 1"), of(9, "nine 1"), of(3, "three 2"));
    namespace.send(of(0, "plain 2"), of(9, "nine 2"), of(1, "one"));

    assertThat(handledInOrder(1))
        .containsExactly("nine 1", "nine 2", "three 1", "three 2", "one", "plain 1", "plain 2");
  }

  @Test
  void shouldKeepThePriorityOfWhatWaitedForAnOwner() {
    namespace.send(
        command("billing.Pay", "plain"),
        command("billing.Pay", "low").priority(1),
        command("billing.Pay", "high").priority(9));

    queue = namespace.claim("billing", "billing.Pay");

    assertThat(handledInOrder(3)).containsExactly("high", "low", "plain");
  }

  @Test
  void shouldPassMessagesThatWaitedLonger() {
    namespace.send(of(0, "plain 1"), of(0, "plain 2"), of(0, "plain 3"));
    TestConsumer consumer = namespace.consume(queue, 1);
    Delivered held = consumer.takeOne();
    namespace.send(of(5, "urgent"));

    consumer.complete(held);
    consumer.credit(1);
    namespace.run();

    assertThat(consumer.takeBodies()).containsExactly("urgent");
  }

  @Test
  void shouldKeepThePriorityOfWhatIsGivenBackAndOfWhatFailed() {
    namespace.send(of(0, "plain"), of(2, "low"), of(7, "high"));
    TestConsumer consumer = namespace.consume(queue, 3);
    List<Delivered> held = consumer.take();
    assertThat(held).extracting(Delivered::body).containsExactly("high", "low", "plain");
    consumer.fail(held.get(0), 10);
    consumer.release(held.get(1));
    consumer.release(held.get(2));
    namespace.pass(Duration.ofSeconds(1));

    assertThat(handledInOrder(1)).containsExactly("high", "low", "plain");
  }

  @Test
  void shouldKeepPrioritiesAcrossRestartAndTransferAndRedrive() {
    namespace.send(of(0, "plain"), of(2, "low"), of(7, "high"));
    TestConsumer consumer = namespace.consume(queue, 1);
    consumer.failFinally(consumer.takeOne());
    namespace.redrive(queue, null);
    namespace.submit(new Operation.TransferType("cart.Add", "basket", "basket"));
    namespace.run();
    namespace.restart();
    namespace.pass(Duration.ofSeconds(1));
    queue = namespace.claim("basket", "cart.Add");

    assertThat(handledInOrder(1)).containsExactly("high", "low", "plain");
  }

  @Test
  void shouldNotHandOutBeforeItsTimeWhateverThePriority() {
    namespace.send(of(9, "later").notBefore(namespace.nowMs() + 1_000), of(1, "now"));
    TestConsumer consumer = namespace.consume(queue, 5);
    assertThat(consumer.takeBodies()).containsExactly("now");

    namespace.pass(Duration.ofSeconds(1));

    assertThat(consumer.takeBodies()).containsExactly("later");
  }

  @Test
  void shouldKeepTheOrderOfAKeyWhateverThePriority() {
    namespace.send(of(0, "1").key("k"), of(9, "2").key("k"), of(5, "3").key("k"));

    assertThat(handledInOrder(5)).containsExactly("1", "2", "3");
  }

  @Test
  void shouldHoldLittleInMemoryAndKeepTheOrderOfManyWithPriority() {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      namespace.send(of(4, "four " + i));
      expected.add("four " + i);
    }
    namespace.send(of(0, "plain"));
    expected.add("plain");
    assertThat(namespace.destination(queue).memoryInUse().delayed())
        .isLessThanOrEqualTo(DelayedMessages.PAGE);

    assertThat(handledInOrder(700)).isEqualTo(expected);

    namespace.assertNothingLeft();
  }

  @Test
  void shouldHandOutAHigherOneBeforeManyOfALowerOneAfterAPageAtMost() {
    List<TestMessage> many = new ArrayList<>();
    for (int i = 0; i < 4_000; i++) {
      many.add(of(2, "two " + i));
    }
    namespace.send(many);
    namespace.send(of(8, "eight"));

    assertThat(handledInOrder(100).indexOf("eight")).isBetween(0, DelayedMessages.PAGE);
  }

  @Test
  void shouldCostNothingWherePrioritiesAreNotUsed() {
    namespace.send(of(0, "a"), of(0, "b"));

    assertThat(namespace.entries(Table.DELAYED)).isZero();
    assertThat(namespace.entries(Table.RUNS)).isEqualTo(1);
  }
}
