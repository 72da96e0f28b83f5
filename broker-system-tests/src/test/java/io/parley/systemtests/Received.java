package io.parley.systemtests;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What arrived, in order: filled by handlers, read by the test.
 *
 * @param <T> what arrives
 */
final class Received<T> {
  private final BlockingQueue<T> arrived = new LinkedBlockingQueue<>();

  /** Another one; any thread. */
  void add(T one) {
    arrived.add(one);
  }

  /** The next one, waited for. */
  T next() throws InterruptedException {
    T next = arrived.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nothing arrived within " + Await.PATIENCE);
    }
    return next;
  }

  /** The next ones, waited for. */
  List<T> next(int count) throws InterruptedException {
    List<T> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      T next = arrived.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("only " + i + " of " + count + " arrived: " + all);
      }
      all.add(next);
    }
    return all;
  }

  /** Those that arrived and weren't taken. */
  List<T> rest() {
    return List.copyOf(arrived);
  }
}
