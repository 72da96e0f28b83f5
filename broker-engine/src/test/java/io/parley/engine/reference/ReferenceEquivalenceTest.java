package io.parley.engine.reference;

import io.parley.engine.EngineSettings;
import io.parley.engine.testing.TestNamespace;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

/**
 * The engine does what the reference does, whatever comes. More of it with {@code
 * -Dequivalence.seeds=N}; one seed again with {@code -Dequivalence.seed=N}.
 */
class ReferenceEquivalenceTest {
  private static final int SEEDS = Integer.getInteger("equivalence.seeds", 400);
  private static final int STEPS = 250;
  private static final int MAX_ATTEMPTS = 3;
  private static final EngineSettings SETTINGS =
      TestNamespace.settings(MAX_ATTEMPTS, false, Duration.ofMinutes(10));

  @Test
  void shouldDoWhatTheReferenceDoesWhateverComes() {
    Long one = Long.getLong("equivalence.seed");
    if (one != null) {
      run(one);
      return;
    }
    for (long seed = 0; seed < SEEDS; seed++) {
      run(seed);
    }
  }

  private static void run(long seed) {
    TestNamespace namespace = new TestNamespace(SETTINGS);
    ReferenceBroker reference =
        new ReferenceBroker(
            namespace.nowMs(),
            MAX_ATTEMPTS,
            SETTINGS.dedupWindow().toMillis(),
            SETTINGS.outcomeRetention().toMillis());
    Workload workload = new Workload(seed, reference, true);
    Twins twins = new Twins(namespace, reference);
    Deque<String> last = new ArrayDeque<>();
    for (int i = 0; i < STEPS; i++) {
      Step step = workload.next();
      last.addLast(i + ": " + step);
      if (last.size() > 12) {
        last.removeFirst();
      }
      try {
        twins.apply(step);
        if (i % 10 == 0 || i == STEPS - 1) {
          twins.compareContents();
        }
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            "replay with -Dequivalence.seed="
                + seed
                + ": step "
                + i
                + " of\n"
                + String.join("\n", last),
            e);
      }
    }
  }
}
