package io.parley.engine.destination;

import static io.parley.engine.testing.TestMessage.command;
import static io.parley.engine.testing.TestMessage.event;
import static org.assertj.core.api.Assertions.assertThat;

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

class DelayTest {
  private final TestNamespace namespace = new TestNamespace();
  private int queue;

  @BeforeEach
  void makeQueue() {
    queue = namespace.claim("cart", "cart.Add");
  }

  private TestMessage in(Duration delay, String body) {
    return command("cart.Add", body).notBefore(namespace.nowMs() + delay.toMillis());
  }

  @Test
  void shouldDeliverAMessageNotBeforeItsTime() {
    TestConsumer consumer = namespace.consume(queue, 10);
    namespace.send(in(Duration.ofSeconds(60), "later"), command("cart.Add", "now"));
    Delivered now = consumer.takeOne();
    assertThat(now.body()).isEqualTo("now");
    consumer.complete(now);

    namespace.pass(Duration.ofMillis(59_999));
    assertThat(consumer.take()).isEmpty();
    namespace.pass(Duration.ofMillis(1));

    assertThat(consumer.takeBodies()).containsExactly("later");
  }

  @Test
  void shouldDeliverAtOnceWhatIsNotBeforeATimeThatIsOver() {
    TestConsumer consumer = namespace.consume(queue, 10);

    namespace.send(command("cart.Add", "1").notBefore(namespace.nowMs()));

    assertThat(consumer.takeBodies()).containsExactly("1");
    assertThat(namespace.entries(Table.DELAYED)).isZero();
  }

  @Test
  void shouldWakeUpWhenTheNextMessageIsDue() {
    namespace.consume(queue, 10);
    namespace.send(in(Duration.ofMillis(130), "a"), in(Duration.ofMillis(70), "b"));

    assertThat(namespace.sequencer().runOnce()).isEqualTo(70);
    namespace.time().passMs(70);
    assertThat(namespace.sequencer().runOnce()).isEqualTo(60);
  }

  @Test
  void shouldDeliverByDueTimeWhateverTheOrderOfSending() {
    TestConsumer consumer = namespace.consume(queue, 10);
    namespace.send(
        in(Duration.ofSeconds(30), "third"),
        in(Duration.ofSeconds(10), "first"),
        in(Duration.ofSeconds(20), "second"));

    for (String expected : List.of("first", "second", "third")) {
      namespace.pass(Duration.ofSeconds(10));
      assertThat(consumer.takeBodies()).containsExactly(expected);
    }
  }

