package io.parley.server.operation;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.engine.EngineSettings;
import io.parley.engine.destination.DestinationKind;
import io.parley.engine.operation.Operation;
import io.parley.engine.operation.Result;
import io.parley.engine.sequencer.Sequencer;
import io.parley.engine.sequencer.SteadyTime;
import io.parley.engine.store.InMemoryStore;
import io.parley.engine.store.Store;
import io.parley.engine.store.StoreException;
import io.parley.engine.store.Table;
import io.parley.engine.store.Transaction;
import io.parley.engine.testing.ManualTime;
import io.parley.engine.testing.TestMessage;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.ProtocolVersion;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import io.parley.server.namespace.Namespace;
import io.parley.server.namespace.Namespaces;
import io.parley.server.session.ClientChannel;
import io.parley.server.session.Session;
import io.parley.server.session.SessionSettings;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One connection's requests, beside what happens at the same moment. */
@Timeout(60)
class ClientSessionTest {
  private static final int SUBSCRIBED = 1;
  private static final int OPENED = 2;

  private final ManualTime clock =
      new ManualTime(); // so that the engine proposes nothing meanwhile
  private final SteadyTime time = new SteadyTime(clock, clock::nanos);
  private final HeldStore store = new HeldStore();
  private final CompletableFuture<Throwable> defect = new CompletableFuture<>();
  private final RecordingChannel channel = new RecordingChannel();
  private Namespaces namespaces;
  private Sequencer sequencer;
  private Session session;

  @BeforeEach
  void connect() throws Exception {
    namespaces =
        new Namespaces(
            new Namespaces.Factory() {
              @Override
              public Namespace open(String name) {
                return Namespace.open(
                    name, store, EngineSettings.DEFAULTS, 1 << 20, time, null, defect::complete);
              }

              @Override
              public void delete(String name) {
                throw new UnsupportedOperationException();
              }
            });
    namespaces.open(Set.of());
    Operations operations =
        new Operations(
            namespaces,
            LimitSettings.DEFAULTS,
            SessionSettings.DEFAULTS,
            EngineSettings.DEFAULTS,
            time,
            OperationTelemetry.NONE,
            Long.MAX_VALUE,
            new Draining(),
            () -> null);
    sequencer = namespaces.require("default").sequencer();
    session =
        operations.opened(
            new Request.Hello(
                0,
                ProtocolVersion.OLDEST,
                ProtocolVersion.NEWEST,
                0,
                "default",
                "billing",
                "",
                "",
                "",
                new MessageId(1, 1),
                ""),
            channel);
  }

  @AfterEach
  void close() {
    store.letGo();
    namespaces.close();
  }

  private void subscribe(int correlation, int consumer) {
    session.received(
        new Request.Subscribe(
            correlation, consumer, "", List.of("shop.Placed"), 10, 0, Request.Subscribe.FROM_NOW));
  }

  /** The subscribe is applied and waits for the disk; meanwhile the deletion is applied. */
  @Test
  void shouldTellWhoSubscribedThatItsSubscriptionWasDeletedBeforeItsConsumerWasOpen()
      throws Exception {
    subscribe(SUBSCRIBED, 0);
    assertThat(channel.next()).isInstanceOf(Response.Ok.class);
    CompletableFuture<Integer> inbox = new CompletableFuture<>();
    CountDownLatch bothWait = new CountDownLatch(1);
    sequencer.adjust(
        engine -> {
          inbox.complete(engine.destinations().find(DestinationKind.INBOX, "billing").id());
          await(bothWait);
          store.hold();
        });
    CompletableFuture<Result> deleted = new CompletableFuture<>();
    int id = inbox.get();

    subscribe(OPENED, 7);
    sequencer.submit(new Operation.DeleteSubscription(id), new Answer(deleted));
    bothWait.countDown();

    assertThat(channel.next())
        .isInstanceOfSatisfying(
            Response.Failure.class,
            failure -> {
              assertThat(failure.correlation()).isEqualTo(OPENED);
              assertThat(failure.code()).isEqualTo(ErrorCode.NOT_FOUND);
              assertThat(failure.closing()).isFalse();
            });
    assertThat(deleted.get()).isEqualTo(new Result.Count(0));
    subscribe(OPENED, 7); // the consumer's number is free again
    assertThat(channel.next()).isInstanceOf(Response.Ok.class);
    assertThat(defect).isNotDone();
  }

