package io.parley.engine.simulation;

import org.junit.jupiter.api.Test;

/**
 * Many lives of a namespace, each from a seed. More of them with {@code -Dsimulation.seeds=N}, from
 * {@code -Dsimulation.from=N} on; one again with {@code -Dsimulation.seed=N}.
 */
class SimulationTest {
  private static final int SEEDS = Integer.getInteger("simulation.seeds", 200);
  private static final int STEPS = Integer.getInteger("simulation.steps", 400);

  @Test
  void shouldKeepItsPromisesWhateverHappens() {
    Long one = Long.getLong("simulation.seed");
    if (one != null) {
      live(one);
      return;
    }
    long from = Long.getLong("simulation.from", 0);
    for (long seed = from; seed < from + SEEDS; seed++) {
      live(seed);
    }
  }

  private static void live(long seed) {
    new Simulation(seed, Simulation.Chaos.ALL).run(STEPS);
  }

  @Test
  void shouldLiveTheSameLifeFromTheSameSeed() {
    Simulation one = new Simulation(7, Simulation.Chaos.ALL);
    Simulation again = new Simulation(7, Simulation.Chaos.ALL);
    one.run(STEPS);
    again.run(STEPS);

    org.assertj.core.api.Assertions.assertThat(one.history.seen).isEqualTo(again.history.seen);
    org.assertj.core.api.Assertions.assertThat(one.history.lastDelivery)
        .isEqualTo(again.history.lastDelivery);
  }
}
