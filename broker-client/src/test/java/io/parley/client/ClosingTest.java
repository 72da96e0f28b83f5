package io.parley.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.parley.protocol.frame.Request;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Settlement;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

class ClosingTest extends ClientTest {
  private final BlockingQueue<Delivery> begun = new LinkedBlockingQueue<>();
  private final CountDownLatch release = new CountDownLatch(1);
  private CommandConsumer consumer;

  @Test
  void shouldGiveBackWhatWasNotBegunAndFinishWhatWas() throws InterruptedException {
    Connected connected = connect();
    int number = startBlocked(connected);
    connected.peer().deliver(number, 100, 1, commands(5));
    take(begun);

    CompletableFuture<Void> closing = later(connected.client()::close);

    ScriptedBroker.Peer peer = connected.peer();
    Request.CloseConsumer close = peer.await(Request.CloseConsumer.class);
    Request.Settle released = peer.await(Request.Settle.class, s -> !s.settlements().isEmpty());
    assertThat(released.settlements()).containsExactly(new Settlement.Release(100, 2, 4));
    assertThat(released.started()).isEqualTo(1);
    peer.deliver(number, 101, 6, commands(1));
    peer.ok(close);
    peer.settled(released);
    Request.Settle crossed = peer.await(Request.Settle.class, s -> !s.settlements().isEmpty());
    assertThat(crossed.settlements())
        .as("a delivery that crossed the close")
        .containsExactly(new Settlement.Release(101, 6, 1));
    peer.settled(crossed);
    assertThat(closing).isNotDone();

    release.countDown();
    Request.Settle done = peer.await(Request.Settle.class, s -> !s.settlements().isEmpty());
    assertThat(done.settlements()).containsExactly(new Settlement.Complete(100, 1, 1));
    peer.settled(done);
    peer.ok(peer.expect(Request.Goodbye.class));
    peer.awaitEnd();
    assertThat(closing).succeedsWithin(LONG);
    assertThat(connected.client().isConnected()).isFalse();
  }

  @Test
  void shouldConfirmWhatWasSentBeforeItEnds() throws InterruptedException {
    Connected connected = connect();
    CompletableFuture<MessageId> sent = connected.client().sendAsync(TYPE, "x");
    Request.Send send = connected.peer().expect(Request.Send.class);

    CompletableFuture<Void> closing = later(connected.client()::close);
    connected.peer().confirm(send);
    connected.peer().ok(connected.peer().expect(Request.Goodbye.class));

    assertThat(closing).succeedsWithin(LONG);
    assertThat(sent).succeedsWithin(LONG);
  }

  @Test
  void shouldNotWaitLongerThanTheDrainTime() throws InterruptedException {
    Connected connected = connect(builder().drainTimeout(Duration.ofMillis(100)));
    int number = startBlocked(connected);
    connected.peer().deliver(number, 100, 1, commands(1));
    Delivery inHand = take(begun);

    CompletableFuture<Void> closing = later(connected.client()::close);

    connected.peer().awaitEnd();
    assertThat(closing).succeedsWithin(LONG);
    assertThat(inHand.isLeaseLost()).isTrue();
  }

  @Test
  void shouldCloseOneConsumerAndKeepTheClient() throws InterruptedException {
    Connected connected = connect();
    startBlocked(connected);

    CompletableFuture<Void> closing = later(consumer::close);
    connected.peer().ok(connected.peer().expect(Request.CloseConsumer.class));
    assertThat(closing).succeedsWithin(LONG);

    CompletableFuture<MessageId> sent = connected.client().sendAsync(TYPE, "x");
    connected.peer().confirm(connected.peer().expect(Request.Send.class));
    assertThat(sent).succeedsWithin(LONG);
    connected.peer().cut();
    ScriptedBroker.Peer second = broker.welcome();
    CompletableFuture<MessageId> again = connected.client().sendAsync(TYPE, "y");
    second.confirm(second.expect(Request.Send.class));
    assertThat(again).succeedsWithin(LONG);
  }

  @Test
  void shouldRefuseToCloseItselfFromAHandler() throws InterruptedException {
    Connected connected = connect();
    BlockingQueue<Throwable> failures = told.handlerFailures;
    CompletableFuture<CommandConsumer> starting =
        later(
            connected
                    .client()
                    .commandConsumer()
                    .on(
                        TYPE,
                        String.class,
                        (c, d) -> {
                          connected.client().close();
                          return CommandResult.complete();
                        })
                ::start);
    Request.Consume consume = connected.peer().expect(Request.Consume.class);
    connected.peer().ok(consume);
    starting.join();

    connected.peer().deliver(consume.consumer(), 100, 1, commands(1));

    assertThat(take(failures))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("called by a handler");
  }

  @Test
  void shouldFailWhatIsOpenWhenItIsAborted() throws InterruptedException {
    Connected connected = connect();
    CompletableFuture<MessageId> sent = connected.client().sendAsync(TYPE, "x");
    connected.peer().expect(Request.Send.class);
    CompletableFuture<Answer<String>> asked =
        connected.client().askAsync(Query.of("shop.GetCart", "1", String.class));
    connected.peer().expect(Request.Ask.class);

    connected.client().abort();

    connected.peer().awaitEnd();
    assertThat(failureOf(sent)).isInstanceOf(NotConnectedException.class);
    assertThat(failureOf(asked)).isInstanceOf(NotConnectedException.class);
    assertThatThrownBy(() -> connected.client().sendAsync(TYPE, "y"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the client is closed");
    assertThatThrownBy(
            () ->
                connected
                    .client()
                    .commandConsumer()
                    .on(TYPE, String.class, (c, d) -> CommandResult.complete())
                    .start())
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldCloseAtOnceWhenNothingIsOpenAndNobodyIsThere() throws InterruptedException {
    Connected connected = connect();
    startBlocked(connected);
    connected.peer().cut();
    take(told.disconnects);

    CompletableFuture<Void> closing = later(connected.client()::close);

    assertThat(closing).succeedsWithin(LONG);
  }

  private int startBlocked(Connected connected) throws InterruptedException {
    CompletableFuture<CommandConsumer> starting =
        later(
            connected
                    .client()
                    .commandConsumer()
                    .credit(10)
                    .on(
                        TYPE,
                        String.class,
                        (command, delivery) -> {
                          begun.add(delivery);
                          release.await();
                          return CommandResult.complete();
                        })
                ::start);
    Request.Consume consume = connected.peer().expect(Request.Consume.class);
    connected.peer().ok(consume);
    consumer = starting.join();
    assertThat(credit(connected.peer(), consume)).isEqualTo(10);
    return consume.consumer();
  }
}