  @Test
  void shouldHoldMemoryForALargeRequestUntilItIsAnswered() throws Exception {
    CountDownLatch bothWait = new CountDownLatch(1);
    sequencer.adjust(engine -> await(bothWait));
    send(1, 500_000);
    assertThat(channel.heldBytes).as("small ones are let by").hasValue(0);
    send(2, 600_000);
    assertThat(channel.heldBytes.get()).isBetween(600_000L, 601_000L);

    bothWait.countDown();
    assertThat(channel.next()).isInstanceOf(Response.Confirm.class);
    assertThat(channel.next()).isInstanceOf(Response.Confirm.class);
    assertThat(channel.heldBytes).hasValue(0);
  }

  @Test
  void shouldHoldNoMemoryForALargeRequestThatTheStoreFailed() throws Exception {
    store.fail();
    send(1, 600_000);
    assertThat(channel.next())
        .isInstanceOfSatisfying(
            Response.Failure.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE));
    assertThat(channel.heldBytes).hasValue(0);
  }

  /** Of a thousand idle connections that each sent a large one, that was all of the heap. */
  @Test
  void shouldNotKeepTheLastMessageThatAConnectionSent() throws Exception {
    ReferenceQueue<byte[]> collected = new ReferenceQueue<>();
    WeakReference<byte[]> sent = new WeakReference<>(send(1, 600_000), collected);
    assertThat(channel.next()).isInstanceOf(Response.Confirm.class);

    do { // for as long as the test may take
      System.gc();
    } while (collected.remove(100) != sent);
    assertThat(session.acceptsMore()).isTrue(); // it is there still
  }

  private byte[] send(int sequence, int bytes) {
    MessageBatch batch =
        TestMessage.batch(TestMessage.command("shop.Store", "" + sequence).padded(bytes));
    session.received(new Request.Send(sequence, sequence, batch));
    return batch.bytes();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private record Answer(CompletableFuture<Result> result) implements Sequencer.Reply {
    @Override
    public void done(Result came) {
      result.complete(came);
    }

    @Override
    public void failed(StoreException why) {
      result.completeExceptionally(why);
    }
  }

  /** What the client was told, in order. */
  private static final class RecordingChannel implements ClientChannel {
    private final BlockingQueue<Frame> sent = new LinkedBlockingQueue<>();
    private final AtomicLong heldBytes = new AtomicLong();

    Frame next() throws InterruptedException {
      Frame frame = sent.poll(20, TimeUnit.SECONDS);
      if (frame == null) {
        throw new AssertionError("nothing was sent");
      }
      return frame;
    }

    @Override
    public void send(Frame frame) {
      sent.add(frame);
    }

    @Override
    public void close(Response.Failure why) {
      sent.add(why);
    }

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public void resumeReading() {}

    @Override
    public void requestHeld(int bytes) {
      heldBytes.addAndGet(bytes);
    }

    @Override
    public void requestDone(int bytes) {
      heldBytes.addAndGet(-bytes);
    }

    @Override
    public String remoteAddress() {
      return "127.0.0.1:1";
    }
  }

  /** A store whose sync, once held, lasts until another group is written. */
  private static final class HeldStore implements Store {
    private final InMemoryStore store = new InMemoryStore();
    private volatile boolean fails;
    private volatile CountDownLatch written = new CountDownLatch(0);

    void hold() {
      written = new CountDownLatch(1);
    }

    void fail() {
      fails = true;
    }

    void letGo() {
      written.countDown();
    }

    @Override
    public void sync() {
      await(written);
      store.sync();
    }

    @Override
    public void write(Transaction transaction) {
      if (fails) {
        throw new StoreException("the disk is on fire");
      }
      store.write(transaction);
      written.countDown();
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
      return store.get(table, key);
    }

    @Override
    public void scan(Table table, byte[] from, byte @Nullable [] to, EntryVisitor visitor) {
      store.scan(table, from, to, visitor);
    }

    @Override
    public long chunkBytes() {
      return store.chunkBytes();
    }

    @Override
    public Transaction begin() {
      return store.begin();
    }

    @Override
    public void reopen() {
      store.reopen();
    }

    @Override
    public void close() {
      store.close();
    }
  }
}
