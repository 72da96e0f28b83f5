package io.parley.protocol;

import java.util.Random;
import java.util.function.Consumer;

/** Runs a test with random values from fresh seeds; a failure says how to run its seed again. */
public final class SeededRandom {
  private static final String PROPERTY = "parley.seed";

  private SeededRandom() {}

  /** Runs a body with each of several seeds, or with the one given by {@code -Dparley.seed}. */
  public static void forSeeds(Class<?> test, int seeds, Consumer<Random> body) {
    String given = System.getProperty(PROPERTY);
    if (given != null) {
      body.accept(new Random(Long.parseLong(given)));
      return;
    }
    Random fresh = new Random();
    for (int i = 0; i < seeds; i++) {
      long seed = fresh.nextLong();
      try {
        body.accept(new Random(seed));
      } catch (Throwable e) {
        throw new AssertionError(
            "replay with: mvn -pl broker-protocol test -Dtest="
                + test.getSimpleName()
                + " -D"
                + PROPERTY
                + "="
                + seed,
            e);
      }
    }
  }
}
