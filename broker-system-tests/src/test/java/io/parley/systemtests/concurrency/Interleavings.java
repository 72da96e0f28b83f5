package io.parley.systemtests.concurrency;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.LinChecker;
import org.jetbrains.kotlinx.lincheck.annotations.Validate;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.strategy.managed.modelchecking.ModelCheckingOptions;

/**
 * Runs small pieces of code that several threads use through the interleavings of their steps, by
 * Lincheck's model checker. {@code -Dparley.interleavings=20} tries 20 times as many ways to use a
 * piece as a build does.
 */
public final class Interleavings {
  private static final int INTERLEAVINGS = 200;
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
            .invocationsPerIteration(INTERLEAVINGS)
            .threads(threads)
            .actorsPerThread(calls)
            .actorsBefore(0)
            .actorsAfter(1));
  }

  /**
   * As the other, of one scenario: where a call more would make good what another one forgot.
   *
   * @param threads names of the {@code Operation} methods that each of them calls
   */
  public static void check(Class<?> piece, List<List<String>> threads) {
    ExecutionScenario scenario =
        new ExecutionScenario(
            List.of(),
            threads.stream().map(calls -> actors(piece, calls)).toList(),
            List.of(),
            actor(validation(piece)));
    LinChecker.check(
        piece,
        new ModelCheckingOptions()
            .iterations(0)
            .addCustomScenario(scenario)
            .minimizeFailedScenario(false)
            .invocationsPerIteration(2 * SCALE * INTERLEAVINGS));
  }

  private static List<Actor> actors(Class<?> piece, List<String> calls) {
    return calls.stream().map(name -> actor(method(piece, name))).toList();
  }

  private static Method method(Class<?> piece, String name) {
    try {
      return piece.getMethod(name);
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException(piece + " has no operation " + name, e);
    }
  }

  private static Method validation(Class<?> piece) {
    return Arrays.stream(piece.getMethods())
        .filter(method -> method.isAnnotationPresent(Validate.class))
        .findAny()
        .orElseThrow(() -> new IllegalArgumentException(piece + " has no Validate method"));
  }

  private static Actor actor(Method method) {
    return new Actor(method, List.of());
  }
}
