package io.parley.server.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Makes meters of {@link MeterName}s. */
final class Meters {
  /** From a fast disk to one that is about to fail. */
  private static final Duration[] DURATIONS = {
    Duration.ofNanos(100_000),
    Duration.ofNanos(250_000),
    Duration.ofNanos(500_000),
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5)
  };

  private final MeterRegistry registry;

  Meters(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * A counter that is added to.
   *
   * @param tags label, value, label, value …
   */
  Counter counter(MeterName name, String... tags) {
    return Counter.builder(name.dotted())
        .baseUnit(unitOrNull(name))
        .description(name.help())
        .tags(tags)
        .register(registry);
  }

  /** A counter that somebody else keeps. Safe for use by any thread, never goes down. */
  void counter(MeterName name, LongSupplier total, String... tags) {
    FunctionCounter.builder(name.dotted(), total, LongSupplier::getAsLong)
        .baseUnit(unitOrNull(name))
        .description(name.help())
        .tags(tags)
        .register(registry);
  }

  /** A gauge that is read when scraped. */
  void gauge(MeterName name, LongSupplier value) {
    Gauge.builder(name.dotted(), value::getAsLong)
        .baseUnit(unitOrNull(name))
        .description(name.help())
        .register(registry);
  }

  Timer timer(MeterName name) {
    return Timer.builder(name.dotted())
        .description(name.help())
        .serviceLevelObjectives(DURATIONS)
        .register(registry);
  }

  @SuppressWarnings("NullAway") // Micrometer takes null for "no unit"
  private static String unitOrNull(MeterName name) {
    return name.unit().isEmpty() ? null : name.unit();
  }
}
