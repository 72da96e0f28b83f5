package io.parley.systemtests.fuzz;

import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The short form of {@code broker-system-tests/fuzz}: the same inputs with every build. */
class FuzzTargetsTest {
  /** So many that those behind files, which are the slowest, take no more than a few seconds. */
  private static final int INPUTS = 1_000;

  static List<String> targets() {
    return FuzzTargets.names();
  }

  @ParameterizedTest
  @MethodSource("targets")
  void shouldReadOrRefuseWhateverItIsGiven(String name) throws Exception {
    FuzzTarget target = FuzzTargets.named(name);
    List<byte[]> seeds = target.seeds();
    for (byte[] seed : seeds) {
      run(target, name, seed);
    }
    Mutator mutator = new Mutator(new Random(name.hashCode()));
    for (int i = 0; i < INPUTS; i++) {
      run(target, name, mutator.next(seeds));
    }
  }

  private static void run(FuzzTarget target, String name, byte[] input) {
    try {
      target.run(input);
    } catch (Throwable e) {
      throw new AssertionError("target " + name + ", input " + HexFormat.of().formatHex(input), e);
    }
  }
}
