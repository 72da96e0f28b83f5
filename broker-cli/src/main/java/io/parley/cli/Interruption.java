package io.parley.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets work that lasts end in order on Ctrl-C or SIGTERM: its thread is interrupted, and the
 * process waits a while for it to give back what it holds.
 */
final class Interruption {
  private static final long WAIT_SECONDS = 10;

  private Interruption() {}

  /**
   * Does the work on the calling thread.
   *
   * @param work ends soon after its thread is interrupted
   */
  static <T> T run(Callable<T> work) throws Exception {
    Thread worker = Thread.currentThread();
    CountDownLatch done = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              worker.interrupt();
              awaitQuietly(done);
            },
            "parley-interrupt");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.call();
    } finally {
      done.countDown();
      removeQuietly(hook);
    }
  }

  private static void awaitQuietly(CountDownLatch done) {
    try {
      if (!done.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void removeQuietly(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already: the hook did its work.
      return;
    }
  }
}
