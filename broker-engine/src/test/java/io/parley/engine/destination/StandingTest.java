package io.parley.engine.destination;

import static io.parley.engine.testing.TestMessage.command;
import static io.parley.engine.testing.TestMessage.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.model.MessageId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Why a message is where it is, found by its id. */
class StandingTest {
  private static final int LEASE_MS = 10_000;

  private final TestNamespace namespace = new TestNamespace();

  @Test
  void shouldCountWhatIsAheadOfAMessageThatNobodyConsumes() {
    namespace.claim("cart", "cart.Add");
    namespace.sendMany("cart.Add", "first", 3);
    namespace.send(command("cart.Add", "wanted"), command("cart.Add", "after"));

    Standing standing = standing(command("cart.Add", "wanted"));

    assertThat(standing.reason()).isEqualTo(StandingReason.NO_CONSUMER);
    assertThat(standing.ahead()).isEqualTo(3);
    assertThat(standing.sequence()).isEqualTo(4);
    assertThat(standing.storedAtMs()).isEqualTo(namespace.nowMs());
  }

  @Test
  void shouldNotCountWhatIsLeasedOrSettledAsAhead() {
    int queue = namespace.claim("cart", "cart.Add");
    namespace.sendMany("cart.Add", "c", 10);
    TestConsumer consumer = namespace.consume(queue, 4);
    consumer.complete(consumer.take().get(0));

    Standing standing = standing(command("cart.Add", "c8"));

    assertThat(standing.reason()).isEqualTo(StandingReason.NO_CREDIT);
    assertThat(standing.ahead()).as("5, 6 and 7; 1 is done, 2 to 4 are leased").isEqualTo(3);
  }

  @Test
  void shouldSayThatAConsumerWithCreditDoesNotRead() {
    int queue = namespace.claim("cart", "cart.Add");
    TestConsumer consumer = namespace.consume(queue, 0);
    consumer.choke();
    consumer.credit(10);
    namespace.send(command("cart.Add", "1"));

    assertThat(standing(command("cart.Add", "1")).reason()).isEqualTo(StandingReason.NOT_READING);
    consumer.resume();
    assertThat(standing(command("cart.Add", "1")).reason()).isEqualTo(StandingReason.LEASED);
  }

  @Test
  void shouldSayUntilWhenAMessageIsLeasedAndWhetherItsHandlingBegan() {
    int queue = namespace.claim("cart", "cart.Add");
    namespace.send(command("cart.Add", "1"), command("cart.Add", "2"));
    TestConsumer consumer = namespace.consume(queue, 10, LEASE_MS);
    List<Delivered> held = consumer.take();
    consumer.start(held.get(0));

    Standing first = standing(command("cart.Add", "1"));
    Standing second = standing(command("cart.Add", "2"));

    assertThat(first.reason()).isEqualTo(StandingReason.LEASED);
    assertThat(first.untilMs()).isEqualTo(namespace.nowMs() + LEASE_MS);
    assertThat(first.holder()).isEqualTo("test consumer");
    assertThat(first.started()).isTrue();
    assertThat(second.started()).isFalse();
  }

  @Test
  void shouldTellALaterTimeFromARetryAndItsError() {
    int queue = namespace.claim("cart", "cart.Add");
    long later = namespace.nowMs() + 60_000;
    namespace.send(command("cart.Add", "later").notBefore(later), command("cart.Add", "failing"));
    TestConsumer consumer = namespace.consume(queue, 10);
    consumer.fail(consumer.takeOne(), 5_000);

    Standing delayed = standing(command("cart.Add", "later"));
    Standing retried = standing(command("cart.Add", "failing"));

    assertThat(delayed.reason()).isEqualTo(StandingReason.DELAYED);
    assertThat(delayed.untilMs()).isEqualTo(later);
    assertThat(retried.reason()).isEqualTo(StandingReason.RETRY);
    assertThat(retried.untilMs()).isEqualTo(namespace.nowMs() + 5_000);
    assertThat(retried.failures()).isEqualTo(1);
    assertThat(retried.errorClass()).isEqualTo("Broken");
    assertThat(retried.errorMessage()).isEqualTo("it broke");
    assertThat(retried.failedAtMs()).isEqualTo(namespace.nowMs());
  }

