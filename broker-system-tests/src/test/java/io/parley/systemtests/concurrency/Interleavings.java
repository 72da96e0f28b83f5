package io.parley.systemtests.concurrency;

import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.strategy.managed.modelchecking.ModelCheckingOptions;

/**
 * Runs small pieces of code that several threads use through the interleavings of their steps, by
 * Lincheck's model checker. {@code -Dparley.interleavings=20} tries 20 times as many ways to use a
 * piece as a build does.
 */
public final class Interleavings {
  private static final int SCALE = Integer.getInteger("parley.interleavings", 1);

  private Interleavings() {}

  /**
   * Fails with the interleaving in which what a piece answers can't be explained by any order of
   * the calls, or in which its {@code Validate} method fails.
   *
   * @param piece a class with {@code Operation} methods
   * @param threads that use it
   * @param calls of each thread
   */
  public static void check(Class<?> piece, int threads, int calls) {
    LinChecker.check(
        piece,
        new ModelCheckingOptions()
            .iterations(2 * SCALE)
            .invocationsPerIteration(200)
            .threads(threads)
            .actorsPerThread(calls)
            .actorsBefore(0)
            .actorsAfter(1));
  }
}
