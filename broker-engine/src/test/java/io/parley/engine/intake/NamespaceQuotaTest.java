package io.parley.engine.intake;

import static io.parley.engine.testing.TestMessage.command;
import static io.parley.engine.testing.TestMessage.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.destination.Retention;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NamespaceQuotaTest {
  private static final int HEADER_BYTES = 13;
  private static final int SIZE =
      TestMessage.batch(command("cart.Add", "1").padded(100_000)).length();

  private TestNamespace namespace = new TestNamespace();

  private static TestMessage large(String type) {
    return type.endsWith("Added")
        ? event(type, "1").padded(100_000)
        : command(type, "1").padded(100_000);
  }

  private static List<TestMessage> many(int count, String type) {
    return IntStream.range(0, count).mapToObj(i -> large(type)).toList();
  }

  private void limit(long bytes) {
    assertThat(namespace.submit(new Operation.LimitNamespace(bytes))).isEqualTo(Result.DONE);
  }

  @Test
  void shouldTakeExactlyAsManyBytesAsAreAllowedAndRefuseCommandsAndEventsFromThereOn() {
    namespace.claim("cart", "cart.Add");
    namespace.subscribe("stock", "cart.Added");
    namespace.subscribe("billing", "cart.Added");
    // Chunks have a header each, so what is there already is a little more than the messages.
    limit(13L * SIZE + HEADER_BYTES);

    assertThat(namespace.send(many(10, "cart.Add"))).isEmpty();
    List<Result.Refusal> refusals = namespace.send(many(4, "cart.Add"));

    assertThat(refusals)
        .singleElement()
        .satisfies(
            refusal -> {
              assertThat(refusal.index()).isEqualTo(3);
              assertThat(refusal.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED);
              assertThat(refusal.message())
                  .isEqualTo(
                      "namespace: %d bytes and %d more (expected: at most %d bytes)"
                          .formatted(10L * SIZE + HEADER_BYTES, SIZE, 13L * SIZE + HEADER_BYTES));
            });
    assertThat(namespace.send(large("cart.Added"))).hasSize(1);
  }

  @Test
  void shouldCountAnEventOnceHoweverManyInboxesHaveIt() {
    for (int i = 0; i < 20; i++) {
      namespace.subscribe("s" + i, "cart.Added");
    }
    limit(1 << 20);

    assertThat(namespace.send(many(5, "cart.Added"))).isEmpty();

    assertThat(namespace.engine().quota().used()).isLessThan(6L * SIZE);
  }

  @Test
  void shouldLetSettlesThroughWithAllTheyEmit() {
    int queue = namespace.claim("cart", "cart.Add");
    int next = namespace.claim("pay", "pay.Pay");
    limit(1 << 20);
    assertThat(namespace.send(many(11, "cart.Add"))).hasSize(1);
    TestConsumer consumer = namespace.consume(queue, 1);

    assertThat(consumer.completeWith(consumer.takeOne(), null, large("pay.Pay"))).isNull();

    assertThat(namespace.counts(next).ready()).isEqualTo(1);
  }

  @Test
  void shouldTakeMessagesAgainOnceOthersAreDoneWith() {
    int queue = namespace.claim("cart", "cart.Add");
    limit(1 << 20);
    for (int i = 0; i < 10; i++) {
      assertThat(namespace.send(large("cart.Add"))).isEmpty();
    }
    assertThat(namespace.send(large("cart.Add"))).hasSize(1);
    TestConsumer consumer = namespace.consume(queue, 1);

    consumer.complete(consumer.takeOne());

    assertThat(namespace.send(large("cart.Add"))).isEmpty();
  }

  @Test
  void shouldKeepTheQuotaAcrossRestartAndGoByTheBrokersWithoutIt() {
    namespace.claim("cart", "cart.Add");
    limit(1 << 20);

    namespace.restart();

    assertThat(namespace.engine().quota().own()).isEqualTo(1 << 20);
    assertThat(namespace.send(many(11, "cart.Add"))).hasSize(1);
    limit(NamespaceQuota.NOT_SET);
    assertThat(namespace.send(large("cart.Add"))).isEmpty();
    assertThat(namespace.engine().quota().bytes()).isEqualTo(256L << 30);
  }

  @Test
  void shouldCountRetainedEvents() {
    namespace =
        new TestNamespace(
            TestNamespace.retaining(new Retention(Duration.ofHours(1).toMillis(), 1 << 30)));
    limit(1 << 20);
    assertThat(namespace.send(many(10, "cart.Added"))).isEmpty();
    assertThat(namespace.send(large("cart.Added"))).hasSize(1);

    namespace.pass(Duration.ofHours(2));

    assertThat(namespace.send(large("cart.Added"))).isEmpty();
  }
}
