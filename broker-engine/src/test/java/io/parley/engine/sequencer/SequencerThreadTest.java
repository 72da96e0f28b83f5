package io.parley.engine.sequencer;

import static io.parley.engine.testing.TestMessage.command;
import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.Engine;
import io.parley.engine.EngineSettings;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.outcome.OutcomeLedger;
import io.parley.engine.store.InMemoryStore;
import io.parley.engine.store.StoreException;
import io.parley.engine.testing.TestMessage;
import io.parley.protocol.model.MessageId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SequencerThreadTest {
  private final InMemoryStore store = new InMemoryStore();
  private final AtomicInteger died = new AtomicInteger();

  private LocalSequencer newSequencer() {
    return new LocalSequencer(
        store,
        () -> new Engine(store, EngineSettings.DEFAULTS, 1 << 20),
        new Silent(),
        SteadyTime.ofSystem(),
        1 << 20,
        2);
  }

  private SequencerThread start(LocalSequencer sequencer) {
    return new SequencerThread(sequencer, "test", (thread, e) -> died.incrementAndGet());
  }

  @Test
  void shouldKeepTheOrderOfEachThreadThatSubmits() throws Exception {
    LocalSequencer sequencer = newSequencer();
    int threads = 4;
    int each = 500;
    CountDownLatch answered = new CountDownLatch(threads * each);
    AtomicInteger refused = new AtomicInteger();
    List<Thread> senders = new ArrayList<>();
    try (SequencerThread owner = start(sequencer)) {
      for (int t = 0; t < threads; t++) {
        MessageId session = new MessageId(1, t);
        senders.add(
            new Thread(
                () -> {
                  for (int i = 1; i <= each; i++) {
                    sequencer.submit(
                        new Operation.Send(
                            session, i, TestMessage.batch(command("cart.Add", "" + i)), List.of()),
                        new Sequencer.Reply() {
                          @Override
                          public void done(Result result) {
                            if (result != Result.Sent.ALL) {
                              refused.incrementAndGet();
                            }
                            answered.countDown();
                          }

                          @Override
                          public void failed(StoreException why) {
                            refused.incrementAndGet();
                            answered.countDown();
                          }
                        });
                  }
                }));
      }
      senders.forEach(Thread::start);
      assertThat(answered.await(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(refused).as("out of sequence").hasValue(0);
    assertThat(sequencer.bytesInFlight()).isZero();
    assertThat(died).hasValue(0);
  }

  @Test
  void shouldAnswerAllThatWasSubmittedBeforeItCloses() {
    LocalSequencer sequencer = newSequencer();
    AtomicInteger answered = new AtomicInteger();
    SequencerThread owner = start(sequencer);
    for (int i = 0; i < 1_000; i++) {
      sequencer.submit(
          new Operation.Send(null, 0, TestMessage.batch(command("cart.Add", "" + i)), List.of()),
          new Sequencer.Reply() {
            @Override
            public void done(Result result) {
              answered.incrementAndGet();
            }

            @Override
            public void failed(StoreException why) {}
          });
    }

    owner.close();

    assertThat(answered).hasValue(1_000);
    assertThat(new Engine(store, EngineSettings.DEFAULTS, 1 << 20).destinations().all())
        .singleElement()
        .satisfies(unowned -> assertThat(unowned.ready()).isEqualTo(1_000));
  }

  @Test
  void shouldWakeUpForWhatIsSubmittedWhileItSleeps() throws Exception {
    LocalSequencer sequencer = newSequencer();
    try (SequencerThread owner = start(sequencer)) {
      for (int i = 0; i < 200; i++) {
        CompletableFuture<Thread> ranOn = new CompletableFuture<>();
        sequencer.execute(engine -> ranOn.complete(Thread.currentThread()));
        assertThat(ranOn.get(10, TimeUnit.SECONDS).getName()).isEqualTo("test");
      }
    }
  }

  @Test
  void shouldTellOfADefectThatEndsIt() throws Exception {
    LocalSequencer sequencer = newSequencer();
    CompletableFuture<Throwable> death = new CompletableFuture<>();
    try (SequencerThread owner =
        new SequencerThread(sequencer, "doomed", (thread, e) -> death.complete(e))) {
      sequencer.execute(
          engine -> {
            throw new IllegalStateException("a defect");
          });

      assertThat(death.get(10, TimeUnit.SECONDS)).hasMessage("a defect");
    }
  }

  private static final class Silent implements SequencerListener {
    @Override
    public void committed(int operations, long bytes, long applyNanos, long commitNanos) {}

    @Override
    public void outcomes(List<OutcomeLedger.Entry> recorded) {}

    @Override
    public void unavailable(StoreException why) {}

    @Override
    public void available(Engine engine) {}
  }
}
