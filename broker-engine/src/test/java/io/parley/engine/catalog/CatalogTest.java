package io.parley.engine.catalog;

import static io.parley.engine.testing.TestMessage.command;
import static io.parley.engine.testing.TestMessage.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.parley.engine.destination.Destination;
import io.parley.engine.destination.DestinationKind;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.store.Table;
import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.TypePattern;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CatalogTest {
  private final TestNamespace namespace = new TestNamespace();

  // ---------------------------------------------------------------- ownership

  @Test
  void shouldRefuseATypeThatAnotherServiceOwns() {
    namespace.claim("cart", "cart.Add");

    Result result = claim("billing", "billing", "billing.Pay", "cart.Add");

    assertThat(result)
        .isEqualTo(
            new Result.Refused(
                ErrorCode.OWNED_BY,
                "command type 'cart.Add' is OWNED_BY cart, queue cart (asked for by queue"
                    + " billing)"));
    assertThat(namespace.engine().catalog().types()).as("nothing changed").hasSize(1);
    assertThat(namespace.engine().destinations().all()).hasSize(1);
  }

  @Test
  void shouldRefuseAQueueThatAnotherServiceHas() {
    namespace.claim("cart", "cart.Add");

    Result result = claim("billing", "cart", "billing.Pay");

    assertThat(((Result.Refused) result).code()).isEqualTo(ErrorCode.OWNED_BY);
    assertThat(namespace.engine().catalog().types()).hasSize(1);
  }

  @Test
  void shouldRefuseToClaimAnEventTypeAsCommand() {
    namespace.send(event("cart.Added", "1"));

    Result result = claim("cart", "cart", "cart.Add", "cart.Added");

    assertThat(((Result.Refused) result).code()).isEqualTo(ErrorCode.WRONG_KIND);
    assertThat(namespace.engine().destinations().all()).as("no queue was made").isEmpty();
    assertThat(namespace.engine().catalog().types()).as("no type was made").hasSize(1);
  }

  @Test
  void shouldGiveBackTheSameQueueToTheSameService() {
    int queue = namespace.claim("cart", "cart.Add");
    namespace.restart();

    assertThat(namespace.claim("cart", "cart.Remove")).isEqualTo(queue);
    assertThat(namespace.engine().catalog().typesOf(namespace.destination(queue)))
        .containsExactly("cart.Add", "cart.Remove");
  }

  @Test
  void shouldRefuseClaimsOfUndeclaredTypesUnderPolicyDeclared() {
    TestNamespace strict =
        new TestNamespace(TestNamespace.settings(10, true, Duration.ofMinutes(10)));
    strict.declare("cart.Add", MessageKind.COMMAND, null);

    Result result =
        strict.submit(new Operation.ClaimTypes("cart", "cart", List.of("cart.Add", "cart.Remove")));

    assertThat(((Result.Refused) result).code()).isEqualTo(ErrorCode.TYPE_NOT_DECLARED);
    assertThat(strict.engine().destinations().all()).isEmpty();
    strict.claim("cart", "cart.Add");
  }

  @Test
  void shouldKeepThePolicyAcrossRestart() {
    TestNamespace strict =
        new TestNamespace(TestNamespace.settings(10, true, Duration.ofMinutes(10)));
    long position = strict.position();

    strict.restart();

    assertThat(strict.engine().catalog().isDeclaredOnly()).isTrue();
    assertThat(strict.position()).as("no need to set it again").isEqualTo(position);
  }

  @Test
  void shouldFixTheKindOfOfferedAnswersAsQuery() {
    assertThat(namespace.submit(new Operation.OfferAnswers("cart", List.of("cart.Get"))))
        .isEqualTo(Result.DONE);

    assertThat(namespace.send(command("cart.Get", "1")))
        .extracting(Result.Refusal::code)
        .containsExactly(ErrorCode.WRONG_KIND);
  }

  // ---------------------------------------------------------------- declared types

  @Test
  void shouldNotGiveADeclaredTypeAwayFromItsOwner() {
    int cart = namespace.claim("cart", "cart.Add");

    Result result = namespace.declare("cart.Add", MessageKind.COMMAND, "billing");

    assertThat(((Result.Refused) result).code()).isEqualTo(ErrorCode.OWNED_BY);
    namespace.send(command("cart.Add", "1"));
    assertThat(namespace.destination(cart).ready()).isEqualTo(1);
    assertThat(namespace.engine().destinations().all()).as("no queue was made").hasSize(1);
  }

  @Test
  void shouldRefuseAnOwnerForWhatIsNoCommand() {
    Result result = namespace.declare("cart.Added", MessageKind.EVENT, "cart");

    assertThat(result)
        .isEqualTo(
            new Result.Refused(
                ErrorCode.INVALID_ARGUMENT,
                "owner 'cart' of event type 'cart.Added' (expected: none; only command types are"
                    + " owned)"));
    assertThat(namespace.engine().catalog().types()).isEmpty();
  }

  @Test
  void shouldAdoptWaitingCommandsWhenTheirTypeIsDeclaredWithAnOwner() {
    namespace.send(command("cart.Add", "1"), command("cart.Add", "2"));

    namespace.declare("cart.Add", MessageKind.COMMAND, "cart");

    assertThat(namespace.unowned("cart.Add")).isNull();
    assertThat(namespace.consume(namespace.claim("cart"), 10).takeBodies())
        .containsExactly("1", "2");
  }

  @Test
  void shouldKeepWhatWasDeclaredAcrossRestart() {
    namespace.declare("cart.Add", MessageKind.COMMAND, "cart");
    namespace.declare("cart.Added", MessageKind.EVENT, null);
    namespace.restart();

    assertThat(namespace.engine().catalog().types())
        .extracting(TypeEntry::name, TypeEntry::kind, TypeEntry::declared)
        .containsExactly(
            tuple("cart.Add", MessageKind.COMMAND, true),
            tuple("cart.Added", MessageKind.EVENT, true));
    assertThat(((Result.Refused) claim("billing", "billing", "cart.Add")).code())
        .isEqualTo(ErrorCode.OWNED_BY);
  }

  // ---------------------------------------------------------------- unowned commands

  @Test
  void shouldHandOverUnownedCommandsInOrderToTheOneWhoClaimsTheirType() {
    namespace.sendMany("cart.Add", "early", 3);
    namespace.sendMany("cart.Add", "late", 2);
    namespace.send(command("cart.Remove", "other type"));
    assertThat(namespace.unowned("cart.Add").ready()).isEqualTo(5);

    TestConsumer consumer = namespace.consume(namespace.claim("cart", "cart.Add"), 10);

    List<Delivered> delivered = consumer.take();
    assertThat(delivered)
        .extracting(Delivered::body)
        .containsExactly("early1", "early2", "early3", "late1", "late2");
    assertThat(namespace.unowned("cart.Add")).isNull();
    assertThat(namespace.unowned("cart.Remove").ready()).isEqualTo(1);
    consumer.complete(delivered);
    namespace.claim("cart", "cart.Remove");
    consumer.complete(consumer.takeOne());
    namespace.assertNothingLeft();
  }

  @Test
  void shouldKeepUnownedCommandsAcrossRestart() {
    namespace.sendMany("cart.Add", "c", 3);
    namespace.restart();

    assertThat(namespace.unowned("cart.Add").ready()).isEqualTo(3);
    assertThat(namespace.consume(namespace.claim("cart", "cart.Add"), 10).takeBodies())
        .containsExactly("c1", "c2", "c3");
  }

  @Test
  void shouldFinishAnAdoptionThatARestartInterrupted() {
    namespace.sendMany("cart.Add", "c", 3);
    namespace.submitOnly(new Operation.ClaimTypes("cart", "cart", List.of("cart.Add")));
    namespace.sequencer().runOnce();
    assertThat(namespace.unowned("cart.Add")).as("claimed, not adopted").isNotNull();

    namespace.restart();

    assertThat(namespace.unowned("cart.Add")).isNull();
    assertThat(namespace.consume(namespace.claim("cart"), 10).takeBodies())
        .containsExactly("c1", "c2", "c3");
  }

  @Test
  void shouldKeepTheOrderOfCommandsSentWhileEarlierOnesAreAdopted() {
    namespace.sendMany("cart.Add", "before", 2);
    namespace.submitOnly(new Operation.ClaimTypes("cart", "cart", List.of("cart.Add")));
    namespace.submitOnly(TestNamespace.sending(command("cart.Add", "same group")));
    namespace.sequencer().runOnce();
    namespace.submitOnly(TestNamespace.sending(command("cart.Add", "while adopting")));
    namespace.run();
    namespace.send(command("cart.Add", "after"));

    assertThat(namespace.consume(namespace.claim("cart"), 10).takeBodies())
        .containsExactly("before1", "before2", "same group", "while adopting", "after");
  }

  @Test
  void shouldAdoptManyGroupsOfCommandsStepByStep() {
    int groups = 10_050;
    for (int i = 1; i <= groups; i++) {
      namespace.submitOnly(TestNamespace.sending(command("cart.Add", "" + i)));
      namespace.sequencer().runOnce();
    }
    namespace.submitOnly(new Operation.ClaimTypes("cart", "cart", List.of("cart.Add")));
    namespace.sequencer().runOnce();
    namespace.sequencer().runOnce();
    assertThat(namespace.unowned("cart.Add").ready()).as("the first step").isEqualTo(50);
    namespace.restart();

    TestConsumer consumer = namespace.consume(namespace.claim("cart"), 20_000);

    List<String> bodies = consumer.takeBodies();
    assertThat(bodies).hasSize(groups);
    for (int i = 0; i < groups; i++) {
      assertThat(bodies.get(i)).isEqualTo("" + (i + 1));
    }
  }

  @Test
  void shouldLetOthersHaveTheirTurnWhileManyCommandsAreAdopted() {
    for (int i = 1; i <= 10_050; i++) {
      namespace.submitOnly(TestNamespace.sending(command("cart.Add", "" + i)));
      namespace.sequencer().runOnce();
    }
    namespace.submitOnly(new Operation.ClaimTypes("cart", "cart", List.of("cart.Add")));
    namespace.sequencer().runOnce();
    namespace.sequencer().runOnce();
    TestNamespace.Answer other =
        namespace.submitOnly(TestNamespace.sending(command("billing.Pay", "1")));

    namespace.sequencer().runOnce();

    assertThat(other.isDone()).isTrue();
    assertThat(namespace.unowned("cart.Add")).as("the adoption goes on").isNotNull();
    namespace.run();
    assertThat(namespace.unowned("cart.Add")).isNull();
  }

  @Test
  void shouldHandOverDelayedCommandsInTheirPlaceAmongThoseOfTheirKey() {
    long later = namespace.nowMs() + 60_000;
    namespace.send(
        command("cart.Add", "1").key("k"),
        command("cart.Add", "2").key("k").notBefore(later),
        command("cart.Add", "3").key("k"),
        command("cart.Add", "other").key("o"));

    TestConsumer consumer = namespace.consume(namespace.claim("cart", "cart.Add"), 10);

    List<Delivered> first = consumer.take();
    assertThat(first).extracting(Delivered::body).containsExactly("1", "other");
    consumer.complete(first);
    assertThat(consumer.take()).as("3 stays behind 2, which waits for its time").isEmpty();
    namespace.pass(Duration.ofMinutes(1));
    Delivered second = consumer.takeOne();
    assertThat(second.body()).isEqualTo("2");
    consumer.complete(second);
    Delivered third = consumer.takeOne();
    assertThat(third.body()).isEqualTo("3");
    consumer.complete(third);
    namespace.assertNothingLeft();
  }

  @Test
  void shouldHandOverDelayedCommandsThatCameDueWhileNobodyOwnedThem() {
    namespace.send(command("cart.Add", "1").notBefore(namespace.nowMs() + 1_000));
    namespace.pass(Duration.ofHours(1));

    TestConsumer consumer = namespace.consume(namespace.claim("cart", "cart.Add"), 10);
    namespace.pass(Duration.ofMillis(1));

    consumer.complete(consumer.takeOne());
    namespace.assertNothingLeft();
  }

  @Test
  void shouldNeverUseADestinationNumberAgain() {
    namespace.send(command("cart.Add", "1"));
    int unowned = namespace.unowned("cart.Add").id();
    namespace.claim("cart", "cart.Add");
    assertThat(namespace.unowned("cart.Add")).isNull();
    namespace.restart();

    namespace.send(command("cart.Remove", "1"));

    assertThat(namespace.unowned("cart.Remove").id()).isGreaterThan(unowned + 1);
  }

  // ---------------------------------------------------------------- subscriptions

  @Test
  void shouldRefuseASubscriptionOfAnotherService() {
    namespace.subscribe("billing", "cart.>");

    Result result =
        namespace.submit(
            new Operation.Subscribe("stock", "billing", List.of(new TypePattern("cart.Added"))));

    assertThat(((Result.Refused) result).code()).isEqualTo(ErrorCode.OWNED_BY);
  }

  @Test
  void shouldRefuseToUseASubscriptionThatDoesNotExist() {
    Result result = namespace.submit(new Operation.Subscribe("stock", "stock", List.of()));

    assertThat(((Result.Refused) result).code()).isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void shouldDeliverByTheNewPatternsOnceTheyChanged() {
    int inbox = namespace.subscribe("billing", "cart.Added");
    namespace.send(event("cart.Added", "1"), event("cart.Removed", "2"));

    assertThat(namespace.subscribe("billing", "cart.Removed")).isEqualTo(inbox);
    namespace.send(event("cart.Added", "3"), event("cart.Removed", "4"));
    namespace.restart();
    namespace.send(event("cart.Added", "5"), event("cart.Removed", "6"));

    assertThat(namespace.consume(inbox, 10).takeBodies()).containsExactly("1", "4", "6");
  }

  @Test
  void shouldUseASubscriptionAsItIsWhenNoPatternsAreGiven() {
    int inbox = namespace.subscribe("billing", "cart.Added");

    assertThat(namespace.subscribe("billing")).isEqualTo(inbox);

    namespace.send(event("cart.Added", "1"));
    assertThat(namespace.destination(inbox).ready()).isEqualTo(1);
  }

  @Test
  void shouldWriteNothingWhenAClaimChangesNothing() {
    namespace.claim("cart", "cart.Add");
    namespace.subscribe("billing", "cart.>");
    long before = namespace.position();

    namespace.claim("cart", "cart.Add");
    namespace.subscribe("billing", "cart.>");

    assertThat(namespace.position()).isEqualTo(before);
    assertThat(namespace.entries(Table.TYPES)).isEqualTo(1);
  }

  // ---------------------------------------------------------------- limits

  @Test
  void shouldTakeAsManyTypesAsTheLimitSaysAndRefuseTheNext() {
    String[] types =
        IntStream.range(0, Catalog.TYPES_MAX).mapToObj(i -> "t" + i).toArray(String[]::new);
    namespace.claim("cart", types);

    Result result = claim("cart", "cart", "t0", "one.more");

    assertThat(result)
        .isEqualTo(
            new Result.Refused(
                ErrorCode.TOO_MANY,
                "type 'one.more' would be one more than 250000 (expected: at most 250000 types in"
                    + " a namespace)"));
  }

  @Test
  void shouldTakeAsManyDestinationsAsTheLimitSaysAndRefuseTheNext() {
    for (int i = 0; i < Catalog.DESTINATIONS_MAX; i++) {
      namespace.submitOnly(
          new Operation.Subscribe("s", "inbox" + i, List.of(new TypePattern("t" + i))));
      if (i % 10_000 == 0) {
        namespace.run();
      }
    }
    namespace.run();

    Result result = claim("cart", "cart");

    assertThat(result)
        .isEqualTo(
            new Result.Refused(
                ErrorCode.TOO_MANY,
                "'cart' would be one more than 250000 (expected: at most 250000 queues and"
                    + " subscriptions in a namespace)"));
    namespace.send(event("t" + (Catalog.DESTINATIONS_MAX - 1), "1"));
    Destination last =
        namespace
            .engine()
            .destinations()
            .find(DestinationKind.INBOX, "inbox" + (Catalog.DESTINATIONS_MAX - 1));
    assertThat(last).isNotNull();
    assertThat(last.ready()).isEqualTo(1);
    assertThat(namespace.engine().destinations().occupied()).containsExactly(last);
  }

  @Test
  void shouldFindRoutesAnewWhenMoreTypesAreInUseThanAreKeptAtHand() {
    int types = Catalog.ROUTES_MAX + 10;
    String[] names = IntStream.range(0, types).mapToObj(i -> "t" + i).toArray(String[]::new);
    int queue = namespace.claim("cart", names);

    for (int round = 0; round < 2; round++) {
      assertThat(namespace.send(Stream.of(names).map(name -> command(name, "1")).toList()))
          .isEmpty();
    }

    assertThat(namespace.destination(queue).ready()).isEqualTo(2L * types);
  }

  private Result claim(String service, String queue, String... types) {
    return namespace.submit(new Operation.ClaimTypes(service, queue, List.of(types)));
  }
}
