package io.parley.engine.sequencer;

import static io.parley.engine.testing.TestMessage.command;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.model.MessageId;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Somebody sets the machine's clock, an hour forth or back. */
class ClockJumpTest {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(200);

  private final TestNamespace namespace = new TestNamespace();
  private int queue;

  @BeforeEach
  void makeQueue() {
    queue = namespace.claim("cart", "cart.Add");
  }

  static LongStream hours() {
    return LongStream.of(1, -1);
  }

  private void jump(long hours) {
    namespace.time().jumpMs(Duration.ofHours(hours).toMillis());
  }

  /** As on a machine: the broker looks five times a second at least. */
  private void pass(Duration duration) {
    for (Duration left = duration; !left.isNegative() && !left.isZero(); left = left.minus(LOOK)) {
      namespace.pass(LOOK);
    }
  }

  @ParameterizedTest
  @MethodSource("hours")
  void shouldEndNoLeaseThatItsHolderKeeps(long hours) {
    TestConsumer consumer = namespace.consume(queue, 1);
    namespace.send(command("cart.Add", "lantern"));
    Delivered held = consumer.takeOne();

    jump(hours);
    for (int i = 0; i < 10; i++) {
      pass(LEASE.dividedBy(3)); // when clients extend
      assertThat(consumer.extend(held, (int) LEASE.toMillis())).isNull();
    }

    assertThat(consumer.complete(held)).isNull();
    namespace.assertNothingLeft();
  }

  @ParameterizedTest
  @MethodSource("hours")
  void shouldEndTheLeaseOfAHolderThatIsGone(long hours) {
    TestConsumer gone = namespace.consume(queue, 1);
    namespace.send(command("cart.Add", "lantern"));
    gone.takeOne();
    TestConsumer other = namespace.consume(queue, 1);

    jump(hours);
    pass(LEASE.multipliedBy(2).plus(LOOK));

    assertThat(other.takeBodies()).containsExactly("lantern");
  }

  @ParameterizedTest
  @MethodSource("hours")
  void shouldStoreOnceWhatIsSentAgain(long hours) {
    MessageId id = new MessageId(1, 1);
    namespace.send(command("cart.Add", "lantern").id(id).once());

    jump(hours);
    pass(Duration.ofMinutes(4)); // of a window of ten
    namespace.send(command("cart.Add", "lantern").id(id).once());

    assertThat(namespace.consume(queue, 10).takeBodies()).containsExactly("lantern");
  }

  @ParameterizedTest
  @MethodSource("hours")
  void shouldHandOutDelayedOnesAndRetriesOnce(long hours) {
    TestConsumer consumer = namespace.consume(queue, 10);
    namespace.send(command("cart.Add", "retried"));
    consumer.fail(consumer.takeOne(), 10_000);
    namespace.send(command("cart.Add", "delayed").notBefore(namespace.nowMs() + 20_000));

    jump(hours);
    for (int i = 0; i < 300; i++) { // a minute, of which the broker sees half at least
      pass(LOOK);
      consumer.complete(consumer.take());
    }

    assertThat(consumer.all())
        .extracting(Delivered::body)
        .containsExactly("retried", "retried", "delayed");
    namespace.assertNothingLeft();
  }

  @ParameterizedTest
  @MethodSource("hours")
  void shouldExpireNothingAtOnce(long hours) {
    namespace.send(command("cart.Add", "lantern").expiresAt(namespace.nowMs() + 60_000));

    jump(hours);
    pass(Duration.ofSeconds(10));

    assertThat(namespace.consume(queue, 10).takeBodies()).containsExactly("lantern");
  }

  @ParameterizedTest
  @MethodSource("hours")
  void shouldGoOnAfterARestart(long hours) {
    TestConsumer consumer = namespace.consume(queue, 10);
    namespace.send(command("cart.Add", "lantern"));
    consumer.fail(consumer.takeOne(), 10_000);
    jump(hours);

    namespace.restart();
    TestConsumer after = namespace.consume(queue, 10);
    for (int i = 0; i < 105; i++) { // 21 s, of which the broker sees half at least
      pass(LOOK);
      after.complete(after.take());
    }

    assertThat(after.all()).extracting(Delivered::body).containsExactly("lantern");
  }
}
