package io.parley.server.query;

import java.util.concurrent.atomic.AtomicInteger;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one at a time, in the order of each bringing thread, on the threads that bring them:
 * who finds nobody at work does all there is, the others only leave theirs. Nobody ever waits, so a
 * thread that loses its core in the middle holds up the work, but no other connection of the other
 * event loops. What is left is bounded by what those can read in that time.
 */
final class OneAtATime {
  private static final Logger log = LoggerFactory.getLogger(OneAtATime.class);
  private static final int CHUNK_TASKS = 1_024;

  private final MpscUnboundedAtomicArrayQueue<Runnable> tasks =
      new MpscUnboundedAtomicArrayQueue<>(CHUNK_TASKS);

  /** Tasks brought and not yet accounted for; who raises it from 0 works until it is 0 again. */
  private final AtomicInteger pending = new AtomicInteger();

  /** The task has run, or will have soon, on this thread or another. */
  void run(Runnable task) {
    tasks.offer(task);
    if (pending.getAndIncrement() != 0) {
      return;
    }
    int done = 1;
    do {
      for (Runnable next = tasks.poll(); next != null; next = tasks.poll()) {
        runOne(next);
      }
      done = pending.addAndGet(-done);
    } while (done != 0);
  }

  private static void runOne(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      log.error("a query task failed", e);
    }
  }
}
