package io.parley.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SendWindowTest {
  private static final long LONG = TimeUnit.SECONDS.toNanos(15);

  @Test
  void shouldBoundTheMessages() throws InterruptedException {
    SendWindow window = new SendWindow(2);

    assertThat(window.acquire(10, 0)).isTrue();
    assertThat(window.acquire(10, 0)).isTrue();
    assertThat(window.acquire(10, 0)).isFalse();
    window.release(1, 10);
    assertThat(window.acquire(10, 0)).isTrue();
  }

  @Test
  void shouldBoundTheBytes() throws InterruptedException {
    SendWindow window = new SendWindow(100);
    window.limitBytes(1_000);

    assertThat(window.acquire(600, 0)).isTrue();
    assertThat(window.acquire(600, 0)).isFalse();
    assertThat(window.acquire(400, 0)).isTrue();
  }

  @Test
  void shouldTakeOneMessageOfAnySizeWhenEmpty() throws InterruptedException {
    SendWindow window = new SendWindow(100);
    window.limitBytes(1_000);

    assertThat(window.acquire(5_000, 0)).isTrue();
    assertThat(window.acquire(1, 0)).isFalse();
  }

  @Test
  void shouldLetAWaitingSenderInWhenThereIsRoom() throws InterruptedException {
    SendWindow window = new SendWindow(1);
    window.acquire(10, 0);

    CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> acquire(window));
    window.release(1, 10);

    assertThat(waiting.join()).isTrue();
  }

  @Test
  void shouldTurnAwayEverybodyWhenClosed() throws InterruptedException {
    SendWindow window = new SendWindow(1);
    window.acquire(10, 0);

    CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> acquire(window));
    window.close();

    assertThat(waiting.join()).isFalse();
    assertThat(window.acquire(1, 0)).isFalse();
  }

  private static boolean acquire(SendWindow window) {
    try {
      return window.acquire(10, LONG);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
