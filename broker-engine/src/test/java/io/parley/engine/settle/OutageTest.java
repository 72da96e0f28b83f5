package io.parley.engine.settle;

import static io.parley.engine.testing.TestMessage.command;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.EngineSettings;
import io.parley.engine.destination.DestinationSettings;
import io.parley.engine.operation.Operation;
import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestNamespace;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutageTest {
  private static final int AFTER = 5;

  private final TestNamespace namespace = new TestNamespace(EngineSettings.DEFAULTS);
  private int queue;

  @BeforeEach
  void makeQueue() {
    queue = namespace.claim("cart", "cart.Add");
    namespace.submit(
        new Operation.Configure(queue, new DestinationSettings(false, 3, 10, 10, 0, AFTER, 0, 0)));
    for (int i = 0; i < 8; i++) {
      namespace.send(command("cart.Add", "m" + i));
    }
  }

  /** So many failures, each of what comes next. */
  private void fail(TestConsumer consumer, int times) {
    for (int i = 0; i < times; i++) {
      for (Delivered next = poll(consumer); next != null; next = null) {
        consumer.fail(next, 60_000);
      }
      consumer.credit(1);
      namespace.run();
    }
  }

  private static Delivered poll(TestConsumer consumer) {
    List<Delivered> some = consumer.take();
    return some.isEmpty() ? null : some.get(0);
  }

  private boolean isOutage() {
    return namespace.destination(queue).outageSinceMs() != 0;
  }

  @Test
  void shouldTakeFailuresInARowOfSeveralMessagesForAnOutage() {
    TestConsumer consumer = namespace.consume(queue, 1);

    fail(consumer, AFTER - 1);
    assertThat(isOutage()).isFalse();
    fail(consumer, 1);

    assertThat(isOutage()).isTrue();
    assertThat(namespace.outagesTold()).containsExactly("cart");
  }

  @Test
  void shouldNotTakeTheFailuresOfOneMessageForAnOutage() {
    TestConsumer consumer = namespace.consume(queue, 1);
    Delivered first = consumer.takeOne();
    consumer.fail(first, 0);
    for (int i = 0; i < 3 * AFTER; i++) {
      consumer.credit(1);
      namespace.run();
      Delivered next = poll(consumer);
      if (next != null && next.sequence() == first.sequence()) {
        consumer.fail(next, 0);
      } else if (next != null) {
        consumer.release(next);
      }
    }

    assertThat(isOutage()).isFalse();
  }

  @Test
  void shouldBeginAnewAfterASuccess() {
    TestConsumer consumer = namespace.consume(queue, 1);
    fail(consumer, AFTER - 1);
    consumer.complete(consumer.takeOne());
    consumer.credit(1);
    namespace.run();

    fail(consumer, 1);

    assertThat(isOutage()).isFalse();
  }

  @Test
  void shouldTryOneMessageAtATimeAfterAWaitThatDoubles() {
    TestConsumer consumer = namespace.consume(queue, 1);
    fail(consumer, AFTER);
    consumer.credit(100);
    namespace.run();
    assertThat(consumer.take()).isEmpty();

    namespace.pass(Duration.ofSeconds(1));
    List<Delivered> first = consumer.take();
    assertThat(first).hasSize(1);
    consumer.fail(first.get(0), 60_000);
    namespace.pass(Duration.ofMillis(1_999));
    assertThat(consumer.take()).isEmpty();
    namespace.pass(Duration.ofMillis(1));

    assertThat(consumer.take()).hasSize(1);
  }

  @Test
  void shouldGoOnTryingThoughAllWaitForTheirNextAttempt() {
    TestConsumer consumer = namespace.consume(queue, 100);
    for (Delivered message : consumer.take()) {
      consumer.fail(message, 60_000);
    }
    consumer.credit(100);
    namespace.run();
    assertThat(isOutage()).isTrue();
    assertThat(consumer.take()).isEmpty();

    namespace.pass(Duration.ofSeconds(30)); // it could be tried, but nothing is there
    assertThat(consumer.take()).isEmpty();
    namespace.pass(Duration.ofSeconds(30));

    assertThat(consumer.take()).hasSize(1);
  }

  @Test
  void shouldNotWaitLongerForWhatWasInHandWhenItBegan() {
    TestConsumer consumer = namespace.consume(queue, 7);
    for (Delivered message : consumer.take()) {
      consumer.fail(message, 60_000);
    }
    consumer.credit(5);

    namespace.pass(Duration.ofSeconds(1));

    assertThat(consumer.take()).hasSize(1);
  }

  @Test
  void shouldCountNoAttemptsMeanwhile() {
    TestConsumer consumer = namespace.consume(queue, 1);
    fail(consumer, AFTER);
    consumer.credit(100);
    for (int i = 0; i < 50; i++) {
      namespace.pass(Duration.ofMinutes(2));
      for (Delivered tried : consumer.take()) {
        assertThat(tried.attempt()).isLessThanOrEqualTo(2);
        consumer.fail(tried, 10);
      }
    }

    assertThat(namespace.counts(queue).dead()).isZero();
  }

  @Test
  void shouldGoOnWithAllOfThemAfterOneSuccess() {
    TestConsumer consumer = namespace.consume(queue, 1);
    fail(consumer, AFTER);
    consumer.credit(100);
    namespace.pass(Duration.ofSeconds(1));

    consumer.complete(consumer.takeOne());

    assertThat(isOutage()).isFalse();
    assertThat(consumer.take()).hasSize(2);
  }

  @Test
  void shouldSetAsideForGoodWhatCanNeverSucceed() {
    TestConsumer consumer = namespace.consume(queue, 1);
    fail(consumer, AFTER);
    consumer.credit(100);
    namespace.pass(Duration.ofSeconds(1));

    consumer.failFinally(consumer.takeOne());

    assertThat(namespace.counts(queue).dead()).isEqualTo(1);
    assertThat(isOutage()).isTrue();
  }

  @Test
  void shouldNeverHaveAnOutageIfToldSo() {
    namespace.submit(
        new Operation.Configure(queue, new DestinationSettings(false, 1_000, 10, 10, 0, 0, 0, 0)));
    TestConsumer consumer = namespace.consume(queue, 1);

    fail(consumer, 8);

    assertThat(isOutage()).isFalse();
  }
}
