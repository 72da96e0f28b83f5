package io.parley.engine.destination;

import static io.parley.engine.testing.TestMessage.command;
import static io.parley.engine.testing.TestMessage.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Operation.Purged;
import io.parley.engine.operation.Result;
import io.parley.engine.store.Table;
import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.TypePattern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SubscriptionDeletionTest {
  private static final Retention HOUR = new Retention(Duration.ofHours(1).toMillis(), 1 << 30);
  private static final int MORE_THAN_AT_ONCE = 10_500;

  private TestNamespace namespace = new TestNamespace();

  private void publish(String type, int from, int to) {
    List<TestMessage> events =
        IntStream.rangeClosed(from, to).mapToObj(i -> event(type, "e" + i)).toList();
    assertThat(namespace.send(events)).isEmpty();
  }

  private int subscribe(String service, String name, long fromMs, String... patterns) {
    List<TypePattern> wanted = Stream.of(patterns).map(TypePattern::new).toList();
    Result result = namespace.submit(new Operation.Subscribe(service, name, wanted, fromMs));
    return ((Result.DestinationIs) result).id();
  }

  /** All that an inbox hands out, completed. */
  private List<String> drain(int inbox) {
    TestConsumer consumer = namespace.consume(inbox, 65_536);
    List<String> bodies = new ArrayList<>();
    for (var taken = consumer.take(); !taken.isEmpty(); taken = consumer.take()) {
      taken.forEach(delivered -> bodies.add(delivered.body()));
      assertThat(consumer.complete(taken)).isEmpty();
    }
    consumer.leave();
    return bodies;
  }

  private ErrorCode refusal(int inbox) {
    return ((Result.Refused) namespace.submit(new Operation.DeleteSubscription(inbox))).code();
  }

  private void assertGone(int inbox, String name) {
    assertThat(namespace.engine().destinations().find(inbox)).isNull();
    assertThat(namespace.engine().destinations().find(DestinationKind.INBOX, name)).isNull();
  }

  // ---------------------------------------------------------------- what goes with it

  @Test
  void shouldGoWithAllThatIsInItAndLeaveOthersAlone() {
    int orphan = namespace.subscribe("orphan", "shop.Placed");
    int other = namespace.subscribe("other", "shop.Placed");
    publish("shop.Placed", 1, 20);
    namespace.send(event("shop.Placed", "e21").notBefore(namespace.nowMs() + 3_600_000));
    TestConsumer consumer = namespace.consume(orphan, 10);
    List<Delivered> held = consumer.take();
    consumer.failFinally(held.get(0));
    consumer.fail(held.get(1));
    consumer.complete(held.get(2));
    consumer.start(held.get(4));
    consumer.disconnect();
    namespace.pass(Duration.ofSeconds(5)); // all that has to be noted is
    TestNamespace.Counts before = namespace.counts(orphan);
    assertThat(before.ready() + before.delayed()).isEqualTo(19);
    assertThat(before.dead()).isEqualTo(1);

    assertThat(namespace.delete(orphan)).isZero();

    assertGone(orphan, "orphan");
    assertThat(namespace.entries(Table.DEAD_LETTERS)).isZero();
    assertThat(namespace.entries(Table.DELAYED)).isEqualTo(1); // the other's
    assertThat(namespace.entries(Table.DESTINATIONS)).isEqualTo(1);
    assertThat(namespace.entries(Table.DESTINATION_STATE)).isEqualTo(1);
    assertThat(namespace.entries(Table.FENCES)).isZero();
    assertThat(namespace.entries(Table.LAST_SEEN)).isZero();
    assertThat(namespace.engine().destinations().occupied())
        .containsExactly(namespace.destination(other));
    assertThat(drain(other))
        .isEqualTo(IntStream.rangeClosed(1, 20).mapToObj(i -> "e" + i).toList());
    namespace.pass(Duration.ofHours(1));
    assertThat(drain(other)).containsExactly("e21");
    namespace.engine().rest();
    namespace.engine().rest();
    namespace.assertNothingLeft();
    namespace.restart();
    assertGone(orphan, "orphan");
  }

  @Test
  void shouldGoWithWhatWasStartedButIsNotCountedYet() {
    int orphan = namespace.subscribe("orphan", "shop.Placed");
    publish("shop.Placed", 1, 3);
    TestConsumer consumer = namespace.consume(orphan, 10);
    consumer.start(consumer.take().get(1));
    namespace
        .sequencer()
        .adjust(
            engine -> engine.abandon(consumer.consumer(), namespace.nowMs(), "CONNECTION_LOST"));

    assertThat(namespace.delete(orphan)).isZero();

    namespace.assertNothingLeft();
  }

  @Test
  void shouldGetNothingMoreWhateverItWanted() {
    int orphan =
        namespace.subscribe("orphan", "shop.Placed", "shop.Placed", "shop.*", "*.Placed", "shop.>");
    int other = namespace.subscribe("other", "shop.>");
    publish("shop.Placed", 1, 1); // its route is known from now on
    publish("shop.Paid", 2, 2);
    namespace.delete(orphan);

    publish("shop.Placed", 3, 3);
    publish("shop.Paid", 4, 4);
    publish("shop.New", 5, 5);

    assertThat(drain(other)).containsExactly("e1", "e2", "e3", "e4", "e5");
    namespace.assertNothingLeft();
  }

  @Test
  void shouldNotCatchUpAnyMore() {
    namespace = new TestNamespace(TestNamespace.retaining(HOUR));
    publish("shop.Placed", 1, 100);
    int orphan = subscribe("orphan", "orphan", CatchUps.FROM_NOW, "shop.*");
    namespace.submit(
        new Operation.Configure(
            orphan,
            new DestinationSettings(false, 0, 0, 0, 0, DestinationSettings.NOT_SET, 50, 1L << 39)));
    publish("shop.Placed", 101, 200);
    assertThat(namespace.destination(orphan).isBehind()).isTrue();
    assertThat(namespace.entries(Table.BEHIND)).isEqualTo(1);

    assertThat(namespace.delete(orphan)).isZero();

    assertThat(namespace.entries(Table.BEHIND)).isZero();
    publish("shop.Placed", 201, 210);
    namespace.restart();
    publish("shop.Placed", 211, 220);
    assertThat(drain(subscribe("late", "late", CatchUps.FROM_EARLIEST, "shop.*"))).hasSize(220);
    namespace.pass(Duration.ofHours(2)); // what is retained goes
    namespace.assertNothingLeft();
  }

  @Test
  void shouldNotCatchUpThoughThatWasToBeNext() {
    namespace = new TestNamespace(TestNamespace.retaining(HOUR));
    publish("shop.Placed", 1, 100);
    namespace.submitOnly(
        new Operation.Subscribe(
            "orphan", "orphan", List.of(new TypePattern("shop.*")), CatchUps.FROM_EARLIEST));
    int orphan = 1;
    namespace.submitOnly(new Operation.DeleteSubscription(orphan));

    namespace.run();

    assertGone(orphan, "orphan");
    namespace.pass(Duration.ofHours(2));
    namespace.assertNothingLeft();
  }

  // ---------------------------------------------------------------- in steps

  @Test
  void shouldGetNothingMoreAndStayUntilItIsPurgedIfThereIsMoreThanEndsAtOnce() {
    int orphan = namespace.subscribe("orphan", "shop.*");
    int other = namespace.subscribe("other", "shop.Placed");
    publish("shop.Placed", 1, MORE_THAN_AT_ONCE);

    assertThat(namespace.delete(orphan)).isEqualTo(MORE_THAN_AT_ONCE);
    namespace.restart();
    publish("shop.Placed", MORE_THAN_AT_ONCE + 1, MORE_THAN_AT_ONCE + 1);
    assertThat(namespace.destination(orphan).definition().patterns()).isEmpty();
    assertThat(namespace.counts(orphan).ready()).isEqualTo(MORE_THAN_AT_ONCE);

    namespace.submit(new Operation.Purge(orphan, Purged.IN_ORDER, 0, Long.MAX_VALUE, null, false));
    namespace.restart();
    assertThat(namespace.delete(orphan)).isZero();

    assertGone(orphan, "orphan");
    assertThat(drain(other)).hasSize(MORE_THAN_AT_ONCE + 1);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldLiveOnIfItsServiceSubscribesBeforeItIsGone() {
    int orphan = namespace.subscribe("orphan", "shop.*");
    publish("shop.Placed", 1, MORE_THAN_AT_ONCE);
    namespace.delete(orphan);

    assertThat(namespace.subscribe("orphan", "shop.Placed")).isEqualTo(orphan);

    publish("shop.Placed", MORE_THAN_AT_ONCE + 1, MORE_THAN_AT_ONCE + 1);
    assertThat(drain(orphan)).hasSize(MORE_THAN_AT_ONCE + 1);
  }

  // ---------------------------------------------------------------- what isn't deleted

  @Test
  void shouldBeRefusedWhileThereAreConsumers() {
    int inbox = namespace.subscribe("busy", "shop.Placed");
    TestConsumer consumer = namespace.consume(inbox, 10);

    assertThat(refusal(inbox)).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    publish("shop.Placed", 1, 1);
    assertThat(consumer.takeBodies()).containsExactly("e1");

    consumer.leave();
    assertThat(namespace.delete(inbox)).isZero();
  }

  @Test
  void shouldBeRefusedIfThereIsNoSubscription() {
    int queue = namespace.claim("cart", "cart.Add");
    int inbox = namespace.subscribe("orphan", "shop.Placed");
    namespace.delete(inbox);

    assertThat(refusal(inbox)).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(refusal(queue)).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(refusal(99)).isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(namespace.destination(queue).definition().name()).isEqualTo("cart");
  }

  // ---------------------------------------------------------------- afterwards

  @Test
  void shouldFreeItsNameForAnotherService() {
    int orphan = namespace.subscribe("audit", "shop.Placed");
    publish("shop.Placed", 1, 1);
    namespace.delete(orphan);

    int others = subscribe("finance", "audit", CatchUps.FROM_NOW, "shop.Paid");
    publish("shop.Placed", 2, 2);
    publish("shop.Paid", 3, 3);

    assertThat(others).isNotEqualTo(orphan);
    assertThat(drain(others)).containsExactly("e3");
    namespace.restart();
    assertThat(namespace.destination(others).definition().service()).isEqualTo("finance");
  }

  @Test
  void shouldNotSettleMessagesOfANewOneForWhoHadSomeOfTheOldOne() {
    int old = namespace.subscribe("orphan", "shop.Placed");
    publish("shop.Placed", 1, 3);
    TestConsumer away = namespace.consume(old, 10);
    List<Delivered> had = away.take();
    away.leave();
    namespace.delete(old);
    int made = namespace.subscribe("orphan", "shop.Placed");
    namespace.restart(); // settles from before a restart count, but not these

    publish("shop.Placed", 4, 6);
    List<Result.Refusal> refused = namespace.consume(made, 0).complete(had);

    assertThat(refused).hasSize(3);
    assertThat(drain(made)).containsExactly("e4", "e5", "e6");
    namespace.assertNothingLeft();
  }

  @Test
  void shouldNotSettleThoseOfANewOneThoughTheyCameAfterARestart() {
    int old = namespace.subscribe("orphan", "shop.Placed");
    publish("shop.Placed", 1, 3);
    TestConsumer away = namespace.consume(old, 10);
    List<Delivered> had = away.take();
    away.leave();
    namespace.delete(old);
    namespace.restart();
    int made = namespace.subscribe("orphan", "shop.Placed");
    publish("shop.Placed", 4, 6);

    assertThat(namespace.consume(made, 0).complete(had)).hasSize(3);
    assertThat(drain(made)).containsExactly("e4", "e5", "e6");
  }

  @Test
  void shouldRefuseLateSettlesAndFindNothingForWhatWasUnderWay() {
    int orphan = namespace.subscribe("orphan", "shop.Placed");
    namespace.send(event("shop.Placed", "e1").expiresAt(namespace.nowMs() + 1_000));
    TestConsumer consumer = namespace.consume(orphan, 10);
    Delivered had = consumer.takeOne();
    consumer.leave();
    namespace.delete(orphan);

    assertThat(consumer.complete(had)).isEqualTo(ErrorCode.LEASE_LOST);
    assertThat(consumer.fail(had)).isEqualTo(ErrorCode.LEASE_LOST);
    assertThat(
            namespace.submit(
                new Operation.LoseAttempts(orphan, had.epoch(), List.of(1L), "CONNECTION_LOST")))
        .isEqualTo(new Result.Count(0));
    assertThat(namespace.submit(new Operation.Fence(orphan, had.epoch()))).isEqualTo(Result.DONE);
    assertThat(namespace.submit(new Operation.CatchUp(orphan))).isEqualTo(Result.DONE);
    namespace.pass(Duration.ofSeconds(10)); // its time would be over
    assertThat(namespace.entries(Table.FENCES)).isZero();
    namespace.assertNothingLeft();
  }

  @Test
  void shouldMakeAnOutcomeInboxAnewWhenItIsNeeded() {
    int queue = namespace.claim("cart", "cart.Add");
    TestConsumer cart = namespace.consume(queue, 100);
    namespace.send(command("cart.Add", "1").outcomeTo("shop"));
    namespace.send(command("cart.Add", "2").outcomeTo("shop"));
    List<Delivered> held = cart.take();
    cart.complete(held.get(0));
    Destination inbox =
        namespace.engine().destinations().find(DestinationKind.INBOX, "shop.outcomes");
    assertThat(namespace.delete(inbox.id())).isZero();
    assertGone(inbox.id(), "shop.outcomes");

    assertThat(cart.complete(held.get(1))).isNull();

    Destination made =
        namespace.engine().destinations().find(DestinationKind.INBOX, "shop.outcomes");
    assertThat(namespace.counts(made.id()).ready()).isEqualTo(1);
    drain(made.id());
    namespace.assertNothingLeft();
  }
}
