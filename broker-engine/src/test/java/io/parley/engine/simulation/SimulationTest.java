package io.parley.engine.simulation;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Many lives of a namespace, each from a seed. More of them with {@code -Dsimulation.seeds=N}, from
 * {@code -Dsimulation.from=N} on; one again with {@code -Dsimulation.seed=N}.
 */
class SimulationTest {
  /** A day of simulated time. */
  private static final int SEEDS = Integer.getInteger("simulation.seeds", 350);

  private static final long NANOS_PER_MINUTE = 60_000_000_000L;
  private static final int STEPS = Integer.getInteger("simulation.steps", Simulation.DEFAULT_STEPS);

  @Test
  void shouldKeepItsPromisesWhateverHappens() {
    Long one = Long.getLong("simulation.seed");
    if (one != null) {
      live(one);
      return;
    }
    long from = Long.getLong("simulation.from", 0);
    long begin = processorNanos();
    long actions = 0;
    long checks = 0;
    long behind = 0;
    long deletions = 0;
    Duration simulated = Duration.ZERO;
    for (long seed = from; seed < from + SEEDS; seed++) {
      Simulation life = live(seed);
      actions += life.actions();
      checks += life.checks();
      behind += life.timesBehind();
      deletions += life.deletions();
      simulated = simulated.plus(life.simulated());
    }
    long took = Math.max(1, processorNanos() - begin);
    System.out.printf(
        "simulation: %d lives, %d h simulated, %d steps, all invariants checked %d times,"
            + " an inbox behind in %d, %d inboxes deleted; %d steps a minute of processor time%n",
        SEEDS,
        simulated.toHours(),
        actions,
        checks,
        behind,
        deletions,
        actions * NANOS_PER_MINUTE / took);
  }

  private static long processorNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static Simulation live(long seed) {
    Simulation life = new Simulation(seed, Simulation.Chaos.ALL);
    life.run(STEPS);
    return life;
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
