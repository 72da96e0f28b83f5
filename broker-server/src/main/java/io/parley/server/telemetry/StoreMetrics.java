package io.parley.server.telemetry;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.ObjLongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store's gauges. They are read together, once per scrape, as reading them takes a while. */
public final class StoreMetrics implements MultiCollector {
  private static final Logger log = LoggerFactory.getLogger(StoreMetrics.class);

  private final Source source;

  /** Reads the store's statistics. */
  @FunctionalInterface
  public interface Source {
    /**
     * Gives each value there is under its name.
     *
     * @throws RuntimeException if the store can't be asked now; then there are no values
     */
    void read(ObjLongConsumer<MeterName> values);
  }

  StoreMetrics(Source source) {
    this.source = source;
  }

  @Override
  public MetricSnapshots collect() {
    Map<MeterName, Long> values = new EnumMap<>(MeterName.class);
    try {
      source.read(values::put);
    } catch (RuntimeException e) {
      // No value is better than an old one, and the store's owner has logged why.
      log.debug("the store can't be asked for its statistics", e);
      return MetricSnapshots.of();
    }
    MetricSnapshots.Builder snapshots = MetricSnapshots.builder();
    values.forEach(
        (name, value) ->
            snapshots.metricSnapshot(
                GaugeSnapshot.builder()
                    .name(name.scraped())
                    .help(name.help())
                    .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder().value(value).build())
                    .build()));
    return snapshots.build();
  }
}