  @Test
  void shouldKeepDelayedMessagesAcrossRestart() {
    namespace.send(in(Duration.ofSeconds(10), "a"), command("cart.Add", "now"));
    namespace.send(in(Duration.ofSeconds(20), "b"));
    namespace.restart();
    assertThat(namespace.counts(queue).delayed()).isEqualTo(2);
    TestConsumer consumer = namespace.consume(queue, 10);
    List<Delivered> held = new ArrayList<>(consumer.take());
    namespace.pass(Duration.ofSeconds(10));
    held.addAll(consumer.take());
    namespace.pass(Duration.ofSeconds(10));
    held.addAll(consumer.take());

    assertThat(held).extracting(Delivered::body).containsExactly("now", "a", "b");
    consumer.complete(held);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldDeliverAfterRestartWhatCameDueMeanwhile() {
    namespace.send(in(Duration.ofSeconds(10), "a"));
    namespace.time().pass(Duration.ofMinutes(1));
    namespace.restart();

    assertThat(namespace.consume(queue, 10).takeBodies()).containsExactly("a");
  }

  @Test
  void shouldDelayEachCopyOfAnEvent() {
    TestConsumer one = namespace.consume(namespace.subscribe("one", "cart.>"), 10);
    TestConsumer two = namespace.consume(namespace.subscribe("two", "cart.>"), 10);
    namespace.send(event("cart.Added", "1").notBefore(namespace.nowMs() + 1_000));
    assertThat(namespace.entries(Table.CHUNKS)).isEqualTo(1);
    namespace.pass(Duration.ofSeconds(1));

    one.complete(one.takeOne());
    two.complete(two.takeOne());

    namespace.assertNothingLeft();
  }

  @Test
  void shouldReturnADelayedMessageWhoseConsumerIsGone() {
    namespace.send(in(Duration.ofSeconds(1), "a"));
    TestConsumer gone = namespace.consume(queue, 10);
    namespace.pass(Duration.ofSeconds(1));
    gone.takeOne();
    gone.disconnect();

    TestConsumer other = namespace.consume(queue, 10);

    Delivered again = other.takeOne();
    assertThat(again.attempt()).isEqualTo(1);
    other.complete(again);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldDeliverManyThatComeDueAtOnceByThePage() {
    int count = DelayedMessages.PAGE * 3 + 5;
    List<TestMessage> batch = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      batch.add(in(Duration.ofSeconds(1), "" + i));
    }
    namespace.send(batch);
    TestConsumer consumer = namespace.consume(queue, 10);
    namespace.pass(Duration.ofSeconds(1));
    assertThat(namespace.destination(queue).memoryInUse().delayed())
        .isLessThanOrEqualTo(DelayedMessages.PAGE);
    assertThat(namespace.counts(queue).ready() + namespace.counts(queue).delayed())
        .as("all but those in the consumer's hands")
        .isEqualTo(count - 10);

    List<Delivered> all = new ArrayList<>(consumer.take());
    while (all.size() < count) {
      consumer.completeInRanges(all.subList(all.size() - 10, all.size()));
      List<Delivered> next = consumer.credit(10).take();
      assertThat(next).isNotEmpty();
      all.addAll(next);
    }
    consumer.completeInRanges(all.subList(all.size() - all.size() % 10, all.size()));

    assertThat(all).extracting(Delivered::sequence).isSorted().hasSize(count);
    namespace.restart();
    TestConsumer rest = namespace.consume(queue, 100);
    rest.completeInRanges(rest.take());
    namespace.assertNothingLeft();
  }

  @Test
  void shouldDeliverAllThatIsDueAtOnceToOneWithEnoughCredit() {
    int count = DelayedMessages.PAGE * 3 + 5;
    List<TestMessage> batch = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      batch.add(in(Duration.ofSeconds(1), "" + i));
    }
    namespace.send(batch);
    TestConsumer consumer = namespace.consume(queue, 10_000);

    namespace.pass(Duration.ofSeconds(1));

    assertThat(consumer.take()).hasSize(count);
  }

  /** It would come around again and again for messages that nobody takes. */
  @Test
  void shouldRestWhileMessagesAreDueThatNobodyTakes() {
    List<TestMessage> batch = new ArrayList<>();
    for (int i = 0; i < DelayedMessages.PAGE * 2; i++) {
      batch.add(in(Duration.ofSeconds(1), "" + i));
    }
    namespace.send(batch);
    namespace.pass(Duration.ofSeconds(2));
    assertThat(namespace.sequencer().runOnce()).as("without consumers").isGreaterThan(100);
    assertThat(namespace.destination(queue).memoryInUse()).isEqualTo(MemoryInUse.NONE);

    TestConsumer consumer = namespace.consume(queue, 0);
    assertThat(namespace.sequencer().runOnce()).as("without credit").isGreaterThan(100);
    consumer.choke();
    consumer.credit(10);
    assertThat(namespace.sequencer().runOnce()).as("not writable").isGreaterThan(100);
    consumer.resume();

    assertThat(consumer.take()).hasSize(10);
    assertThat(namespace.sequencer().runOnce()).as("credit used up").isGreaterThan(100);
  }

  @Test
  void shouldHoldNothingInMemoryForDelayedMessages() {
    namespace.consume(queue, 10);
    List<TestMessage> batch = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      batch.add(in(Duration.ofHours(1), "" + i).key("k" + i % 10));
    }
    namespace.send(batch);

    assertThat(namespace.destination(queue).memoryInUse()).isEqualTo(MemoryInUse.NONE);
    assertThat(namespace.counts(queue).delayed()).isEqualTo(10_000);
  }
}
