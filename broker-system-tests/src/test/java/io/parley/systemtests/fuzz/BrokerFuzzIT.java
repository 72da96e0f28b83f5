package io.parley.systemtests.fuzz;

import org.junit.jupiter.api.Test;

/** The short form of {@code broker-system-tests/fuzz 60 broker}. */
class BrokerFuzzIT {
  private static final long SEED = 20261127;
  private static final int ROUNDS = 25;

  @Test
  void shouldServeHealthyClientsWhateverOthersSay() throws Exception {
    try (BrokerFuzz fuzz = new BrokerFuzz(SEED)) {
      for (int i = 0; i < ROUNDS; i++) {
        fuzz.round();
      }
      System.out.println(fuzz);
    }
  }
}
