package io.parley.engine.intake;

import static io.parley.engine.testing.TestMessage.command;
import static io.parley.engine.testing.TestMessage.event;
import static io.parley.engine.testing.TestMessage.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.parley.engine.EngineSettings;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.operation.Result.Refusal;
import io.parley.engine.store.Table;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IntakeTest {
  private static final MessageId SESSION = new MessageId(7, 7);
  private static final Duration WINDOW = EngineSettings.DEFAULTS.dedupWindow();

  private final TestNamespace namespace = new TestNamespace();

  // ---------------------------------------------------------------- producer sessions

  @Test
  void shouldStoreOnceWhatASessionSendsAgain() {
    int queue = namespace.claim("cart", "cart.Add");
    namespace.send(SESSION, 1, command("cart.Add", "1"), command("cart.Add", "2"));

    Result again = namespace.send(SESSION, 1, command("cart.Add", "1"), command("cart.Add", "2"));

    assertThat(again).isEqualTo(Result.Sent.ALL);
    assertThat(namespace.consume(queue, 10).takeBodies()).containsExactly("1", "2");
  }

  @Test
  void shouldStoreOnlyTheNewPartOfABatchThatOverlapsAnEarlierOne() {
    int queue = namespace.claim("cart", "cart.Add");
    namespace.send(SESSION, 1, command("cart.Add", "1"), command("cart.Add", "2"));

    namespace.send(
        SESSION, 2, command("cart.Add", "2"), command("cart.Add", "3"), command("cart.Add", "4"));

    assertThat(namespace.consume(queue, 10).takeBodies()).containsExactly("1", "2", "3", "4");
  }

  @Test
  void shouldRememberHowFarASessionGotAcrossRestart() {
    int queue = namespace.claim("cart", "cart.Add");
    namespace.send(SESSION, 1, command("cart.Add", "1"), command("cart.Add", "2"));
    namespace.restart();

    Result again = namespace.send(SESSION, 2, command("cart.Add", "2"), command("cart.Add", "3"));

    assertThat(again).isEqualTo(Result.Sent.ALL);
    assertThat(namespace.consume(queue, 10).takeBodies()).containsExactly("1", "2", "3");
  }

  @Test
  void shouldRefuseABatchThatSkipsASequence() {
    int queue = namespace.claim("cart", "cart.Add");
    namespace.send(SESSION, 1, command("cart.Add", "1"));

    Result gap = namespace.send(SESSION, 3, command("cart.Add", "3"));

    assertThat(gap)
        .isEqualTo(
            new Result.Refused(
                ErrorCode.OUT_OF_SEQUENCE, "first sequence: 3 (expected: at most 2)"));
    assertThat(namespace.consume(queue, 10).takeBodies()).containsExactly("1");
  }

  @Test
  void shouldTakeWhateverSequenceAnUnknownSessionStartsWith() {
    int queue = namespace.claim("cart", "cart.Add");

    Result result = namespace.send(SESSION, 1000, command("cart.Add", "1000"));

    assertThat(result).isEqualTo(Result.Sent.ALL);
    assertThat(namespace.send(SESSION, 1002, command("cart.Add", "1002")))
        .isInstanceOf(Result.Refused.class);
    assertThat(namespace.consume(queue, 10).takeBodies()).containsExactly("1000");
  }

  @Test
  void shouldAnswerARepeatedBatchWithTheSameRefusals() {
    namespace.claim("cart", "cart.Add");
    TestMessage[] batch = {
      command("cart.Add", "1"),
      event("cart.Add", "2"),
      event("cart.Add", "3"),
      command("cart.Add", "4"),
      query("cart.Get", "5")
    };
    Result first = namespace.send(SESSION, 1, batch);
    assertThat(((Result.Sent) first).refusals())
        .extracting(Refusal::index)
        .containsExactly(1, 2, 4);

    assertThat(namespace.send(SESSION, 1, batch)).isEqualTo(first);
    namespace.restart();
    assertThat(namespace.send(SESSION, 1, batch)).isEqualTo(first);
  }

  @Test
  void shouldRememberWhatWasFoundUnfitBeforeItCame() {
    int queue = namespace.claim("cart", "cart.Add");
    Operation.Send send =
        new Operation.Send(
            SESSION,
            1,
            TestMessage.batch(
                command("cart.Add", "1"), command("cart.Add", "2"), command("cart.Add", "3")),
            List.of(new Refusal(1, 0, ErrorCode.CORRUPT_MESSAGE, "message 1 is damaged")));

    Result first = namespace.submit(send);
    namespace.restart();
    Result again = namespace.submit(send);

    assertThat(((Result.Sent) first).refusals()).isEqualTo(send.invalid());
    assertThat(again).isEqualTo(first);
    assertThat(namespace.consume(queue, 10).takeBodies()).containsExactly("1", "3");
  }

  /** One confirm too many would be a message that its sender believes stored, and nobody has. */
  @Test
  void shouldRememberEveryRefusalOfTheLargestBatch() {
    namespace.claim("cart", "cart.Add");
    List<TestMessage> messages = new ArrayList<>();
    for (int i = 0; i < 16_384; i++) {
      boolean fit = i % 2 == 0;
      messages.add(fit ? command("cart.Add", "" + i) : event("cart.Add", "" + i));
    }
    TestMessage[] batch = messages.toArray(TestMessage[]::new);
    Result first = namespace.send(SESSION, 1, batch);
    namespace.restart();

    Result again = namespace.send(SESSION, 1, batch);

    assertThat(((Result.Sent) again).refusals()).hasSize(8_192);
    assertThat(again).isEqualTo(first);
  }

  @Test
  void shouldKeepRefusalsOfOneKindInOneEntry() {
    namespace.claim("cart", "cart.Add");
    List<TestMessage> messages = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      messages.add(event("cart.Add", "" + i));
    }

    namespace.send(SESSION, 1, messages.toArray(TestMessage[]::new));

    assertThat(namespace.entries(Table.PRODUCERS)).isEqualTo(2);
  }

  @Test
  void shouldForgetASessionThatWasSilentForTheWindow() {
    int queue = namespace.claim("cart", "cart.Add");
    namespace.send(SESSION, 1, command("cart.Add", "1"), event("cart.Add", "2"));
    namespace.pass(WINDOW.minusMinutes(1));
    namespace.send(SESSION, 3, command("cart.Add", "3"));

    namespace.pass(WINDOW.minusMinutes(1));
    namespace.send(SESSION, 3, command("cart.Add", "3"));
    assertThat(namespace.destination(queue).ready()).as("still known").isEqualTo(2);

    namespace.pass(WINDOW.plusSeconds(2));
    namespace.pass(Duration.ofSeconds(2));
    assertThat(namespace.entries(Table.PRODUCERS)).isZero();
    assertThat(namespace.entries(Table.EXPIRIES)).isZero();
  }

  @Test
  void shouldTellSessionsApart() {
    int queue = namespace.claim("cart", "cart.Add");

    namespace.send(SESSION, 1, command("cart.Add", "mine"));
    namespace.send(new MessageId(7, 8), 1, command("cart.Add", "other's"));

    assertThat(namespace.consume(queue, 10).takeBodies()).containsExactly("mine", "other's");
  }

  // ---------------------------------------------------------------- dedup by id

  @Test
  void shouldStoreAnIdOnceInsideTheWindow() {
    int queue = namespace.claim("cart", "cart.Add");
    MessageId id = new MessageId(1, 1);

    namespace.send(command("cart.Add", "first").id(id).once());
    namespace.restart();
    namespace.pass(WINDOW.minusSeconds(1));
    List<Refusal> refusals = namespace.send(command("cart.Add", "second").id(id).once());

    assertThat(refusals).as("a duplicate is no error").isEmpty();
    assertThat(namespace.consume(queue, 10).takeBodies()).containsExactly("first");
  }

  @Test
  void shouldStoreAnIdAgainAfterTheWindow() {
    int queue = namespace.claim("cart", "cart.Add");
    MessageId id = new MessageId(1, 1);
    namespace.send(command("cart.Add", "first").id(id).once());

    namespace.pass(WINDOW.plusSeconds(2));
    namespace.pass(Duration.ofSeconds(2));
    namespace.send(command("cart.Add", "second").id(id).once());

    assertThat(namespace.consume(queue, 10).takeBodies()).containsExactly("first", "second");
    assertThat(namespace.entries(Table.DEDUP)).isEqualTo(1);
  }

  @Test
  void shouldStoreAnIdOnceInsideOneBatch() {
    int queue = namespace.claim("cart", "cart.Add");
    MessageId id = new MessageId(1, 1);

    namespace.send(
        command("cart.Add", "first").id(id).once(),
        command("cart.Add", "second").id(id).once(),
        command("cart.Add", "third"));

    assertThat(namespace.consume(queue, 10).takeBodies()).containsExactly("first", "third");
  }

  @Test
  void shouldNotCompareIdsOfThoseThatDoNotAskForIt() {
    int queue = namespace.claim("cart", "cart.Add");
    MessageId id = new MessageId(1, 1);

    namespace.send(command("cart.Add", "first").id(id), command("cart.Add", "second").id(id));

    assertThat(namespace.consume(queue, 10).takeBodies()).containsExactly("first", "second");
    assertThat(namespace.entries(Table.DEDUP)).isZero();
  }

  @Test
  void shouldStoreAMessageThatWasRefusedOnceItIsFit() {
    namespace.declare("cart.Add", MessageKind.COMMAND, "cart");
    MessageId id = new MessageId(1, 1);
    assertThat(namespace.send(event("cart.Add", "wrong").id(id).once())).hasSize(1);

    assertThat(namespace.send(command("cart.Add", "right").id(id).once())).isEmpty();

    int queue = namespace.claim("cart", "cart.Add");
    assertThat(namespace.consume(queue, 10).takeBodies()).containsExactly("right");
  }

  // ---------------------------------------------------------------- what is refused

  @Test
  void shouldRefuseATypeThatIsUsedAsAnotherKindAndStoreTheRest() {
    int queue = namespace.claim("cart", "cart.Add");
    namespace.send(event("cart.Added", "e"));

    List<Refusal> refusals =
        namespace.send(
            command("cart.Add", "1"),
            command("cart.Added", "2"),
            event("cart.Add", "3"),
            command("cart.Add", "4"));

    assertThat(refusals)
        .containsExactly(
            new Refusal(
                1,
                0,
                ErrorCode.WRONG_KIND,
                "type 'cart.Added' used as command (expected: event, which it is for ever)"),
            new Refusal(
                2,
                0,
                ErrorCode.WRONG_KIND,
                "type 'cart.Add' used as event (expected: command, which it is for ever)"));
    assertThat(namespace.consume(queue, 10).takeBodies()).containsExactly("1", "4");
  }

  @Test
  void shouldRefuseToStoreAQueryWithoutMakingItsType() {
    List<Refusal> refusals = namespace.send(query("cart.Get", "1"));

    assertThat(refusals).extracting(Refusal::code).containsExactly(ErrorCode.WRONG_KIND);
    assertThat(namespace.engine().catalog().types()).isEmpty();
  }

  @Test
  void shouldRefuseUndeclaredTypesUnderPolicyDeclared() {
    TestNamespace strict =
        new TestNamespace(TestNamespace.settings(10, true, Duration.ofMinutes(10)));
    strict.declare("cart.Add", MessageKind.COMMAND, "cart");

    List<Refusal> refusals =
        strict.send(command("cart.Add", "1"), command("cart.Remove", "2"), event("cart.Gone", "3"));

    assertThat(refusals)
        .extracting(Refusal::index, Refusal::code)
        .containsExactly(
            tuple(1, ErrorCode.TYPE_NOT_DECLARED), tuple(2, ErrorCode.TYPE_NOT_DECLARED));
    assertThat(strict.engine().catalog().types()).hasSize(1);
    TestConsumer cart = strict.consume(strict.claim("cart"), 10);
    assertThat(cart.takeBodies()).containsExactly("1");
  }

  @Test
  void shouldConfirmAnEventThatNobodyWantsWithoutStoringIt() {
    long before = namespace.position();

    assertThat(namespace.send(event("cart.Added", "1"))).isEmpty();

    assertThat(namespace.entries(Table.CHUNKS)).isZero();
    assertThat(namespace.position()).as("only its type is new").isEqualTo(before + 1);
  }

  @Test
  void shouldNotWriteWhenNothingIsStored() {
    namespace.send(event("cart.Added", "1"));
    long before = namespace.position();

    namespace.send(event("cart.Added", "2"));

    assertThat(namespace.position()).isEqualTo(before);
  }

  @Test
  void shouldStoreOneChunkPerGroupHoweverManyBatches() {
    int queue = namespace.claim("cart", "cart.Add");
    List<TestNamespace.Answer> answers = new ArrayList<>();
    for (int i = 1; i <= 100; i++) {
      answers.add(namespace.submitOnly(TestNamespace.sending(command("cart.Add", "" + i))));
    }

    namespace.run();

    assertThat(answers).allMatch(TestNamespace.Answer::isDone);
    assertThat(namespace.entries(Table.CHUNKS)).isEqualTo(1);
    assertThat(namespace.entries(Table.RUNS)).isEqualTo(1);
    TestConsumer consumer = namespace.consume(queue, 200);
    assertThat(consumer.all()).hasSize(100);
    assertThat(consumer.deliverySizes()).as("one delivery").hasSize(1);
  }
}
