package io.parley.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.parley.protocol.frame.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Clients of one process share event loops. */
class SharedThreadsTest extends ClientTest {
  private static final int CLIENTS = 10;

  @Test
  void shouldNeedNoThreadForEachClient() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      threads.add(loopThread(connect()));
    }

    assertThat(threads.stream().distinct().count())
        .isEqualTo(Math.min(CLIENTS, Runtime.getRuntime().availableProcessors()));
  }

  @Test
  void shouldGoOnWhenAnotherClientEndsAndEndWithTheLast() throws InterruptedException {
    Connected first = connect();
    Connected second = connect();
    List<Thread> threads = List.of(loopThread(first), loopThread(second));

    first.client().abort();
    first.peer().awaitEnd();

    CompletableFuture<?> sent = second.client().sendAsync(TYPE, "x");
    second.peer().confirm(second.peer().expect(Request.Send.class));
    assertThat(sent).succeedsWithin(LONG);

    second.client().abort();
    second.peer().awaitEnd();
    for (Thread thread : threads) {
      thread.join(LONG.toMillis());
      assertThat(thread.isAlive()).as("alive after the last client").isFalse();
    }
  }

  @Test
  void shouldStartAgainAfterTheLastClientEnded() throws InterruptedException {
    Connected first = connect();
    Thread ended = loopThread(first);
    first.client().abort();
    ended.join(LONG.toMillis());

    assertThat(loopThread(connect())).isNotSameAs(ended);
  }

  @Test
  void shouldEndWithAClientThatNeverGotThrough() throws InterruptedException {
    Connected other = connect();
    Thread thread = loopThread(other);
    String nobody = "no-such-host.invalid";
    var connecting =
        later(builder().uri("parley://" + nobody).connectTimeout(Duration.ofMillis(200))::connect);

    assertThat(failureOf(connecting))
        .isInstanceOf(NotConnectedException.class)
        .hasMessageContaining(nobody);
    other.client().abort();
    thread.join(LONG.toMillis());
    assertThat(thread.isAlive()).as("alive after the last client").isFalse();
  }

  @Test
  void shouldRefuseToWaitOnTheThreadOfAnotherClient() throws InterruptedException {
    Connected first = connect();
    Connected second = connect();

    CompletableFuture<?> waiting =
        first.client().sendAsync(TYPE, "x").thenRun(() -> second.client().send(TYPE, "y"));
    first.peer().confirm(first.peer().expect(Request.Send.class));

    assertThat(failureOf(waiting))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("on an event loop, which must not wait");
  }

  /** The thread that tells of a client's answers. */
  private static Thread loopThread(Connected connected) throws InterruptedException {
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    var unused =
        connected
            .client()
            .sendAsync(TYPE, "x")
            .thenRun(() -> thread.complete(Thread.currentThread()));
    connected.peer().confirm(connected.peer().expect(Request.Send.class));
    return thread.orTimeout(LONG.toMillis(), TimeUnit.MILLISECONDS).join();
  }
}
