package io.parley.engine.catalog;

import static io.parley.engine.testing.TestMessage.command;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.destination.TypeMove;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import io.parley.engine.testing.TestNamespace.Answer;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageKind;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A type moves to another queue, and its commands along. */
class TransferTest {
  private static final int LEASE_MS = 10_000;

  private final TestNamespace namespace = new TestNamespace();

  @Test
  void shouldMoveWaitingCommandsOfTheTypeAloneInTheirOrder() {
    int cart = namespace.claim("cart", "cart.Add", "cart.Remove");
    namespace.send(
        command("cart.Add", "1"),
        command("cart.Remove", "other"),
        command("cart.Add", "2"),
        command("cart.Add", "3"));
    namespace.send(command("cart.Add", "4"));

    assertThat(transfer("cart.Add", "basket")).isEqualTo(new Result.Count(4));
    namespace.send(command("cart.Add", "5"));

    int basket = namespace.claim("basket");
    TestConsumer consumer = namespace.consume(basket, 10);
    List<Delivered> delivered = consumer.take();
    assertThat(delivered).extracting(Delivered::body).containsExactly("1", "2", "3", "4", "5");
    TestConsumer old = namespace.consume(cart, 10);
    Delivered other = old.takeOne();
    assertThat(other.body()).isEqualTo("other");
    consumer.complete(delivered);
    old.complete(other);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldMoveAllInOneGroupWithTheOwnership() {
    namespace.claim("cart", "cart.Add");
    namespace.sendMany("cart.Add", "c", 100);
    long before = namespace.position();

    transfer("cart.Add", "basket");

    assertThat(namespace.position()).as("one group: all or nothing").isEqualTo(before + 1);
    namespace.restart();
    assertThat(namespace.counts(namespace.claim("basket")).ready()).isEqualTo(100);
    assertThat(namespace.counts(namespace.claim("cart")).ready()).isZero();
  }

  @Test
  void shouldMoveDelayedRetriedAndDeadOnesWithWhatIsKnownOfThem() {
    int cart = namespace.claim("cart", "cart.Add");
    long later = namespace.nowMs() + 60_000;
    namespace.send(
        command("cart.Add", "later").notBefore(later),
        command("cart.Add", "failing"),
        command("cart.Add", "dead"),
        command("cart.Add", "dropped"));
    TestConsumer consumer = namespace.consume(cart, 10);
    List<Delivered> held = consumer.take();
    consumer.fail(held.get(0), 30_000);
    consumer.failFinally(held.get(1));
    consumer.failFinally(held.get(2));

    assertThat(transfer("cart.Add", "basket")).isEqualTo(new Result.Count(4));

    int basket = namespace.claim("basket");
    assertThat(namespace.counts(cart).dead()).isZero();
    assertThat(namespace.deadLetters(basket))
        .extracting(letter -> letter.errorClass() + letter.attempts())
        .containsExactly("Undecodable1", "Undecodable1");
    TestConsumer heir = namespace.consume(basket, 10);
    assertThat(heir.take()).isEmpty();
    namespace.pass(Duration.ofSeconds(30));
    Delivered failing = heir.takeOne();
    assertThat(failing.body()).isEqualTo("failing");
    assertThat(failing.attempt()).isEqualTo(2);
    heir.complete(failing);
    namespace.pass(Duration.ofSeconds(30));
    Delivered delayed = heir.takeOne();
    assertThat(delayed.body()).isEqualTo("later");
    heir.complete(List.of(delayed));
    assertThat(namespace.redrive(basket, TestMessage.id("cart.Add/dead"))).isEqualTo(1);
    namespace.pass(Duration.ofMillis(1));
    heir.complete(heir.takeOne());
    assertThat(namespace.drop(basket, null)).isEqualTo(1);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldLeaveLeasedOnesToTheirHolder() {
    int cart = namespace.claim("cart", "cart.Add");
    namespace.sendMany("cart.Add", "c", 4);
    TestConsumer holder = namespace.consume(cart, 2);
    List<Delivered> held = holder.take();

    assertThat(transfer("cart.Add", "basket")).isEqualTo(new Result.Count(2));
    holder.credit(10);
    assertThat(holder.take()).as("nothing more of a type that isn't its own").isEmpty();
    holder.complete(held);

    TestConsumer heir = namespace.consume(namespace.claim("basket"), 10);
    List<Delivered> moved = heir.take();
    assertThat(moved).extracting(Delivered::body).containsExactly("c3", "c4");
    heir.complete(moved);
    namespace.assertNothingLeft();
    assertThat(namespace.engine().catalog().moving()).isEmpty();
  }

  private enum Return {
    RELEASED,
    FAILED,
    FAILED_AT_ONCE,
    EXPIRED,
    EXPIRED_WHILE_HANDLED,
    DISCONNECTED,
    RESTARTED
  }

  @ParameterizedTest
  @EnumSource
  void shouldGiveAReturnedCommandToTheNewOwner(Return how) {
    int cart = namespace.claim("cart", "cart.Add");
    namespace.send(command("cart.Add", "1"));
    TestConsumer holder = namespace.consume(cart, 10, LEASE_MS);
    Delivered held = holder.takeOne();
    transfer("cart.Add", "basket");
    int basket = namespace.claim("basket");
    assertThat(namespace.counts(basket).ready()).isZero();

    switch (how) {
      case RELEASED -> holder.release(held);
      case FAILED -> holder.fail(held, 5_000);
      case FAILED_AT_ONCE -> holder.fail(held, 0);
      case EXPIRED -> namespace.pass(Duration.ofMillis(LEASE_MS));
      case EXPIRED_WHILE_HANDLED -> {
        holder.start(held);
        namespace.pass(Duration.ofMillis(LEASE_MS));
      }
      case DISCONNECTED -> holder.disconnect();
      case RESTARTED -> namespace.restart();
      default -> throw new AssertionError(how);
    }
    namespace.pass(Duration.ofSeconds(5));

    TestConsumer heir = namespace.consume(basket, 10);
    namespace.pass(Duration.ofMillis(1));
    boolean counted =
        how == Return.FAILED || how == Return.FAILED_AT_ONCE || how == Return.EXPIRED_WHILE_HANDLED;
    Delivered got = heir.takeOne();
    assertThat(got.attempt()).isEqualTo(counted ? 2 : 1);
    if (how != Return.RESTARTED) {
      assertThat(holder.take()).as("not to the old owner").isEmpty();
    }
    heir.complete(got);
    namespace.assertNothingLeft();
    assertThat(namespace.engine().catalog().moving()).isEmpty();
  }

  @Test
  void shouldMoveALeasedCommandThatIsSetAsideLater() {
    int cart = namespace.claim("cart", "cart.Add");
    namespace.send(command("cart.Add", "1"));
    TestConsumer holder = namespace.consume(cart, 10);
    Delivered held = holder.takeOne();
    transfer("cart.Add", "basket");

    holder.failFinally(held);

    int basket = namespace.claim("basket");
    assertThat(namespace.deadLetters(basket)).hasSize(1);
    assertThat(namespace.deadLetters(cart)).isEmpty();
    namespace.drop(basket, null);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldLetTheNextOfAKeyGoOnWhenThoseInItsWayMoved() {
    int cart = namespace.claim("cart", "cart.Add", "cart.Remove");
    namespace.send(command("cart.Add", "1").key("k"), command("cart.Remove", "2").key("k"));
    TestConsumer consumer = namespace.consume(cart, 10);
    consumer.release(consumer.takeOne());
    Delivered again = consumer.takeOne();
    consumer.fail(again, 60_000);

    transfer("cart.Add", "basket");

    assertThat(consumer.takeBodies()).containsExactly("2");
  }

  @Test
  void shouldKeepTheOrderOfAKeyWhoseFirstCommandWaitsForItsRetry() {
    int cart = namespace.claim("cart", "cart.Add");
    namespace.send(
        command("cart.Add", "0").key("other"),
        command("cart.Add", "1").key("k"),
        command("cart.Add", "2").key("k"),
        command("cart.Add", "3").key("k"));
    TestConsumer consumer = namespace.consume(cart, 10);
    List<Delivered> held = consumer.take();
    consumer.complete(held.get(0));
    consumer.fail(held.get(1), 60_000);

    assertThat(transfer("cart.Add", "basket")).isEqualTo(new Result.Count(3));

    TestConsumer heir = namespace.consume(namespace.claim("basket"), 10);
    assertThat(heir.take()).as("2 and 3 wait behind 1").isEmpty();
    namespace.pass(Duration.ofMinutes(1));
    for (String expected : List.of("1", "2", "3")) {
      Delivered next = heir.takeOne();
      assertThat(next.body()).isEqualTo(expected);
      heir.complete(next);
    }
    namespace.assertNothingLeft();
  }

  @Test
  void shouldMoveMoreDelayedCommandsThanOneStepTakes() {
    namespace.claim("cart", "cart.Add");
    int count = TypeMove.STEP_MESSAGES + 5;
    long later = namespace.nowMs() + 60_000;
    namespace.send(
        IntStream.range(0, count)
            .mapToObj(n -> command("cart.Add", "" + n).notBefore(later))
            .toList());

    transfer("cart.Add", "basket");

    int basket = namespace.claim("basket");
    assertThat(namespace.counts(basket).delayed()).isEqualTo(count);
    assertThat(namespace.counts(namespace.claim("cart")).delayed()).isZero();
    assertThat(namespace.engine().catalog().moving()).isEmpty();
  }

  @Test
  void shouldMoveManyCommandsStepByStepWithNewOnesBehindThem() {
    int cart = namespace.claim("cart", "cart.Add");
    int count = 2 * TypeMove.STEP_MESSAGES + 1;
    for (int i = 0; i < count; i += 1_000) {
      int first = i;
      namespace.send(
          IntStream.range(first, Math.min(first + 1_000, count))
              .mapToObj(n -> command("cart.Add", "" + n))
              .toList());
    }
    TestConsumer old = namespace.consume(cart, 0);
    Answer transferred =
        namespace.submitOnly(new Operation.TransferType("cart.Add", "basket", "basket"));
    Answer sent = namespace.submitOnly(TestNamespace.sending(command("cart.Add", "new")));
    while (!sent.isDone()) {
      namespace.sequencer().runOnce();
    }
    assertThat(transferred.result()).isEqualTo(new Result.Count(TypeMove.STEP_MESSAGES));
    assertThat(namespace.counts(cart).ready()).as("left after a step or two").isPositive();
    namespace.sequencer().adjust(engine -> engine.credit(old.consumer(), 10, 10));
    namespace.sequencer().runOnce();
    assertThat(old.take()).as("the old queue stands still meanwhile").isEmpty();
    namespace.restart();

    TestConsumer heir = namespace.consume(namespace.claim("basket"), count + 1);
    List<String> bodies = heir.takeBodies();
    assertThat(bodies).hasSize(count + 1);
    for (int i = 0; i < count; i++) {
      assertThat(bodies.get(i)).isEqualTo("" + i);
    }
    assertThat(bodies.get(count)).isEqualTo("new");
    heir.completeInRanges(heir.all());
    namespace.assertNothingLeft();
    assertThat(namespace.unowned("cart.Add")).isNull();
  }

  // ---------------------------------------------------------------- who owns it

  @Test
  void shouldRefuseTheOldOwnerFromThenOn() {
    namespace.claim("cart", "cart.Add");
    transfer("cart.Add", "basket");
    namespace.restart();

    Result result = namespace.submit(new Operation.ClaimTypes("cart", "cart", List.of("cart.Add")));

    assertThat(((Result.Refused) result).code()).isEqualTo(ErrorCode.OWNED_BY);
    assertThat(((Result.Refused) result).message()).contains("basket");
  }

  @Test
  void shouldGiveAnUnownedTypeToItsNewOwner() {
    namespace.send(command("cart.Add", "1"));

    transfer("cart.Add", "basket");

    assertThat(namespace.consume(namespace.claim("basket"), 10).takeBodies()).containsExactly("1");
    assertThat(namespace.unowned("cart.Add")).isNull();
  }

  @Test
  void shouldChangeNothingWhenTheOwnerIsTheSame() {
    namespace.claim("cart", "cart.Add");
    long before = namespace.position();

    assertThat(transfer("cart.Add", "cart")).isEqualTo(new Result.Count(0));
    assertThat(namespace.position()).isEqualTo(before);
  }

  @Test
  void shouldRefuseATypeThatIsNotThereOrNoCommand() {
    namespace.declare("cart.Added", MessageKind.EVENT, null);

    assertThat(((Result.Refused) transfer("cart.Add", "basket")).code())
        .isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(((Result.Refused) transfer("cart.Added", "basket")).code())
        .isEqualTo(ErrorCode.WRONG_KIND);
    assertThat(namespace.engine().destinations().all()).isEmpty();
  }

  @Test
  void shouldRefuseAQueueOfAnotherService() {
    namespace.claim("cart", "cart.Add");
    namespace.claim("basket", "basket.Add");

    Result result = namespace.submit(new Operation.TransferType("cart.Add", "thief", "basket"));

    assertThat(((Result.Refused) result).code()).isEqualTo(ErrorCode.OWNED_BY);
  }

  @Test
  void shouldRefuseAnotherTransferWhileHoldersOfTheFirstAreLeft() {
    int cart = namespace.claim("cart", "cart.Add");
    namespace.send(command("cart.Add", "1"));
    TestConsumer holder = namespace.consume(cart, 1);
    Delivered held = holder.takeOne();
    transfer("cart.Add", "basket");

    assertThat(((Result.Refused) transfer("cart.Add", "third")).code())
        .isEqualTo(ErrorCode.OVERLOADED);
    holder.complete(held);
    assertThat(transfer("cart.Add", "third")).isEqualTo(new Result.Count(0));
  }

  @ParameterizedTest
  @EnumSource
  void shouldKeepTheKindOfATypeForEver(MessageKind kind) {
    namespace.declare("cart.Thing", kind, null);
    namespace.restart();

    for (MessageKind other : MessageKind.values()) {
      Result result = namespace.declare("cart.Thing", other, null);
      if (other == kind) {
        assertThat(result).isEqualTo(Result.DONE);
      } else {
        assertThat(((Result.Refused) result).code()).isEqualTo(ErrorCode.WRONG_KIND);
      }
    }
  }

  private Result transfer(String type, String service) {
    return namespace.submit(new Operation.TransferType(type, service, service));
  }
}
