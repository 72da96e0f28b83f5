package io.parley.engine.destination;

import static io.parley.engine.testing.TestMessage.command;
import static io.parley.engine.testing.TestMessage.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.EngineSettings;
import io.parley.engine.operation.Operation;
import io.parley.engine.store.CrashingStore;
import io.parley.engine.store.InMemoryStore;
import io.parley.engine.store.Table;
import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageRecord;
import io.parley.protocol.model.Settlement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveryTest {
  private final TestNamespace namespace = new TestNamespace();

  // ---------------------------------------------------------------- fan-out

  @Test
  void shouldStoreThePayloadOnceHoweverManyInboxesGetIt() {
    List<TestConsumer> subscribers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      subscribers.add(namespace.consume(namespace.subscribe("s" + i, "cart.Added"), 0));
    }

    namespace.send(event("cart.Added", "1"), event("cart.Added", "2"));

    assertThat(namespace.entries(Table.CHUNKS)).isEqualTo(1);
    assertThat(namespace.entries(Table.RUNS)).isEqualTo(20);
    assertThat(namespace.entries(Table.CHUNK_REFS)).isEqualTo(1);
    for (TestConsumer subscriber : subscribers) {
      List<Delivered> copies = subscriber.credit(10).take();
      assertThat(copies).extracting(Delivered::body).containsExactly("1", "2");
      assertThat(namespace.entries(Table.CHUNKS)).as("until the last is done").isEqualTo(1);
      subscriber.complete(copies);
    }
    namespace.assertNothingLeft();
  }

  @Test
  void shouldDeliverToExactAndWildcardSubscriptions() {
    TestConsumer exact = namespace.consume(namespace.subscribe("exact", "shop.cart.Added"), 10);
    TestConsumer segment = namespace.consume(namespace.subscribe("segment", "shop.*.Added"), 10);
    TestConsumer rest = namespace.consume(namespace.subscribe("rest", "shop.>"), 10);
    TestConsumer both =
        namespace.consume(namespace.subscribe("both", "shop.cart.Added", "shop.cart.*"), 10);

    namespace.send(
        event("shop.cart.Added", "1"), event("shop.order.Added", "2"), event("other.Added", "3"));

    assertThat(exact.takeBodies()).containsExactly("1");
    assertThat(segment.takeBodies()).containsExactly("1", "2");
    assertThat(rest.takeBodies()).containsExactly("1", "2");
    assertThat(both.takeBodies()).as("one copy, however many patterns fit").containsExactly("1");
  }

  @Test
  void shouldNotDeliverWhatWasPublishedBeforeTheSubscription() {
    namespace.send(event("cart.Added", "before"));

    TestConsumer late = namespace.consume(namespace.subscribe("late", "cart.Added"), 10);
    namespace.send(event("cart.Added", "after"));

    assertThat(late.takeBodies()).containsExactly("after");
  }

  @Test
  void shouldKeepEachInboxInItsOwnOrderInABatchOfMixedTypes() {
    TestConsumer all = namespace.consume(namespace.subscribe("all", "cart.>"), 100);
    TestConsumer odd = namespace.consume(namespace.subscribe("odd", "cart.Odd"), 100);
    List<TestMessage> batch = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      batch.add(event(i % 2 == 1 ? "cart.Odd" : "cart.Even", "" + i));
    }

    namespace.send(batch);

    List<Delivered> copies = all.take();
    assertThat(copies).extracting(Delivered::sequence).isSorted().hasSize(20);
    assertThat(copies).extracting(Delivered::body).startsWith("1", "2", "3").endsWith("20");
    List<Delivered> oddOnes = odd.take();
    assertThat(oddOnes).extracting(Delivered::sequence).startsWith(1L, 2L, 3L).endsWith(10L);
    assertThat(oddOnes).extracting(Delivered::body).startsWith("1", "3", "5").endsWith("19");
    all.complete(copies);
    odd.complete(oddOnes);
    namespace.assertNothingLeft();
  }

  // ---------------------------------------------------------------- credit

  @Test
  void shouldDeliverNoMoreThanTheCredit() {
    int queue = namespace.claim("cart", "cart.Add");
    namespace.sendMany("cart.Add", "c", 10);
    TestConsumer consumer = namespace.consume(queue, 3);

    assertThat(consumer.takeBodies()).containsExactly("c1", "c2", "c3");
    consumer.credit(2);
    assertThat(consumer.takeBodies()).containsExactly("c4", "c5");
  }

  @Test
  void shouldNotGiveCreditBackForWhatIsSettled() {
    int queue = namespace.claim("cart", "cart.Add");
    namespace.sendMany("cart.Add", "c", 3);
    TestConsumer consumer = namespace.consume(queue, 1);

    consumer.complete(consumer.takeOne());

    assertThat(consumer.take()).isEmpty();
  }

  @Test
  void shouldCapCredit() {
    int queue = namespace.claim("cart", "cart.Add");
    TestConsumer consumer = namespace.consume(queue, 0);

    namespace.withEngine(engine -> engine.credit(consumer.consumer(), 1_000, 10));
    namespace.sendMany("cart.Add", "c", 20);

    assertThat(consumer.take()).hasSize(10);
  }

  @Test
  void shouldDeliverWhatComesWhileCreditIsLeft() {
    TestConsumer consumer = namespace.consume(namespace.claim("cart", "cart.Add"), 2);

    namespace.send(command("cart.Add", "1"));
    assertThat(consumer.takeBodies()).containsExactly("1");
    namespace.send(command("cart.Add", "2"));
    assertThat(consumer.takeBodies()).containsExactly("2");
    namespace.send(command("cart.Add", "3"));
    assertThat(consumer.take()).isEmpty();
  }

  @Test
  void shouldGiveNothingToAConsumerThatCannotTakeIt() {
    int queue = namespace.claim("cart", "cart.Add");
    TestConsumer choked = namespace.consume(queue, 10);
    choked.choke();
    namespace.sendMany("cart.Add", "c", 4);
    assertThat(choked.take()).isEmpty();
    assertThat(namespace.destination(queue).ready()).isEqualTo(4);

    TestConsumer other = namespace.consume(queue, 1);
    assertThat(other.takeBodies()).as("others go on").containsExactly("c1");
    choked.resume();

    assertThat(choked.takeBodies()).containsExactly("c2", "c3", "c4");
  }

  @Test
  void shouldGiveNothingToAConsumerThatWasClosed() {
    int queue = namespace.claim("cart", "cart.Add");
    TestConsumer consumer = namespace.consume(queue, 10);
    namespace.send(command("cart.Add", "1"));
    Delivered held = consumer.takeOne();

    namespace.withEngine(engine -> consumer.consumer().close());
    namespace.send(command("cart.Add", "2"));

    assertThat(consumer.take()).isEmpty();
    assertThat(consumer.complete(held)).as("what it holds can still be settled").isNull();
  }

  // ---------------------------------------------------------------- sharing

  @Test
  void shouldShareABacklogEvenly() {
    int queue = namespace.claim("cart", "cart.Add");
    List<TestConsumer> consumers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      TestConsumer consumer = namespace.consume(queue, 100);
      consumer.choke();
      consumers.add(consumer);
    }
    namespace.sendMany("cart.Add", "c", 100);
    List<Sizes> before = Sizes.of(consumers);
    assertThat(before).allMatch(sizes -> sizes.messages == 0);

    // All become able to take some at the same moment.
    namespace
        .sequencer()
        .execute(
            engine -> {
              for (TestConsumer consumer : consumers) {
                consumer.resumeQuietly();
                engine.wake(consumer.consumer());
              }
            });
    namespace.run();

    assertThat(Sizes.of(consumers)).allMatch(sizes -> sizes.messages == 25);
  }

  private record Sizes(int messages) {
    static List<Sizes> of(List<TestConsumer> consumers) {
      return consumers.stream().map(consumer -> new Sizes(consumer.all().size())).toList();
    }
  }

  @Test
  void shouldGiveQuickConsumersAMillisecondOfHandlingAtLeast() {
    int queue = namespace.claim("cart", "cart.Add");
    TestConsumer first = namespace.consume(queue, 0);
    TestConsumer second = namespace.consume(queue, 0);
    TestConsumer third = namespace.consume(queue, 0);
    List.of(first, second, third).forEach(each -> each.consumer().handlingTakes(100));
    first.credit(100);
    second.credit(100);
    third.credit(100);

    namespace.sendMany("cart.Add", "c", 15);

    assertThat(first.takeBodies()).hasSize(10);
    assertThat(second.takeBodies()).hasSize(5);
    assertThat(third.takeBodies()).isEmpty();

    namespace.sendMany("cart.Add", "d", 60);

    assertThat(third.takeBodies()).as("an even share, as that is more").hasSize(20);
    assertThat(first.takeBodies()).hasSize(20);
    assertThat(second.takeBodies()).hasSize(20);
  }

  @Test
  void shouldShareEvenlyWhereHandlingTakesAMillisecondOrIsNotKnown() {
    for (int micros : new int[] {0, 501, 1_000, Integer.MAX_VALUE}) {
      TestNamespace fresh = new TestNamespace();
      int queue = fresh.claim("cart", "cart.Add");
      TestConsumer first = fresh.consume(queue, 0);
      TestConsumer second = fresh.consume(queue, 0);
      first.consumer().handlingTakes(micros);
      second.consumer().handlingTakes(micros);
      first.credit(100);
      second.credit(100);

      fresh.sendMany("cart.Add", "c", 2);

      assertThat(first.takeBodies()).as("%d us", micros).hasSize(1);
      assertThat(second.takeBodies()).as("%d us", micros).hasSize(1);
    }
  }

  @Test
  void shouldGiveWhatOneConsumerCannotTakeToTheOthers() {
    int queue = namespace.claim("cart", "cart.Add");
    TestConsumer little = namespace.consume(queue, 2);
    TestConsumer much = namespace.consume(queue, 100);

    namespace.sendMany("cart.Add", "c", 50);

    assertThat(little.all()).hasSize(2);
    assertThat(much.all()).hasSize(48);
  }

  @Test
  void shouldTakeTurnsWhenMessagesComeOneByOne() {
    int queue = namespace.claim("cart", "cart.Add");
    TestConsumer one = namespace.consume(queue, 100);
    TestConsumer two = namespace.consume(queue, 100);

    for (int i = 0; i < 10; i++) {
      namespace.send(command("cart.Add", "" + i));
    }

    assertThat(one.all()).hasSize(5);
    assertThat(two.all()).hasSize(5);
  }

  @Test
  void shouldNotCountMessagesBehindTheirKeyAsSomethingToShare() {
    int queue = namespace.claim("cart", "cart.Add");
    TestConsumer first = namespace.consume(queue, 1);
    List<TestMessage> batch = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      batch.add(command("cart.Add", "k" + i).key("k"));
    }
    namespace.send(batch);
    TestConsumer one = namespace.consume(queue, 100);
    TestConsumer two = namespace.consume(queue, 100);
    assertThat(first.all()).hasSize(1);

    namespace.sendMany("cart.Add", "free", 2);

    assertThat(one.all()).hasSize(1);
    assertThat(two.all()).hasSize(1);
  }

  // ---------------------------------------------------------------- size

  @Test
  void shouldBoundTheBytesOfADelivery() {
    int queue = namespace.claim("cart", "cart.Add");
    List<TestMessage> batch = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      batch.add(command("cart.Add", "" + i).padded(10_000));
    }
    namespace.send(batch);

    TestConsumer consumer = namespace.consume(queue, 1_000);

    assertThat(consumer.all()).hasSize(100);
    assertThat(consumer.deliverySizes()).hasSizeGreaterThan(1);
    assertThat(consumer.deliverySizes()).allMatch(bytes -> bytes <= Grant.MAX_BYTES);
    assertThat(consumer.deliverySizes().get(0)).isGreaterThan(Grant.MAX_BYTES - 11_000);
  }

  @Test
  void shouldDeliverAMessageLargerThanTheBoundAlone() {
    int queue = namespace.claim("cart", "cart.Add");
    namespace.send(
        command("cart.Add", "small"),
        command("cart.Add", "large").padded(Grant.MAX_BYTES * 2),
        command("cart.Add", "last"));

    TestConsumer consumer = namespace.consume(queue, 10);

    assertThat(consumer.takeBodies()).containsExactly("small", "large", "last");
    assertThat(consumer.deliverySizes()).hasSize(3);
  }

  @Test
  void shouldBoundTheBytesOnTheirWayToAllConsumersTogether() {
    List<TestConsumer> subscribers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      subscribers.add(namespace.consume(namespace.subscribe("s" + i, "cart.Added"), 0));
    }
    int each = 500_000;
    namespace.send(event("cart.Added", "1").padded(each));

    namespace.withEngine(
        engine -> {
          subscribers.forEach(s -> engine.credit(s.consumer(), 10, 10));
          List<Delivery> some = engine.serve(namespace.nowMs());
          assertThat(some.stream().mapToLong(Delivery::bytes).sum())
              .isBetween((long) OnTheirWay.MAX_BYTES, OnTheirWay.MAX_BYTES + 2L * each);
          assertThat(engine.serve(namespace.nowMs())).as("until those have left").isEmpty();
          assertThat(engine.nextDueMs()).isGreaterThan(namespace.nowMs());
          some.forEach(Delivery::send);
          assertThat(engine.nextDueMs()).as("the others' turn").isZero();
        });

    assertThat(subscribers).allSatisfy(s -> assertThat(s.takeBodies()).hasSize(1));
  }

  /** Of each chunk that has to be read one small message is wanted, as where queues took turns. */
  @Test
  void shouldHandOutWhatIsInMemoryBesideMuchThatHasToBeRead() {
    TestNamespace scattered =
        new TestNamespace(
            EngineSettings.DEFAULTS, new CrashingStore(new InMemoryStore(), 1), 10_000_000);
    scattered.claim("filler", "cart.Fill");
    List<TestConsumer> consumers = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      consumers.add(scattered.consume(scattered.claim("q" + i, "cart.Q" + i), 0));
      scattered.send(
          command("cart.Q" + i, "old").padded(10_000), command("cart.Fill", "").padded(490_000));
    }
    TestConsumer own = scattered.consume(scattered.claim("own", "cart.Own"), 0);
    scattered.send(command("cart.Own", "now"));
    consumers.add(own);

    scattered.withEngine(
        engine -> {
          consumers.forEach(consumer -> engine.credit(consumer.consumer(), 1, 1));
          List<Delivery> turn = engine.serve(scattered.nowMs());
          assertThat(turn).extracting(Delivery::consumer).contains(own.consumer());
          assertThat(turn).hasSizeBetween(OnTheirWay.READ_MAX_BYTES / 500_000, 25);
          assertThat(engine.nextDueMs()).as("the others' turn").isZero();
          int turns = 0;
          for (; !turn.isEmpty(); turns++) {
            turn.forEach(Delivery::send);
            turn = engine.serve(scattered.nowMs());
          }
          assertThat(turns).as("no more than it takes").isLessThan(consumers.size() / 3);
        });

    assertThat(consumers).allSatisfy(consumer -> assertThat(consumer.takeBodies()).hasSize(1));
  }

  @Test
  void shouldBoundTheBytesOfADeliveryOfReturnedMessages() {
    int queue = namespace.claim("cart", "cart.Add");
    List<TestMessage> batch = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      batch.add(command("cart.Add", "" + i).padded(10_000));
    }
    namespace.send(batch);
    namespace.consume(queue, 100).disconnect();

    TestConsumer consumer = namespace.consume(queue, 100);

    assertThat(consumer.all()).extracting(Delivered::sequence).isSorted().hasSize(60);
    assertThat(consumer.deliverySizes()).allMatch(bytes -> bytes <= Grant.MAX_BYTES);
  }

  @Test
  void shouldDeliverOneSegmentPerStretchOfAdjoiningMessages() {
    int queue = namespace.claim("cart", "cart.Add");
    List<Integer> segments = new ArrayList<>();
    DeliverySink sink =
        new DeliverySink() {
          @Override
          public boolean isWritable() {
            return true;
          }

          @Override
          public void deliver(long epoch, List<LeasedSegment> leased) {
            leased.forEach(segment -> segments.add(segment.batch().count()));
          }
        };
    namespace.withEngine(
        engine ->
            engine.credit(engine.open(queue, sink, 30_000, namespace.nowMs()), 10_000, 10_000));

    namespace.sendMany("cart.Add", "c", 1_000);

    assertThat(segments).as("a thousand messages, one lease").containsExactly(1_000);
  }

  @Test
  void shouldUseAChunkAgainOnlyOnceItsDeliveryIsLetGoOf() {
    int queue = namespace.claim("cart", "cart.Add");
    Holder holder = new Holder();
    namespace.withEngine(
        engine ->
            engine.credit(engine.open(queue, holder, 30_000, namespace.nowMs()), 10_000, 10_000));
    namespace.sendMany("cart.Add", "a", 10);
    MessageBatch held = holder.batches.remove(0);
    namespace.submit(
        new Operation.Settle(queue, List.of(new Settlement.Complete(holder.epoch, 1, 10))));

    namespace.sendMany("cart.Add", "b", 10);
    namespace.sendMany("cart.Add", "c", 10);

    assertThat(holder.batches).noneMatch(batch -> batch.bytes() == held.bytes());
    assertThat(new MessageRecord().wrap(held.bytes(), held.offset()).isIntact())
        .as("what the delivery holds")
        .isTrue();
    held.release();
    holder.batches.clear();
    namespace.sendMany("cart.Add", "d", 10);
    assertThat(holder.batches.get(0).bytes()).isSameAs(held.bytes());
  }

  /** Lets go of nothing by itself. */
  private static final class Holder implements DeliverySink {
    private final List<MessageBatch> batches = new ArrayList<>();
    private long epoch;

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public void deliver(long newEpoch, List<LeasedSegment> leased) {
      epoch = newEpoch;
      leased.forEach(segment -> batches.add(segment.batch()));
    }
  }

  // ---------------------------------------------------------------- order

  @Test
  void shouldDeliverInTheOrderOfCommitsAcrossRestarts() {
    int queue = namespace.claim("cart", "cart.Add");
    for (int group = 0; group < 20; group++) {
      namespace.sendMany("cart.Add", group + ".", 3);
      if (group % 7 == 0) {
        namespace.restart();
      }
    }

    List<Delivered> delivered = namespace.consume(queue, 100).take();

    assertThat(delivered).hasSize(60);
    for (int i = 0; i < 60; i++) {
      assertThat(delivered.get(i).sequence()).isEqualTo(i + 1);
      assertThat(delivered.get(i).body()).isEqualTo(i / 3 + "." + (i % 3 + 1));
    }
  }

  @Test
  void shouldGoOnWhereARunIsHalfDoneAfterRestart() {
    int queue = namespace.claim("cart", "cart.Add");
    namespace.sendMany("cart.Add", "c", 200);
    TestConsumer consumer = namespace.consume(queue, 100);
    List<Delivered> held = consumer.take();
    consumer.settle(
        new Settlement.Complete(held.get(0).epoch(), 1, 10),
        new Settlement.Complete(held.get(0).epoch(), 64, 2));
    namespace.restart();

    TestConsumer again = namespace.consume(queue, 1_000);

    List<Delivered> rest = again.take();
    assertThat(rest).hasSize(188);
    assertThat(rest).extracting(Delivered::sequence).doesNotContain(1L, 10L, 64L, 65L);
    assertThat(rest).extracting(Delivered::sequence).contains(11L, 63L, 66L, 200L).isSorted();
    assertThat(rest).allMatch(delivered -> delivered.body().equals("c" + delivered.sequence()));
  }

  @Test
  void shouldTellWhenAMessageWasStored() {
    TestConsumer consumer = namespace.consume(namespace.claim("cart", "cart.Add"), 10);
    long storedAt = namespace.nowMs();
    namespace.send(command("cart.Add", "1"));

    assertThat(consumer.takeOne().storedAtMs()).isEqualTo(storedAt);
  }

  // ---------------------------------------------------------------- large backlogs

  @Test
  void shouldPageABacklogOfManyRunsFromTheStore() {
    int queue = namespace.claim("cart", "cart.Add");
    int groups = RunWindow.MAX_FRESH_RUNS * 3 + 17;
    for (int i = 1; i <= groups; i++) {
      namespace.sendMany("cart.Add", i + ".", 2);
    }
    namespace.restart();
    assertThat(namespace.destination(queue).memoryInUse()).isEqualTo(MemoryInUse.NONE);

    TestConsumer consumer = namespace.consume(queue, 0);
    List<Delivered> all = new ArrayList<>();
    while (all.size() < 2 * groups) {
      List<Delivered> some = consumer.credit(7).take();
      assertThat(some).isNotEmpty();
      consumer.complete(some);
      all.addAll(some);
      assertThat(namespace.destination(queue).memoryInUse().runs())
          .isLessThan(RunWindow.MAX_FRESH_RUNS + 70);
    }

    assertThat(all).extracting(Delivered::sequence).isSorted();
    assertThat(all.get(0).body()).isEqualTo("1.1");
    assertThat(all.get(all.size() - 1).body()).isEqualTo(groups + ".2");
    namespace.assertNothingLeft();
  }

  @Test
  void shouldTakeNewMessagesWhileAnOlderBacklogIsOnDisk() {
    int queue = namespace.claim("cart", "cart.Add");
    int groups = RunWindow.MAX_FRESH_RUNS + 100;
    for (int i = 1; i <= groups; i++) {
      namespace.send(command("cart.Add", "" + i));
    }
    TestConsumer consumer = namespace.consume(queue, 10);
    for (int i = groups + 1; i <= groups + 100; i++) {
      namespace.send(command("cart.Add", "" + i));
      consumer.credit(5);
    }
    consumer.credit(10_000);

    List<String> bodies = consumer.takeBodies();
    assertThat(bodies).hasSize(groups + 100);
    for (int i = 0; i < bodies.size(); i++) {
      assertThat(bodies.get(i)).isEqualTo("" + (i + 1));
    }
  }

  @Test
  void shouldHoldLittleInMemoryForABacklogOf300000Messages() {
    int queue = namespace.claim("cart", "cart.Add");
    List<TestMessage> batch = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      batch.add(command("cart.Add", "" + i));
    }
    Operation.Send send = new Operation.Send(null, 0, TestMessage.batch(batch), List.of());
    for (int i = 0; i < 1_000; i++) {
      namespace.submit(send);
    }
    assertThat(namespace.destination(queue).ready()).isEqualTo(300_000);
    assertThat(namespace.destination(queue).memoryInUse().runs())
        .isEqualTo(RunWindow.MAX_FRESH_RUNS);

    TestConsumer consumer = namespace.consume(queue, 0);
    long expected = 1;
    while (expected <= 300_000) {
      List<Delivered> some = consumer.credit(10_000).take();
      assertThat(some).hasSize(10_000);
      assertThat(some.get(0).sequence()).isEqualTo(expected);
      assertThat(some.get(9_999).sequence()).isEqualTo(expected + 9_999);
      expected += 10_000;
      assertThat(consumer.completeInRanges(some)).isEmpty();
      assertThat(namespace.destination(queue).memoryInUse().runs())
          .isLessThanOrEqualTo(RunWindow.MAX_FRESH_RUNS + 64);
    }
    namespace.assertNothingLeft();
  }
}
