package io.parley.engine.sequencer;

import static io.parley.engine.testing.TestMessage.command;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.Engine;
import io.parley.engine.EngineSettings;
import io.parley.engine.group.Chunks;
import io.parley.engine.group.Keys;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.store.CrashingStore;
import io.parley.engine.store.InMemoryStore;
import io.parley.engine.store.StoreException;
import io.parley.engine.store.Table;
import io.parley.engine.testing.Delivered;
import io.parley.engine.testing.HeldSync;
import io.parley.engine.testing.TestConsumer;
import io.parley.engine.testing.TestMessage;
import io.parley.engine.testing.TestNamespace;
import io.parley.engine.testing.TestNamespace.Answer;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import io.parley.protocol.model.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LocalSequencerTest {
  private static final MessageId SESSION = new MessageId(7, 7);
  private static final long HOUR_MS = Duration.ofHours(1).toMillis();

  private final TestNamespace namespace = new TestNamespace();
  private int queue;

  @BeforeEach
  void makeQueue() {
    queue = namespace.claim("cart", "cart.Add");
  }

  // ---------------------------------------------------------------- groups

  @Test
  void shouldCommitAllThatWaitsAsOneGroup() {
    long before = namespace.position();
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      answers.add(namespace.submitOnly(TestNamespace.sending(command("cart.Add", "" + i))));
    }
    assertThat(answers).noneMatch(Answer::isDone);

    namespace.sequencer().runOnce();

    assertThat(answers).allMatch(Answer::isDone);
    assertThat(namespace.position()).isEqualTo(before + 1);
  }

  @Test
  void shouldEndAGroupAtItsBoundInBytes() {
    long before = namespace.position();
    int half = EngineSettings.DEFAULTS.groupBytes() / 2;
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      answers.add(
          namespace.submitOnly(TestNamespace.sending(command("cart.Add", "" + i).padded(half))));
    }
    assertThat(namespace.sequencer().bytesInFlight()).isGreaterThan(4L * half);

    assertThat(namespace.sequencer().runOnce()).as("come again at once").isZero();

    assertThat(answers).extracting(Answer::isDone).containsExactly(true, true, false, false);
    namespace.run();
    assertThat(namespace.position()).isEqualTo(before + 2);
    assertThat(namespace.sequencer().bytesInFlight()).isZero();
  }

  @Test
  void shouldGiveAScanningOperationAGroupOfItsOwn() {
    TestConsumer consumer = namespace.consume(queue, 1);
    namespace.send(command("cart.Add", "1"));
    Delivered held = consumer.takeOne();
    Answer fail =
        namespace.submitOnly(
            new Operation.Settle(
                queue, List.of(new Settlement.Fail(held.epoch(), 1, true, "Broken", "", -1))));
    Answer redrive = namespace.submitOnly(new Operation.Redrive(queue, Operation.DeadLetters.ALL));
    Answer send = namespace.submitOnly(TestNamespace.sending(command("cart.Add", "2")));

    namespace.sequencer().runOnce();
    assertThat(List.of(fail.isDone(), redrive.isDone(), send.isDone()))
        .containsExactly(true, false, false);
    namespace.sequencer().runOnce();
    assertThat(List.of(redrive.isDone(), send.isDone())).containsExactly(true, false);
    namespace.run();

    assertThat(redrive.result())
        .as("it saw the dead letter")
        .isEqualTo(new Result.Step(1, Long.MAX_VALUE));
    assertThat(send.isDone()).isTrue();
  }

  @Test
  void shouldTellTheListenerOfGroupsWithOperations() {
    int before = namespace.commitsTold();

    namespace.submitOnly(TestNamespace.sending(command("cart.Add", "1")));
    namespace.submitOnly(TestNamespace.sending(command("cart.Add", "2")));
    namespace.run();
    namespace.withEngine(engine -> {});

    assertThat(namespace.commitsTold()).isEqualTo(before + 1);
  }

  // ---------------------------------------------------------------- a sync beside

  @Test
  void shouldApplyTheNextGroupWhileOneIsSyncedAndLetNothingOutBefore() {
    AtomicBoolean ends = new AtomicBoolean();
    HeldSync sync = new HeldSync(ends::get);
    namespace.sequencer().syncBeside(sync);
    TestConsumer consumer = namespace.consume(queue, 10);
    long before = namespace.position();
    List<Answer> answers = sendHalfGroups(4);

    namespace.sequencer().runOnce();
    namespace.sequencer().runOnce();

    assertThat(sync.isHeld()).isTrue();
    assertThat(namespace.position()).as("both are written").isEqualTo(before + 2);
    assertThat(answers).noneMatch(Answer::isDone);
    assertThat(consumer.take()).isEmpty();
    assertThat(namespace.sequencer().runOnce()).as("nothing to do until it ends").isPositive();

    ends.set(true);
    namespace.run();

    assertThat(answers).allMatch(Answer::isDone);
    assertThat(consumer.take()).hasSize(4);
    assertThat(namespace.sequencer().bytesInFlight()).isZero();
  }

  @Test
  void shouldFailAllGroupsThatAreNotDurableWhenTheSyncBesideFails() {
    AtomicBoolean ends = new AtomicBoolean();
    namespace.sequencer().syncBeside(new HeldSync(ends::get));
    TestConsumer consumer = namespace.consume(queue, 10);
    List<Answer> answers = sendHalfGroups(6);
    namespace.sequencer().runOnce();
    namespace.sequencer().runOnce();
    namespace.store().crashAfterCommits(0);

    ends.set(true);
    namespace.run();

    assertThat(answers).allMatch(Answer::isFailed);
    assertThat(consumer.take()).isEmpty();
    assertThat(namespace.failuresTold()).isEqualTo(1);
    assertThat(namespace.sequencer().bytesInFlight()).isZero();
  }

  @Test
  void shouldLetATaskSeeOnlyWhatIsDurable() {
    namespace.sequencer().syncBeside(new HeldSync(() -> false));
    List<Answer> answers = sendHalfGroups(3);
    List<Boolean> durable = new ArrayList<>();
    namespace
        .sequencer()
        .execute(engine -> answers.forEach(answer -> durable.add(answer.isDone())));

    for (int turn = 0; turn < 3; turn++) {
      namespace.sequencer().runOnce();
    }

    assertThat(durable).containsExactly(true, true, true);
  }

  @Test
  void shouldPutOffTheSyncOfACompletionUntilAnotherIsDue() {
    TestNamespace waiting =
        new TestNamespace(
            EngineSettings.DEFAULTS, new CrashingStore(new InMemoryStore(), 1), 1 << 20, 2);
    int cart = waiting.claim("cart", "cart.Add");
    TestConsumer consumer = waiting.consume(cart, 2);
    waiting.send(command("cart.Add", "1"));
    waiting.send(command("cart.Add", "2"));
    List<Delivered> held = consumer.take();

    Answer first = waiting.submitOnly(completing(cart, held.get(0)));
    assertThat(waiting.sequencer().runOnce()).as("comes again by itself").isBetween(1L, 2L);
    assertThat(first.isDone()).isFalse();
    waiting.send(command("cart.Add", "3"));
    assertThat(first.isDone()).as("synced with a send").isTrue();

    Answer second = waiting.submitOnly(completing(cart, held.get(1)));
    waiting.sequencer().runOnce();
    assertThat(second.isDone()).isFalse();
    waiting.pass(Duration.ofMillis(2));
    assertThat(second.isDone()).as("synced in time").isTrue();
  }

  private static Operation completing(int queue, Delivered message) {
    return new Operation.Settle(
        queue, List.of(new Settlement.Complete(message.epoch(), message.sequence(), 1)));
  }

  private List<Answer> sendHalfGroups(int count) {
    int half = EngineSettings.DEFAULTS.groupBytes() / 2;
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      answers.add(
          namespace.submitOnly(TestNamespace.sending(command("cart.Add", "" + i).padded(half))));
    }
    return answers;
  }

  // ---------------------------------------------------------------- tasks

  @Test
  void shouldRunATaskOnceWhatWasSubmittedBeforeIsDurable() {
    List<Long> ready = new ArrayList<>();
    Answer answer = namespace.submitOnly(TestNamespace.sending(command("cart.Add", "1")));
    long before = namespace.position();

    namespace
        .sequencer()
        .execute(
            engine -> {
              assertThat(answer.isDone()).isTrue();
              assertThat(engine.position()).isEqualTo(before + 1);
              ready.add(namespace.destination(queue).ready());
            });
    namespace.run();

    assertThat(ready).containsExactly(1L);
  }

  @Test
  void shouldDropTasksOfAGroupThatFails() {
    List<String> told = new ArrayList<>();
    Answer answer = namespace.submitOnly(TestNamespace.sending(command("cart.Add", "1")));
    namespace
        .sequencer()
        .execute(
            new Sequencer.Task() {
              @Override
              public void run(Engine engine) {
                told.add("run");
              }

              @Override
              public void dropped(StoreException why) {
                told.add("dropped");
              }
            });
    namespace.store().crashAfterCommits(0);

    namespace.sequencer().runOnce();

    assertThat(answer.isFailed()).isTrue();
    assertThat(told).containsExactly("dropped");
  }

  // ---------------------------------------------------------------- time

  @Test
  void shouldNeverLetTimeRunBackwards() {
    TestConsumer consumer = namespace.consume(queue, 10);
    namespace.send(command("cart.Add", "1"));
    long before = consumer.takeOne().storedAtMs();

    namespace.time().jumpMs(-HOUR_MS);
    namespace.run();
    namespace.send(command("cart.Add", "2"));
    assertThat(consumer.takeOne().storedAtMs()).isEqualTo(before);
    namespace.restart();
    namespace.send(command("cart.Add", "3"));

    List<Delivered> after = namespace.consume(queue, 10).take();
    assertThat(after.get(2).storedAtMs()).as("nor across a restart").isEqualTo(before);
  }

  @Test
  void shouldNotEndLeasesThatBeganWhileTheClockWasBehind() {
    namespace.time().jumpMs(-HOUR_MS);
    namespace.run();
    namespace.send(command("cart.Add", "1"));
    TestConsumer consumer = namespace.consume(queue, 1);
    Delivered held = consumer.takeOne();

    namespace.time().jumpMs(HOUR_MS);
    namespace.run();

    assertThat(namespace.counts(queue).leased()).isEqualTo(1);
    assertThat(consumer.complete(held)).isNull();
  }

  // ---------------------------------------------------------------- the store fails

  @Test
  void shouldFailEverythingInFlightWhenACommitFails() {
    List<Answer> answers = new ArrayList<>();
    int large = EngineSettings.DEFAULTS.groupBytes();
    for (int i = 0; i < 3; i++) {
      answers.add(
          namespace.submitOnly(TestNamespace.sending(command("cart.Add", "" + i).padded(large))));
    }
    namespace.store().fillDisk();

    namespace.run();

    assertThat(answers).allMatch(Answer::isFailed);
    assertThat(namespace.isAvailable()).isFalse();
    assertThat(namespace.failuresTold()).isEqualTo(1);
    assertThat(namespace.sequencer().bytesInFlight()).isZero();
  }

  @Test
  void shouldFailWhatIsSubmittedWhileTheStoreIsUnavailable() {
    namespace.store().fillDisk();
    namespace.submitOnly(TestNamespace.sending(command("cart.Add", "1")));
    namespace.run();

    Answer answer = namespace.submitOnly(TestNamespace.sending(command("cart.Add", "2")));
    List<String> told = new ArrayList<>();
    namespace.sequencer().adjust(engine -> told.add("run"));
    namespace.run();

    assertThat(answer.isFailed()).isTrue();
    assertThat(told).isEmpty();
    assertThat(namespace.sequencer().bytesInFlight()).isZero();
  }

  @Test
  void shouldShowWhatWasDurableWhileTheStoreIsUnavailable() {
    namespace.send(command("cart.Add", "durable"));
    namespace.store().fillDisk();
    namespace.submitOnly(TestNamespace.sending(command("cart.Add", "undecided")));
    namespace.run();

    List<Long> ready = new ArrayList<>();
    namespace
        .sequencer()
        .execute(engine -> ready.add(engine.destinations().all().iterator().next().ready()));
    namespace.run();

    assertThat(ready).containsExactly(1L);
  }

  @Test
  void shouldAnswerWhoLooksWhileTheStoreFails() {
    namespace.send(command("cart.Add", "durable"));
    namespace.store().fillDisk();
    namespace.submitOnly(TestNamespace.sending(command("cart.Add", "undecided")));
    List<Long> ready = new ArrayList<>();
    namespace
        .sequencer()
        .execute(engine -> ready.add(engine.destinations().all().iterator().next().ready()));

    namespace.run();

    assertThat(ready).as("what was durable, not what is undecided").containsExactly(1L);
  }

  @Test
  void shouldRegisterOnceTheStoreWorksAgain() {
    namespace.store().fillDisk();
    namespace.submitOnly(TestNamespace.sending(command("cart.Add", "undecided")));
    namespace.run();

    Answer claim =
        namespace.submitOnly(new Operation.ClaimTypes("stock", "stock", List.of("stock.Take")));
    namespace.pass(Duration.ofSeconds(1));
    assertThat(claim.isDone()).as("while the disk is full").isFalse();
    assertThat(claim.isFailed()).isFalse();

    namespace.store().freeSpace();
    namespace.pass(Duration.ofSeconds(1));
    assertThat(claim.result()).isInstanceOf(Result.DestinationIs.class);
    assertThat(namespace.sequencer().bytesInFlight()).isZero();
  }

  @Test
  void shouldGoOnByItselfOnceTheDiskHasSpaceAgain() {
    namespace.send(command("cart.Add", "confirmed"));
    namespace.store().fillDisk();
    namespace.submitOnly(TestNamespace.sending(command("cart.Add", "undecided")));
    namespace.run();
    namespace.pass(Duration.ofSeconds(1));
    assertThat(namespace.isAvailable()).as("still full").isFalse();

    namespace.store().freeSpace();
    namespace.pass(Duration.ofSeconds(1));

    assertThat(namespace.isAvailable()).isTrue();
    assertThat(namespace.send(command("cart.Add", "after"))).isEmpty();
    List<String> bodies = namespace.consume(queue, 10).takeBodies();
    assertThat(bodies).startsWith("confirmed").endsWith("after");
  }

  @Test
  void shouldStoreAResentBatchOnceWhetherOrNotTheFailedCommitReachedTheDisk() {
    List<Integer> copies = new ArrayList<>();
    for (long seed = 0; seed < 8; seed++) {
      TestNamespace crashing =
          new TestNamespace(
              EngineSettings.DEFAULTS, new CrashingStore(new InMemoryStore(), seed), 1 << 20);
      int cart = crashing.claim("cart", "cart.Add");
      Operation.Send send =
          new Operation.Send(SESSION, 1, TestMessage.batch(command("cart.Add", "1")), List.of());
      crashing.store().crashAfterCommits(0);
      assertThat(failed(crashing, send)).isTrue();
      crashing.pass(Duration.ofSeconds(1));
      copies.add((int) crashing.counts(cart).ready());

      assertThat(crashing.submit(send)).isEqualTo(Result.Sent.ALL);

      assertThat(crashing.consume(cart, 10).takeBodies()).containsExactly("1");
    }
    assertThat(copies).as("both cases came up").contains(0, 1);
  }

  private static boolean failed(TestNamespace namespace, Operation operation) {
    Answer answer = namespace.submitOnly(operation);
    namespace.run();
    return answer.isFailed();
  }

  @Test
  void shouldVoidAllLeasesWhenTheStoreFailed() {
    namespace.send(command("cart.Add", "1"));
    TestConsumer before = namespace.consume(queue, 1);
    Delivered held = before.takeOne();
    long boot = namespace.engine().boot();
    namespace.store().crashAfterCommits(0);
    namespace.submitOnly(TestNamespace.sending(command("cart.Add", "2")));
    namespace.run();
    namespace.pass(Duration.ofSeconds(1));

    assertThat(namespace.engine().boot()).isGreaterThan(boot);
    Delivered again = namespace.consume(queue, 1).takeOne();
    assertThat(again.sequence()).isEqualTo(held.sequence());
    assertThat(again.epoch()).isGreaterThan(held.epoch());
    assertThat(before.complete(held)).isNotNull();
  }

  @Test
  void shouldDeliverNothingOfAGroupThatFailed() {
    TestConsumer consumer = namespace.consume(queue, 10);
    namespace.store().crashAfterCommits(0);

    namespace.submitOnly(TestNamespace.sending(command("cart.Add", "1")));
    namespace.sequencer().runOnce();

    assertThat(consumer.take()).isEmpty();
  }

  @Test
  void shouldRefuseToServeADamagedMessage() {
    namespace.send(command("cart.Add", "1"));
    byte[] key = Keys.of(Chunks.number(namespace.position(), MessageKind.COMMAND));
    byte[] chunk = namespace.store().get(Table.CHUNKS, key);
    chunk[chunk.length - 1] ^= 1;
    var transaction = namespace.store().begin();
    transaction.put(Table.CHUNKS, key, chunk);
    namespace.store().commit(transaction);
    namespace.restart();
    TestConsumer consumer = namespace.consume(queue, 0);

    namespace.sequencer().adjust(engine -> engine.credit(consumer.consumer(), 1, 1));
    namespace.sequencer().runOnce();

    assertThat(consumer.take()).isEmpty();
    assertThat(namespace.failuresTold()).isEqualTo(1);
  }

  // ---------------------------------------------------------------- housekeeping

  @Test
  void shouldLookAfterLeasesOftenEvenWhenNothingHappens() {
    assertThat(namespace.sequencer().runOnce()).isBetween(1L, 200L);
  }
}