  @Test
  void shouldSayThatARetryIsLeasedWithTheAttemptsThatFailedBefore() {
    int queue = namespace.claim("cart", "cart.Add");
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 10, LEASE_MS);
    consumer.fail(consumer.takeOne(), 1_000);
    namespace.pass(Duration.ofSeconds(1));
    consumer.takeOne();

    Standing standing = standing(command("cart.Add", "1"));

    assertThat(standing.reason()).isEqualTo(StandingReason.LEASED);
    assertThat(standing.failures()).isEqualTo(1);
    assertThat(standing.untilMs()).isEqualTo(namespace.nowMs() + LEASE_MS);
  }

  @Test
  void shouldNameTheMessageOfItsKeyThatIsInTheWay() {
    int queue = namespace.claim("cart", "cart.Add");
    TestConsumer consumer = namespace.consume(queue, 10);
    namespace.send(
        command("cart.Add", "a1").key("a"),
        command("cart.Add", "b1").key("b"),
        command("cart.Add", "a2").key("a"),
        command("cart.Add", "b2").key("b"));
    List<Delivered> held = consumer.take();
    consumer.fail(held.get(1), 60_000);

    Standing behindLeased = standing(command("cart.Add", "a2"));
    Standing behindRetry = standing(command("cart.Add", "b2"));

    assertThat(behindLeased.reason()).isEqualTo(StandingReason.BEHIND_KEY);
    assertThat(behindLeased.behind()).isEqualTo(1);
    assertThat(behindRetry.reason()).isEqualTo(StandingReason.BEHIND_KEY);
    assertThat(behindRetry.behind()).isEqualTo(2);
  }

  @Test
  void shouldSayWhyAMessageWasSetAside() {
    int queue = namespace.claim("cart", "cart.Add");
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 10);
    consumer.failFinally(consumer.takeOne());

    Standing standing = standing(command("cart.Add", "1"));

    assertThat(standing.reason()).isEqualTo(StandingReason.DEAD_LETTERED);
    assertThat(standing.errorClass()).isEqualTo("Undecodable");
    assertThat(standing.failures()).isEqualTo(1);
  }

  @Test
  void shouldSayThatNobodyOwnsTheType() {
    namespace.send(command("cart.Add", "1"));

    assertThat(standing(command("cart.Add", "1")).reason()).isEqualTo(StandingReason.UNOWNED);
  }

  @Test
  void shouldFindEachCopyOfAnEvent() {
    int billing = namespace.subscribe("billing", "cart.*");
    int stock = namespace.subscribe("stock", "cart.Added");
    namespace.subscribe("mail", "mail.>");
    namespace.send(event("cart.Added", "0"), event("cart.Added", "1"));
    TestConsumer consumer = namespace.consume(stock, 10);
    consumer.complete(consumer.take().get(1));

    List<MessagePlace> places = search(TestMessage.id("cart.Added/1")).places();

    assertThat(places).containsExactly(new MessagePlace(billing, 2, 1, 1));
    assertThat(search(TestMessage.id("cart.Added/0")).places())
        .containsExactly(new MessagePlace(billing, 1, 1, 0), new MessagePlace(stock, 1, 1, 0));
  }

  @Test
  void shouldFindNothingOfAnIdThatNobodySent() {
    namespace.claim("cart", "cart.Add");
    namespace.send(command("cart.Add", "1"));

    MessageSearch search = search(TestMessage.id("never sent"));

    assertThat(search.stored()).isNull();
    assertThat(search.places()).isEmpty();
    assertThat(search.progress()).isEqualTo(1);
  }

  @Test
  void shouldSayTheSameAfterARestart() {
    int queue = namespace.claim("cart", "cart.Add");
    namespace.sendMany("cart.Add", "c", 5);
    TestConsumer consumer = namespace.consume(queue, 2);
    consumer.fail(consumer.take().get(0), 60_000);
    namespace.restart();

    assertThat(standing(command("cart.Add", "c1")).reason()).isEqualTo(StandingReason.RETRY);
    Standing waiting = standing(command("cart.Add", "c5"));
    assertThat(waiting.reason()).isEqualTo(StandingReason.NO_CONSUMER);
    assertThat(waiting.ahead()).as("2, 3 and 4").isEqualTo(3);
  }

  // ---------------------------------------------------------------- bounds

  @Test
  void shouldLookAtNoMoreChunksInOneStepThanTheLimitSays() {
    namespace.claim("cart", "cart.Add");
    for (int i = 0; i <= MessageSearch.STEP_CHUNKS; i++) {
      namespace.submitOnly(TestNamespace.sending(command("cart.Add", "c" + i)));
      namespace.sequencer().runOnce();
    }
    namespace.run();
    MessageSearch search = newSearch(command("cart.Add", "c" + MessageSearch.STEP_CHUNKS).id());

    search.step();
    assertThat(search.stored()).as("it lies in the chunk after the step's last").isNull();
    assertThat(search.isOver()).isFalse();
    assertThat(search.progress()).isBetween(0.9, 1.0);
    search.step();

    assertThat(search.stored()).isNotNull();
  }

  @Test
  void shouldLookAtNoMoreBytesInOneStepThanTheLimitSays() {
    namespace.claim("cart", "cart.Add");
    int half = MessageSearch.STEP_BYTES / 2;
    for (int i = 0; i < 3; i++) {
      namespace.send(command("cart.Add", "c" + i).padded(half));
    }
    MessageSearch search = newSearch(command("cart.Add", "c2").id());

    search.step();

    assertThat(search.stored()).isNull();
    assertThat(search.bytesLooked()).isBetween(2L * half, 2L * half + 1_000);
  }

  @Test
  void shouldStartWhereTheIdsOwnTimeSaysAndLookAtTheRestAfterwards() {
    namespace.claim("cart", "cart.Add");
    for (int i = 0; i < 1_000; i++) {
      namespace.send(command("cart.Add", "old" + i).padded(1_000));
    }
    namespace.pass(Duration.ofHours(1));
    MessageId timed = new MessageId(namespace.nowMs() << 16 | 0x7000, 0x8000_0000_0000_0001L);
    namespace.send(command("cart.Add", "new").id(timed));
    MessageId early =
        new MessageId((namespace.nowMs() + 86_400_000L) << 16 | 0x7000, 0x8000_0000_0000_0002L);
    namespace.send(command("cart.Add", "of a clock that is wrong").id(early));

    MessageSearch search = search(timed);

    assertThat(search.places()).hasSize(1);
    assertThat(search.bytesLooked()).as("only what came after the hour").isLessThan(1_000);
    assertThat(search(early).places()).as("wherever it was stored").hasSize(1);
  }

  // ---------------------------------------------------------------- helpers

  private MessageSearch newSearch(MessageId id) {
    return new MessageSearch(namespace.store(), id, namespace.position());
  }

  private MessageSearch search(MessageId id) {
    MessageSearch search = newSearch(id);
    while (!search.isOver()) {
      search.step();
    }
    if (search.stored() != null) {
      List<Integer> all = new ArrayList<>();
      namespace.engine().destinations().all().forEach(destination -> all.add(destination.id()));
      search.lookIn(all);
      while (!search.isOver()) {
        search.step();
      }
    }
    return search;
  }

  private Standing standing(TestMessage message) {
    List<MessagePlace> places = search(message.id()).places();
    assertThat(places).hasSize(1);
    Standing standing =
        namespace
            .destination(places.get(0).destination())
            .standing(places.get(0), namespace.nowMs());
    assertThat(standing).isNotNull();
    return standing;
  }
}
