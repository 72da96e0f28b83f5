package io.parley.engine.intake;

import static io.parley.engine.testing.TestMessage.command;
import static io.parley.engine.testing.TestMessage.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.engine.destination.DestinationSettings;
import io.parley.engine.destination.Quota;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageId;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuotaTest {
  private static final long MANY = 1L << 39;

  private final TestNamespace namespace = new TestNamespace();

  private void limit(int destination, long messages, long bytes) {
    namespace.submit(
        new Operation.Configure(
            destination,
            new DestinationSettings(
                false, 0, 0, 0, 0, DestinationSettings.NOT_SET, messages, bytes)));
  }

  @Test
  void shouldRecogniseWhatIsStoredThoughThereIsNoRoomForMore() {
    int queue = namespace.claim("cart", "cart.Add");
    TestMessage stored = command("cart.Add", "1").id(new MessageId(1, 1)).once();
    limit(queue, 1, MANY);
    namespace.send(stored);

    assertThat(namespace.send(stored)).isEmpty();
    assertThat(namespace.send(command("cart.Add", "2").id(new MessageId(2, 2)).once())).hasSize(1);
  }

  @Test
  void shouldRefuseWhatIsOneMessageTooManyAndStoreTheRest() {
    int queue = namespace.claim("cart", "cart.Add", "cart.Other");
    namespace.claim("pay", "pay.Pay");
    limit(queue, 2, MANY);

    List<Result.Refusal> refusals =
        namespace.send(
            command("cart.Add", "1"),
            command("cart.Add", "2"),
            command("cart.Add", "3"),
            command("pay.Pay", "4"));

    assertThat(refusals)
        .singleElement()
        .satisfies(
            refusal -> {
              assertThat(refusal.index()).isEqualTo(2);
              assertThat(refusal.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
              assertThat(refusal.message())
                  .startsWith("queue 'cart': 3 messages")
                  .contains("(expected: at most 2 messages");
            });
    assertThat(namespace.counts(queue).ready()).isEqualTo(2);
  }

  @Test
  void shouldTakeExactlyAsManyBytesAsAreAllowed() {
    int queue = namespace.claim("cart", "cart.Add");
    TestMessage first = command("cart.Add", "1").padded(1_000);
    namespace.send(first);
    long size = namespace.counts(queue).bytes();
    limit(queue, MANY, 2 * size);

    assertThat(namespace.send(command("cart.Add", "2").padded(1_000))).isEmpty();
    assertThat(namespace.send(command("cart.Add", "3")))
        .extracting(Result.Refusal::code)
        .containsExactly(ErrorCode.QUOTA_EXCEEDED);
  }

  @Test
  void shouldTakeMoreOnceSomeAreHandled() {
    int queue = namespace.claim("cart", "cart.Add");
    limit(queue, 1, MANY);
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 5);
    assertThat(namespace.send(command("cart.Add", "2"))).hasSize(1);

    consumer.complete(consumer.takeOne());

    assertThat(namespace.send(command("cart.Add", "2"))).isEmpty();
  }

  @Test
  void shouldCountDelayedAndDeadOnes() {
    int queue = namespace.claim("cart", "cart.Add");
    limit(queue, 2, MANY);
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 5);
    consumer.failFinally(consumer.takeOne());
    namespace.send(command("cart.Add", "2").notBefore(namespace.nowMs() + 1_000));

    assertThat(namespace.send(command("cart.Add", "3"))).hasSize(1);
  }

  @Test
  void shouldLetACompletionThroughWithAllItEmits() {
    int queue = namespace.claim("cart", "cart.Add");
    int next = namespace.claim("pay", "pay.Pay");
    limit(next, 1, MANY);
    namespace.send(command("cart.Add", "1"), command("pay.Pay", "1"));
    TestConsumer consumer = namespace.consume(queue, 5);

    assertThat(consumer.completeWith(consumer.takeOne(), null, command("pay.Pay", "2"))).isNull();

    assertThat(namespace.counts(next).ready()).isEqualTo(2);
  }

  @Test
  void shouldPassAFullInboxByAndNobodyElse() {
    int slow = namespace.subscribe("slow", "cart.>");
    int fast = namespace.subscribe("fast", "cart.>");
    limit(slow, 5, MANY);

    for (int i = 0; i < 8; i++) {
      assertThat(namespace.send(event("cart.Added", "e" + i))).isEmpty();
    }

    assertThat(namespace.counts(slow).ready()).isEqualTo(5);
    assertThat(namespace.counts(fast).ready()).isEqualTo(8);
    assertThat(namespace.destination(slow).overQuotaSinceMs()).isPositive();
    assertThat(namespace.destination(slow).missed()).isEqualTo(3);
    assertThat(namespace.destination(fast).overQuotaSinceMs()).isZero();
  }

  @Test
  void shouldGoOnWithAnInboxOnceThereIsRoomForAFifthOfItsQuota() {
    int inbox = namespace.subscribe("slow", "cart.>");
    limit(inbox, 5, MANY);
    for (int i = 0; i < 6; i++) {
      namespace.send(event("cart.Added", "e" + i));
    }
    TestConsumer consumer = namespace.consume(inbox, 5);
    List<Delivered> all = consumer.take();
    namespace.restart();
    assertThat(namespace.destination(inbox).missed()).isEqualTo(1);
    consumer = namespace.consume(inbox, 1);
    consumer.complete(consumer.takeOne());

    namespace.send(event("cart.Added", "after"));

    assertThat(all).hasSize(5);
    assertThat(namespace.destination(inbox).overQuotaSinceMs()).isZero();
    assertThat(namespace.counts(inbox).ready() + namespace.counts(inbox).leased()).isEqualTo(5);
  }

  @Test
  void shouldRefuseQuotasOutOfBounds() {
    assertThatThrownBy(() -> new Quota(0, 1_024))
        .hasMessage("quota messages: 0 (expected: 1 to 1000000000000)");
    assertThatThrownBy(() -> new Quota(1, 1_023))
        .hasMessage("quota bytes: 1023 (expected: 1024 to 1125899906842624)");
  }
}
