package io.parley.engine.destination;

import static io.parley.engine.testing.TestMessage.command;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.ErrorCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Destinations to which nothing happens let go of what only busy ones need, and go on after. */
class RestTest {
  private static final Duration A_WHILE = Duration.ofSeconds(1);

  private final TestNamespace namespace = new TestNamespace();
  private final int queue = namespace.claim("cart", "cart.Add");

  private void rest() {
    namespace.pass(A_WHILE);
    namespace.pass(A_WHILE);
  }

  @Test
  void shouldKnowWhichHaveSomethingWithoutALookAtTheOthers() {
    namespace.claim("idle", "idle.Do");
    rest();
    assertThat(namespace.engine().destinations().occupied()).isEmpty();

    namespace.sendMany("cart.Add", "m", 3);
    rest();
    assertThat(namespace.engine().destinations().occupied())
        .containsExactly(namespace.destination(queue));

    namespace.restart();
    assertThat(namespace.engine().destinations().occupied())
        .containsExactly(namespace.destination(queue));

    TestConsumer consumer = namespace.consume(queue, 10);
    consumer.complete(consumer.take());
    rest();
    assertThat(namespace.engine().destinations().occupied()).as("has a consumer").hasSize(1);

    consumer.leave();
    rest();
    assertThat(namespace.engine().destinations().occupied()).isEmpty();
  }

  @Test
  void shouldGoOnInOrderAfterARest() {
    TestConsumer consumer = namespace.consume(queue, 10);
    namespace.sendMany("cart.Add", "a", 3);
    consumer.complete(consumer.take());
    rest();

    namespace.sendMany("cart.Add", "b", 3);

    List<Delivered> after = consumer.take();
    assertThat(after).extracting(Delivered::body).containsExactly("b1", "b2", "b3");
    consumer.complete(after);
    rest();
    namespace.assertNothingLeft();
  }

  @Test
  void shouldStillKnowWhatIsLeasedAndWhatWasSettledAfterARest() {
    TestConsumer consumer = namespace.consume(queue, 2);
    namespace.sendMany("cart.Add", "a", 5);
    List<Delivered> held = consumer.take();
    consumer.complete(held.get(0));
    rest();

    assertThat(consumer.complete(held.get(0))).isEqualTo(ErrorCode.ALREADY_SETTLED);
    assertThat(consumer.complete(held.get(1))).isNull();
    consumer.credit(10);
    consumer.complete(consumer.take());
    rest();
    assertThat(consumer.complete(held.get(1))).isEqualTo(ErrorCode.ALREADY_SETTLED);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldKeepTheOrderOfKeysAcrossARest() {
    TestConsumer consumer = namespace.consume(queue, 10);
    namespace.send(command("cart.Add", "k1").key("k"), command("cart.Add", "k2").key("k"));
    Delivered first = consumer.takeOne();
    rest();

    assertThat(consumer.take()).isEmpty();
    consumer.complete(first);
    Delivered second = consumer.takeOne();
    assertThat(second.body()).isEqualTo("k2");
    consumer.complete(second);
    rest();
    namespace.assertNothingLeft();
  }

  @Test
  void shouldEndLeasesWhenTheirTimeIsOverAlsoWhereOneWasMadeShorter() {
    TestConsumer longer = namespace.consume(queue, 1, 60_000);
    TestConsumer shorter = namespace.consume(queue, 1, 60_000);
    namespace.sendMany("cart.Add", "a", 2);
    shorter.extend(shorter.take().get(0), 5_000);
    longer.take();

    namespace.pass(Duration.ofSeconds(6));
    assertThat(namespace.destination(queue).leased()).isEqualTo(1);

    namespace.pass(Duration.ofSeconds(60));
    assertThat(namespace.destination(queue).leased()).isZero();
    assertThat(namespace.destination(queue).ready()).isEqualTo(2);
  }
}
