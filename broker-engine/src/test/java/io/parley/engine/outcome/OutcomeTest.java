package io.parley.engine.outcome;

import static io.parley.engine.testing.TestMessage.command;
import static io.parley.engine.testing.TestMessage.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.parley.engine.EngineSettings;
import io.parley.engine.operation.Operation;
import io.parley.engine.store.CrashingStore;
import io.parley.engine.store.InMemoryStore;
import io.parley.engine.store.Table;
import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;
import io.parley.protocol.model.Payload;
import io.parley.protocol.model.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutcomeTest {
  private static final Duration RETENTION = EngineSettings.DEFAULTS.outcomeRetention();

  private final TestNamespace namespace = new TestNamespace();
  private TestConsumer consumer;

  @BeforeEach
  void consume() {
    consumer = namespace.consume(namespace.claim("cart", "cart.Add"), 100);
  }

  @Test
  void shouldBePendingWhileACommandIsNotEnded() {
    namespace.send(command("cart.Add", "1").tracked());
    Delivered held = consumer.takeOne();
    consumer.fail(held, 0);

    assertThat(namespace.outcome(held.message().id())).isEqualTo(Outcome.PENDING);
    assertThat(namespace.outcome(new MessageId(9, 9))).isEqualTo(Outcome.PENDING);
  }

  @Test
  void shouldRecordTheCompletionOfACommandWhoseSenderAskedForIt() {
    namespace.send(command("cart.Add", "1").tracked());
    Delivered held = consumer.takeOne();
    Payload result = new Payload("application/json", "{}".getBytes(UTF_8));

    consumer.completeWith(held, result);
    namespace.restart();

    Outcome outcome = namespace.outcome(held.message().id());
    assertThat(outcome.status()).isEqualTo(OutcomeStatus.COMPLETED);
    assertThat(outcome.result().contentType()).isEqualTo("application/json");
    assertThat(outcome.result().bytes()).isEqualTo("{}".getBytes(UTF_8));
    assertThat(outcome.atMs()).isEqualTo(namespace.nowMs());
  }

  @Test
  void shouldRecordTrackedCompletionsOfARange() {
    namespace.send(
        command("cart.Add", "1").tracked(),
        command("cart.Add", "2"),
        command("cart.Add", "3").tracked());
    List<Delivered> held = consumer.take();

    consumer.completeInRanges(held);

    assertThat(held)
        .extracting(message -> namespace.outcome(message.message().id()).status())
        .containsExactly(OutcomeStatus.COMPLETED, OutcomeStatus.PENDING, OutcomeStatus.COMPLETED);
    assertThat(namespace.entries(Table.OUTCOMES)).isEqualTo(2);
  }

  @Test
  void shouldNotRecordTheCompletionOfACommandThatNobodyAskedAbout() {
    namespace.send(command("cart.Add", "1"));

    consumer.completeWith(consumer.takeOne(), new Payload(null, new byte[] {1}));

    assertThat(namespace.entries(Table.OUTCOMES)).isZero();
    assertThat(namespace.outcomesTold()).isEmpty();
  }

  @Test
  void shouldRecordEveryRejectionAndEveryDeadLetter() {
    namespace.send(command("cart.Add", "1"), command("cart.Add", "2"));
    List<Delivered> held = consumer.take();

    consumer.settle(
        new Settlement.Reject(held.get(0).epoch(), 1, "FORBIDDEN", "not your cart"),
        new Settlement.Fail(held.get(1).epoch(), 2, true, "NoHandler", "no handler", -1));
    namespace.restart();

    Outcome rejected = namespace.outcome(held.get(0).message().id());
    assertThat(rejected.status()).isEqualTo(OutcomeStatus.REJECTED);
    assertThat(rejected.code()).isEqualTo("FORBIDDEN");
    assertThat(rejected.reason()).isEqualTo("not your cart");
    Outcome dead = namespace.outcome(held.get(1).message().id());
    assertThat(dead.status()).isEqualTo(OutcomeStatus.DEAD_LETTERED);
    assertThat(dead.code()).isEqualTo("NoHandler");
    assertThat(dead.reason()).isEqualTo("no handler");
  }

  @Test
  void shouldRecordNoOutcomeOfEvents() {
    TestConsumer inbox = namespace.consume(namespace.subscribe("billing", "cart.>"), 10);
    namespace.send(event("cart.Added", "1").tracked(), event("cart.Added", "2").tracked());
    List<Delivered> copies = inbox.take();

    inbox.complete(copies.get(0));
    inbox.failFinally(copies.get(1));

    assertThat(namespace.entries(Table.OUTCOMES)).isZero();
  }

  @Test
  void shouldTellTheListenerOnlyWhatIsDurable() {
    namespace.send(command("cart.Add", "1").tracked());
    Delivered held = consumer.takeOne();
    namespace.store().crashAfterCommits(0);

    TestNamespace.Answer answer =
        namespace.submitOnly(
            new Operation.Settle(
                consumer.destination(),
                List.of(new Settlement.Complete(held.epoch(), held.sequence(), 1))));
    namespace.sequencer().runOnce();

    assertThat(answer.isFailed()).isTrue();
    assertThat(namespace.outcomesTold()).isEmpty();
  }

  @Test
  void shouldTellTheListenerEachOutcomeOnce() {
    namespace.send(command("cart.Add", "1").tracked(), command("cart.Add", "2"));
    List<Delivered> held = consumer.take();
    consumer.complete(held.get(0));
    consumer.reject(held.get(1), "INVALID");
    namespace.run();

    assertThat(namespace.outcomesTold())
        .extracting(OutcomeLedger.Entry::command, entry -> entry.outcome().status())
        .containsExactly(
            tuple(held.get(0).message().id(), OutcomeStatus.COMPLETED),
            tuple(held.get(1).message().id(), OutcomeStatus.REJECTED));
  }

  @Test
  void shouldForgetOutcomesAfterTheRetention() {
    namespace.send(command("cart.Add", "1"));
    Delivered held = consumer.takeOne();
    consumer.reject(held, "INVALID");
    namespace.pass(RETENTION.minusSeconds(1));
    assertThat(namespace.outcome(held.message().id()).status()).isEqualTo(OutcomeStatus.REJECTED);

    namespace.pass(Duration.ofSeconds(2));

    assertThat(namespace.outcome(held.message().id())).isEqualTo(Outcome.PENDING);
    assertThat(namespace.entries(Table.OUTCOMES)).isZero();
    assertThat(namespace.entries(Table.EXPIRIES)).isZero();
  }

  @Test
  void shouldKeepAnOutcomeThatWasRecordedAnewForItsWholeRetention() {
    namespace.send(command("cart.Add", "1"));
    Delivered held = consumer.takeOne();
    consumer.failFinally(held);
    namespace.pass(RETENTION.minusHours(1));
    namespace.redrive(consumer.destination(), null);
    namespace.pass(Duration.ofMillis(1));
    consumer.reject(consumer.takeOne(), "INVALID");

    namespace.pass(Duration.ofHours(2));
    assertThat(namespace.outcome(held.message().id()).status()).isEqualTo(OutcomeStatus.REJECTED);
    namespace.pass(RETENTION);
    assertThat(namespace.entries(Table.OUTCOMES)).isZero();
    assertThat(namespace.entries(Table.EXPIRIES)).isZero();
  }

  @Test
  void shouldForgetOutcomesAlsoWhenTheRetentionWasMadeLonger() {
    InMemoryStore disk = new InMemoryStore();
    TestNamespace before =
        new TestNamespace(retaining(Duration.ofHours(1)), new CrashingStore(disk, 1), 1 << 20);
    TestConsumer cart = before.consume(before.claim("cart", "cart.Add"), 1);
    before.send(command("cart.Add", "1"));
    cart.reject(cart.takeOne(), "INVALID");

    TestNamespace after =
        new TestNamespace(retaining(Duration.ofHours(5)), new CrashingStore(disk, 1), 1 << 20);
    after.pass(Duration.ofHours(2));
    assertThat(after.entries(Table.OUTCOMES)).isEqualTo(1);
    after.pass(Duration.ofHours(4));

    assertThat(after.entries(Table.OUTCOMES)).isZero();
    assertThat(after.entries(Table.EXPIRIES)).isZero();
  }

  private static EngineSettings retaining(Duration retention) {
    EngineSettings defaults = EngineSettings.DEFAULTS;
    return new EngineSettings(
        defaults.lease(),
        defaults.maxAttempts(),
        defaults.backOffMin(),
        defaults.backOffMax(),
        defaults.outageAfter(),
        false,
        retention,
        defaults.dedupWindow(),
        defaults.quota(),
        defaults.namespaceBytes(),
        defaults.retention(),
        defaults.groupBytes());
  }

  @Test
  void shouldForgetManyOutcomesStepByStep() {
    int count = 25_000;
    TestConsumer eager = namespace.consume(namespace.claim("cart"), 65_536);
    namespace.sendMany("cart.Add", "c", count);
    List<Delivered> held = new ArrayList<>(consumer.take());
    held.addAll(eager.take());
    held.forEach(
        message ->
            namespace.submitOnly(
                new Operation.Settle(
                    consumer.destination(),
                    List.of(
                        new Settlement.Reject(
                            message.epoch(), message.sequence(), "INVALID", "")))));
    namespace.run();
    assertThat(namespace.entries(Table.OUTCOMES)).isEqualTo(count);

    namespace.pass(RETENTION.plusSeconds(1));

    assertThat(namespace.entries(Table.OUTCOMES)).isZero();
    assertThat(namespace.entries(Table.EXPIRIES)).isZero();
  }
}
