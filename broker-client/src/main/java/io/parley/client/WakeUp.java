package io.parley.client;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Makes the event loop do a piece of work once, however many threads ask for it meanwhile.
 *
 * <p>The work itself says when it can be asked for again, with {@link #rearm}. While it can't go on
 * anyway, because the broker has to answer first, it doesn't: then nobody wakes the loop for
 * nothing, and the answer is what starts the work again.
 */
final class WakeUp {
  private final Executor loop;
  private final Runnable work;
  private final AtomicBoolean asked = new AtomicBoolean();

  WakeUp(Executor loop, Runnable work) {
    this.loop = loop;
    this.work = work;
  }

  /**
   * Asks for the work, from any thread; what the work is about has been put in its place before.
   */
  void ask() {
    if (!asked.get() && asked.compareAndSet(false, true)) {
      loop.execute(work);
    }
  }

  /** Called by the work before it looks at what there is: who puts more from now on asks again. */
  void rearm() {
    asked.set(false);
  }

  /** Called by the work after it looked, when something else is going to start it again. */
  void hush() {
    asked.set(true);
  }
}
