package io.parley.engine.destination;

import static io.parley.engine.testing.TestMessage.command;
import static io.parley.engine.testing.TestMessage.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.store.CrashingStore;
import io.parley.engine.store.InMemoryStore;
import io.parley.engine.store.Table;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.TypePattern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReplayTest {
  private static final int CREDIT = 65_536;
  private static final long MANY = 1L << 39;
  private static final Retention HOUR = new Retention(Duration.ofHours(1).toMillis(), 1 << 20);

  private TestNamespace namespace = new TestNamespace(TestNamespace.retaining(HOUR));

  private int subscribe(String name, long fromMs, String... patterns) {
    List<TypePattern> wanted = Stream.of(patterns).map(TypePattern::new).toList();
    Result result = namespace.submit(new Operation.Subscribe(name, name, wanted, fromMs));
    return ((Result.DestinationIs) result).id();
  }

  private void publish(String type, int from, int to) {
    publish(IntStream.rangeClosed(from, to).mapToObj(i -> event(type, "e" + i)).toList());
  }

  private void publish(List<TestMessage> events) {
    assertThat(namespace.send(events)).isEmpty();
  }

  private static List<String> bodies(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(i -> "e" + i).toList();
  }

  /** All that an inbox hands out, completed. */
  private List<String> drain(int inbox) {
    TestConsumer consumer = namespace.consume(inbox, CREDIT);
    List<String> bodies = new ArrayList<>();
    for (var taken = consumer.take(); !taken.isEmpty(); taken = consumer.take()) {
      taken.forEach(delivered -> bodies.add(delivered.body()));
      assertThat(consumer.complete(taken)).isEmpty();
    }
    consumer.leave();
    return bodies;
  }

  private void limit(int destination, long messages, long bytes) {
    namespace.submit(
        new Operation.Configure(
            destination,
            new DestinationSettings(
                false, 0, 0, 0, 0, DestinationSettings.NOT_SET, messages, bytes)));
  }

  private Topic topic(String type) {
    return namespace.engine().events().topic(type);
  }

  // ---------------------------------------------------------------- where a subscription begins

  @Test
  void shouldBeginWithAllThatIsRetained() {
    publish("shop.Placed", 1, 3);
    publish("shop.Placed", 4, 5);

    int late = subscribe("late", CatchUps.FROM_EARLIEST, "shop.Placed");
    publish("shop.Placed", 6, 7);

    assertThat(namespace.destination(late).isBehind()).isFalse();
    assertThat(namespace.counts(late).ready()).isEqualTo(7);
    assertThat(drain(late)).isEqualTo(bodies(1, 7));
  }

  @Test
  void shouldBeginWithAllThoughMoreIsPublishedInTheSameGroup() {
    publish("shop.Placed", 1, 3);

    namespace.submitOnly(
        new Operation.Subscribe(
            "late", "late", List.of(new TypePattern("shop.*")), CatchUps.FROM_EARLIEST));
    namespace.submitOnly(TestNamespace.sending(event("shop.Placed", "e4")));
    namespace.run();

    int late = namespace.engine().destinations().find(DestinationKind.INBOX, "late").id();
    assertThat(drain(late)).isEqualTo(bodies(1, 4));
  }

  @Test
  void shouldBeginNowIfNotAskedOtherwise() {
    publish("shop.Placed", 1, 3);

    int late = subscribe("late", CatchUps.FROM_NOW, "shop.Placed");
    publish("shop.Placed", 4, 4);

    assertThat(drain(late)).isEqualTo(bodies(4, 4));
  }

  @Test
  void shouldBeginAtATimeWhicheverTopicHasEventsSince() {
    publish("shop.Placed", 1, 1);
    namespace.pass(Duration.ofMinutes(1));
    publish("shop.Paid", 2, 2);
    namespace.pass(Duration.ofMinutes(1));
    long time = namespace.nowMs();
    publish("shop.Sent", 3, 3);
    namespace.pass(Duration.ofMinutes(1));
    publish("shop.Placed", 4, 4);
    publish("shop.Paid", 5, 5);

    assertThat(drain(subscribe("since", time, "shop.>"))).isEqualTo(bodies(3, 5));
    assertThat(drain(subscribe("after", time + 1, "shop.>"))).isEqualTo(bodies(4, 5));
    assertThat(drain(subscribe("paid", time + 1, "shop.Paid"))).isEqualTo(bodies(5, 5));
    assertThat(drain(subscribe("never", namespace.nowMs() + 1, "shop.>"))).isEmpty();
  }

  @Test
  void shouldFindTheTimeAmongManyGroups() {
    Random random = new Random(7);
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      namespace.pass(Duration.ofMillis(random.nextInt(200)));
      times.add(namespace.nowMs());
      publish("shop.T" + random.nextInt(5), i, i);
    }

    for (int i = 0; i < 300; i += 13) {
      int first = times.indexOf(times.get(i));
      assertThat(drain(subscribe("since" + i, times.get(i), "shop.*")))
          .isEqualTo(bodies(first, 299));
    }
  }

  @Test
  void shouldGoOnWhereItIsIfItExists() {
    int inbox = subscribe("late", CatchUps.FROM_NOW, "shop.Placed");
    publish("shop.Placed", 1, 2);
    drain(inbox);

    subscribe("late", CatchUps.FROM_EARLIEST, "shop.Placed");

    assertThat(drain(inbox)).isEmpty();
  }

  @Test
  void shouldRetainWhatNobodySubscribedTo() {
    publish("shop.Placed", 1, 2);

    assertThat(topic("shop.Placed").events()).isEqualTo(2);
    assertThat(topic("shop.Placed").bytes()).isPositive();
    assertThat(namespace.entries(Table.CHUNKS)).isEqualTo(1);
  }

  @Test
  void shouldKeepTheOrderOfSeveralTypesInOneGroup() {
    List<TestMessage> mixed = new ArrayList<>();
    for (int i = 1; i <= 30; i++) {
      mixed.add(event("shop.T" + i % 3, "e" + i));
    }
    publish(mixed);
    publish("shop.T1", 31, 33);

    assertThat(drain(subscribe("late", CatchUps.FROM_EARLIEST, "shop.>"))).isEqualTo(bodies(1, 33));
    assertThat(drain(subscribe("two", CatchUps.FROM_EARLIEST, "shop.T1", "shop.T2")))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, 33)
                .filter(i -> i > 30 || i % 3 != 0)
                .mapToObj(i -> "e" + i)
                .toList());
  }

  @Test
  void shouldReferToEventsNotCopyThem() {
    publish("shop.Placed", 1, 1_000);
    int chunks = namespace.entries(Table.CHUNKS);

    int late = subscribe("late", CatchUps.FROM_EARLIEST, "shop.Placed");

    assertThat(namespace.counts(late).ready()).isEqualTo(1_000);
    assertThat(namespace.entries(Table.CHUNKS)).isEqualTo(chunks);
    assertThat(namespace.entries(Table.RUNS)).isEqualTo(1);
  }

  @Test
  void shouldHoldBackAReplayedEventThatWaitsForItsTimeAndPutUrgentOnesFirst() {
    publish(
        List.of(
            event("shop.Placed", "later").notBefore(namespace.nowMs() + 60_000),
            event("shop.Placed", "e1"),
            event("shop.Placed", "urgent").priority(9),
            event("shop.Placed", "e2")));

    int late = subscribe("late", CatchUps.FROM_EARLIEST, "shop.Placed");

    assertThat(drain(late)).containsExactly("urgent", "e1", "e2");
    namespace.pass(Duration.ofMinutes(1));
    assertThat(drain(late)).containsExactly("later");
  }

  @Test
  void shouldNotHandOutReplayedEventsThatHaveExpired() {
    publish(
        List.of(
            event("shop.Placed", "e1").expiresAt(namespace.nowMs() + 1_000),
            event("shop.Placed", "e2")));
    namespace.pass(Duration.ofMinutes(1));

    int late = subscribe("late", CatchUps.FROM_EARLIEST, "shop.Placed");
    namespace.pass(Duration.ofSeconds(1));

    assertThat(drain(late)).containsExactly("e2");
  }

  @Test
  void shouldBringInManyStepByStepWhileOthersGoOn() {
    for (int i = 0; i < 1_200; i++) {
      publish("shop.Placed", i, i);
    }
    int queue = namespace.claim("cart", "cart.Add");
    namespace.submitOnly(
        new Operation.Subscribe(
            "late", "late", List.of(new TypePattern("shop.Placed")), CatchUps.FROM_EARLIEST));
    namespace.sequencer().runOnce();
    namespace.sequencer().runOnce();
    int late = namespace.engine().destinations().find(DestinationKind.INBOX, "late").id();

    assertThat(namespace.counts(late).ready()).isEqualTo(CatchUp.STEP_ROWS);
    assertThat(namespace.destination(late).isBehind()).isTrue();
    namespace.submitOnly(
        TestNamespace.sending(command("cart.Add", "1"), event("shop.Placed", "e1200")));
    namespace.sequencer().runOnce();
    assertThat(namespace.counts(queue).ready()).isEqualTo(1);
    assertThat(namespace.destination(late).isBehind()).isTrue();

    namespace.run();
    assertThat(namespace.destination(late).isBehind()).isFalse();
    assertThat(drain(late)).isEqualTo(bodies(0, 1_200));
  }

  // ---------------------------------------------------------------- full inboxes

  @Test
  void shouldCatchUpWithWhatWasPublishedWhileItWasFull() {
    int slow = subscribe("slow", CatchUps.FROM_NOW, "shop.>");
    int fast = subscribe("fast", CatchUps.FROM_NOW, "shop.>");
    limit(slow, 5, MANY);

    publish("shop.Placed", 1, 4);
    publish("shop.Paid", 5, 8);
    publish("shop.Placed", 9, 20);

    assertThat(namespace.counts(slow).ready()).isEqualTo(5);
    assertThat(namespace.counts(fast).ready()).isEqualTo(20);
    assertThat(namespace.destination(slow).isBehind()).isTrue();
    assertThat(namespace.destination(slow).overQuotaSinceMs()).isPositive();
    assertThat(drain(slow)).isEqualTo(bodies(1, 20));
    assertThat(namespace.destination(slow).missed()).isZero();
    assertThat(namespace.destination(slow).isBehind()).isFalse();
    assertThat(namespace.destination(slow).overQuotaSinceMs()).isZero();
    publish("shop.Placed", 21, 21);
    assertThat(drain(slow)).isEqualTo(bodies(21, 21));
  }

  @Test
  void shouldStayFullUntilAFifthIsFree() {
    int slow = subscribe("slow", CatchUps.FROM_NOW, "shop.>");
    limit(slow, 10, MANY);
    publish("shop.Placed", 1, 12);
    TestConsumer consumer = namespace.consume(slow, 10);
    var taken = consumer.take();

    consumer.complete(taken.get(0));
    assertThat(namespace.destination(slow).overQuotaSinceMs()).isPositive();
    assertThat(namespace.destination(slow).count()).isEqualTo(9);

    consumer.complete(taken.get(1));
    assertThat(namespace.destination(slow).count()).isEqualTo(10);
    assertThat(namespace.destination(slow).isBehind()).isFalse();
  }

  @Test
  void shouldStayFullAndCatchUpAcrossRestart() {
    int slow = subscribe("slow", CatchUps.FROM_NOW, "shop.>");
    limit(slow, 5, MANY);
    publish("shop.Placed", 1, 12);

    namespace.restart();
    publish("shop.Placed", 13, 14);

    assertThat(namespace.destination(slow).isBehind()).isTrue();
    assertThat(namespace.destination(slow).overQuotaSinceMs()).isPositive();
    assertThat(drain(slow)).isEqualTo(bodies(1, 14));
  }

  @Test
  void shouldGoOnOnceItsQuotaIsRaised() {
    int slow = subscribe("slow", CatchUps.FROM_NOW, "shop.>");
    limit(slow, 5, MANY);
    publish("shop.Placed", 1, 12);

    limit(slow, 100, MANY);

    assertThat(namespace.counts(slow).ready()).isEqualTo(12);
    assertThat(namespace.destination(slow).isBehind()).isFalse();
  }

  @Test
  void shouldHoldNoMoreThanItsQuotaOfMessagesAndBytes() {
    int few = subscribe("few", CatchUps.FROM_NOW, "shop.>");
    int small = subscribe("small", CatchUps.FROM_NOW, "shop.>");
    limit(few, 7, MANY);
    limit(small, 1_000, 1_024);
    publish("shop.Placed", 1, 50);

    for (int inbox : List.of(few, small)) {
      TestConsumer consumer = namespace.consume(inbox, 1);
      List<String> bodies = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        assertThat(namespace.counts(few).ready()).isLessThanOrEqualTo(7);
        assertThat(namespace.counts(small).bytes()).isLessThanOrEqualTo(1_024);
        var one = consumer.takeOne();
        bodies.add(one.body());
        consumer.complete(one);
        consumer.credit(1);
      }
      assertThat(bodies).isEqualTo(bodies(1, 50));
    }
  }

  @Test
  void shouldTakeAnEventLargerThanTheWholeQuotaAlone() {
    int small = subscribe("small", CatchUps.FROM_NOW, "shop.>");
    limit(small, 1_000, 1_024);

    publish(
        List.of(
            event("shop.Placed", "a").padded(100),
            event("shop.Placed", "b").padded(2_000),
            event("shop.Placed", "c").padded(100)));

    assertThat(namespace.destination(small).count()).isEqualTo(1);
    TestConsumer consumer = namespace.consume(small, 10);
    consumer.complete(consumer.takeOne());
    assertThat(namespace.destination(small).count()).isEqualTo(1);
    consumer.complete(consumer.takeOne());
    consumer.complete(consumer.takeOne());
    assertThat(namespace.destination(small).isBehind()).isFalse();
  }

  @Test
  void shouldMissWhatNoTopicRetains() {
    namespace = new TestNamespace();
    int slow = subscribe("slow", CatchUps.FROM_NOW, "shop.>");
    limit(slow, 5, MANY);

    publish("shop.Placed", 1, 8);

    assertThat(namespace.destination(slow).missed()).isEqualTo(3);
    assertThat(namespace.destination(slow).isBehind()).isFalse();
    assertThat(drain(slow)).isEqualTo(bodies(1, 5));
    namespace.assertNothingLeft();
  }

  @Test
  void shouldCountWhatWasTrimmedBeforeItGotIt() {
    int slow = subscribe("slow", CatchUps.FROM_NOW, "shop.Placed", "shop.Paid");
    int other = subscribe("other", CatchUps.FROM_NOW, "shop.Sent");
    limit(slow, 5, MANY);
    limit(other, 1, MANY);
    publish("shop.Placed", 1, 7);
    publish("shop.Placed", 8, 9);
    namespace.pass(Duration.ofMinutes(30));
    publish("shop.Sent", 1, 1);
    publish("shop.Placed", 10, 11);
    publish("shop.Sent", 2, 2);

    namespace.pass(Duration.ofMinutes(31));

    assertThat(namespace.destination(slow).missed()).isEqualTo(4);
    assertThat(namespace.destination(other).missed()).isZero();
    assertThat(drain(slow))
        .isEqualTo(Stream.of(bodies(1, 5), bodies(10, 11)).flatMap(List::stream).toList());
  }

  // ---------------------------------------------------------------- reset

  @Test
  void shouldResetToTheEarliestRetained() {
    int inbox = subscribe("s", CatchUps.FROM_NOW, "shop.>");
    publish("shop.Placed", 1, 10);
    TestConsumer consumer = namespace.consume(inbox, 4);
    consumer.complete(consumer.take());
    consumer.leave();

    assertThat(namespace.submit(new Operation.Reset(inbox, CatchUps.FROM_EARLIEST)))
        .isEqualTo(Result.DONE);
    publish("shop.Placed", 11, 11);

    assertThat(drain(inbox)).isEqualTo(bodies(1, 11));
  }

  @Test
  void shouldResetToNowAndKeepDeadLetters() {
    int inbox = subscribe("s", CatchUps.FROM_NOW, "shop.>");
    publish("shop.Placed", 1, 3);
    publish(List.of(event("shop.Placed", "later").notBefore(namespace.nowMs() + 1_000)));
    TestConsumer consumer = namespace.consume(inbox, 1);
    consumer.failFinally(consumer.takeOne());
    consumer.leave();

    namespace.submit(new Operation.Reset(inbox, CatchUps.FROM_NOW));
    publish("shop.Placed", 4, 4);

    assertThat(namespace.counts(inbox).dead()).isEqualTo(1);
    assertThat(namespace.counts(inbox).delayed()).isZero();
    assertThat(drain(inbox)).isEqualTo(bodies(4, 4));
  }

  @Test
  void shouldLeaveToItsHolderWhatIsInSomebodysHands() {
    int inbox = subscribe("s", CatchUps.FROM_NOW, "shop.>");
    publish("shop.Placed", 1, 3);
    TestConsumer consumer = namespace.consume(inbox, 1);
    var held = consumer.takeOne();

    namespace.submit(new Operation.Reset(inbox, CatchUps.FROM_NOW));

    assertThat(consumer.complete(held)).isNull();
    assertThat(namespace.counts(inbox)).isEqualTo(TestNamespace.Counts.NONE);
  }

  @Test
  void shouldEndNothingThatCameAfterTheReset() {
    int inbox = subscribe("s", CatchUps.FROM_NOW, "shop.>");
    namespace.declare("shop.Passing", MessageKind.EVENT, null);
    setRetention("shop.Passing", 0, Topic.NOT_SET);
    publish("shop.Placed", 1, 3);

    namespace.submitOnly(new Operation.Reset(inbox, CatchUps.FROM_NOW));
    namespace.sequencer().runOnce();
    namespace.submitOnly(TestNamespace.sending(event("shop.Passing", "e4")));
    namespace.run();

    assertThat(drain(inbox)).isEqualTo(bodies(4, 4));
  }

  @Test
  void shouldResetToATimeWhileItIsFull() {
    int inbox = subscribe("s", CatchUps.FROM_NOW, "shop.>");
    limit(inbox, 5, MANY);
    publish("shop.Placed", 1, 10);
    namespace.pass(Duration.ofMinutes(1));
    long time = namespace.nowMs();
    publish("shop.Placed", 11, 30);

    namespace.submit(new Operation.Reset(inbox, time));

    assertThat(drain(inbox)).isEqualTo(bodies(11, 30));
  }

  @Test
  void shouldRefuseToResetWhatGetsNoEvents() {
    int queue = namespace.claim("cart", "cart.Add");

    assertThat(namespace.submit(new Operation.Reset(queue, 0)))
        .isInstanceOfSatisfying(
            Result.Refused.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.NOT_FOUND));
  }

  // ---------------------------------------------------------------- retention

  @Test
  void shouldLetGoOfEventsThatAreOld() {
    publish("shop.Placed", 1, 3);
    namespace.pass(Duration.ofMinutes(40));
    publish("shop.Placed", 4, 6);
    namespace.pass(Duration.ofMinutes(21));

    assertThat(topic("shop.Placed").events()).isEqualTo(3);
    assertThat(drain(subscribe("late", CatchUps.FROM_EARLIEST, "shop.Placed")))
        .isEqualTo(bodies(4, 6));
    namespace.pass(Duration.ofMinutes(40));
    namespace.assertNothingLeft();
  }

  @Test
  void shouldLetGoOfTheOldestWhereThereAreTooManyBytes() {
    long size = TestMessage.batch(event("shop.Placed", "e10").padded(1_000)).length();
    for (int i = 10; i < 30; i++) {
      publish(List.of(event("shop.Placed", "e" + i).padded(1_000)));
    }

    setRetention("shop.Placed", Topic.NOT_SET, 5 * size);
    namespace.pass(Duration.ofSeconds(1));
    assertThat(topic("shop.Placed").events()).isEqualTo(5);

    publish(List.of(event("shop.Placed", "e30").padded(1_000)));
    namespace.pass(Duration.ofSeconds(1));
    assertThat(topic("shop.Placed").events()).isEqualTo(5);
    assertThat(topic("shop.Placed").bytes()).isEqualTo(5 * size);
  }

  @Test
  void shouldKeepAnEventThatIsTrimmedForThoseWhoHaveIt() {
    int inbox = subscribe("s", CatchUps.FROM_NOW, "shop.>");
    publish("shop.Placed", 1, 3);
    namespace.pass(Duration.ofHours(2));

    assertThat(topic("shop.Placed").events()).isZero();
    assertThat(drain(inbox)).isEqualTo(bodies(1, 3));
    namespace.assertNothingLeft();
  }

  @Test
  void shouldRetainNothingWhereThatIsSet() {
    namespace.declare("shop.Placed", MessageKind.EVENT, null);
    setRetention("shop.Placed", 0, Topic.NOT_SET);

    publish("shop.Placed", 1, 3);
    publish("shop.Paid", 4, 4);

    assertThat(namespace.entries(Table.EVENT_LOG)).isEqualTo(1);
    assertThat(topic("shop.Placed").retains()).isFalse();
    namespace.restart();
    assertThat(topic("shop.Placed").ownTimeMs()).isZero();
    assertThat(topic("shop.Paid").events()).isEqualTo(1);
  }

  @Test
  void shouldTrimManyStepByStep() {
    for (int i = 0; i < 2 * EventLog.TRIMMED_AT_ONCE + 5; i++) {
      publish("shop.T" + i % 3, i, i);
    }

    namespace.restart();
    namespace.pass(Duration.ofHours(2));

    namespace.assertNothingLeft();
  }

  @Test
  void shouldRefuseRetentionOfWhatIsNoEvent() {
    namespace.claim("cart", "cart.Add");

    assertThat(namespace.submit(new Operation.SetRetention("cart.Add", 1, 1)))
        .isInstanceOfSatisfying(
            Result.Refused.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.WRONG_KIND));
    assertThat(namespace.submit(new Operation.SetRetention("cart.No", 1, 1)))
        .isInstanceOfSatisfying(
            Result.Refused.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.NOT_FOUND));
  }

  private void setRetention(String type, long timeMs, long bytes) {
    assertThat(namespace.submit(new Operation.SetRetention(type, timeMs, bytes)))
        .isEqualTo(Result.DONE);
  }

  // ---------------------------------------------------------------- restarts

  static IntStream commits() {
    return IntStream.rangeClosed(1, 5);
  }

  @ParameterizedTest
  @MethodSource("commits")
  void shouldLoseAndDoubleNothingWhenItRestartsInBetween(int commits) {
    namespace =
        new TestNamespace(
            TestNamespace.retaining(HOUR), new CrashingStore(new InMemoryStore(), 1), 1 << 20);
    int slow = subscribe("slow", CatchUps.FROM_NOW, "shop.>");
    limit(slow, 1_000, MANY);
    for (int i = 0; i < 1_500; i++) {
      publish("shop.T" + i % 2, i, i);
    }
    namespace.store().crashAfterCommits(commits);

    namespace.submitOnly(new Operation.Reset(slow, CatchUps.FROM_EARLIEST));
    namespace.run();
    assertThat(namespace.store().isCrashed()).isTrue();
    namespace.restart();

    assertThat(drain(slow)).isEqualTo(bodies(0, 1_499));
    namespace.pass(Duration.ofHours(2));
    namespace.assertNothingLeft();
  }
}
