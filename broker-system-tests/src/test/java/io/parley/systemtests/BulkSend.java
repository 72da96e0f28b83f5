package io.parley.systemtests;

import io.parley.protocol.model.MessageId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;

/** Sends many messages as fast as they are confirmed. */
final class BulkSend {
  private static final int UNCONFIRMED_MAX = 8_192;

  private BulkSend() {}

  /**
   * Sends so many, and returns once the last is confirmed.
   *
   * @param send sends the i-th
   * @return how long it took
   * @throws IllegalStateException if one failed
   */
  static Duration of(int count, IntFunction<CompletableFuture<MessageId>> send)
      throws InterruptedException {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Semaphore window = new Semaphore(UNCONFIRMED_MAX);
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      window.acquire();
      var unused =
          send.apply(i)
              .whenComplete(
                  (id, why) -> {
                    if (why != null) {
                      failure.compareAndSet(null, why);
                    }
                    window.release();
                  });
    }
    window.acquire(UNCONFIRMED_MAX);
    if (failure.get() != null) {
      throw new IllegalStateException("a send failed", failure.get());
    }
    return Duration.ofNanos(System.nanoTime() - begin);
  }
}
