package io.parley.client.micrometer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Something that begins and ends: how long it took, with what result, and how much is under way.
 */
final class Activity {
  private final MeterRegistry registry;
  private final Tags tags;
  private final TypeTag types;
  private final String name;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final Map<Ending, Timer> timers = new ConcurrentHashMap<>();

  private record Ending(String type, String kind, String result) {}

  Activity(MeterRegistry registry, Tags tags, TypeTag types, String name, String inFlightName) {
    this.registry = registry;
    this.tags = tags;
    this.types = types;
    this.name = name;
    Gauge.builder(inFlightName, inFlight, AtomicInteger::get).tags(tags).register(registry);
  }

  /** One begins; returns when. */
  long begin() {
    inFlight.incrementAndGet();
    return System.nanoTime();
  }

  /** One that began then ends. */
  void end(long begin, String type, String kind, String result) {
    inFlight.decrementAndGet();
    Ending ending = new Ending(types.of(type), kind, result);
    timers
        .computeIfAbsent(ending, this::timer)
        .record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
  }

  private Timer timer(Ending ending) {
    return Timer.builder(name)
        .tags(tags)
        .tags("type", ending.type(), "kind", ending.kind(), "result", ending.result())
        .register(registry);
  }
}
