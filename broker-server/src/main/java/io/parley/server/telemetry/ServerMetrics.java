package io.parley.server.telemetry;

import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.parley.server.admin.AdminApi;
import io.parley.server.admin.Readiness;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All metrics of one broker and its JVM. The wiring hands each part's numbers to the part's metrics
 * here; {@link #scrape} shows them all. Safe for use by any thread.
 */
public final class ServerMetrics implements AutoCloseable {
  /** Media type of what {@link #scrape} writes. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Meters meters = new Meters(registry);
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final EngineMetrics engine = new EngineMetrics(meters);
  private final NetworkMetrics network = new NetworkMetrics(meters);
  private final QueryMetrics queries = new QueryMetrics(meters);
  private volatile @Nullable DestinationMetrics destinations;

  /** Metrics of the JVM, and the broker's own at zero. */
  public ServerMetrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    gc.bindTo(registry);
  }

  /** What becomes of messages and groups: told, as a listener. */
  public EngineMetrics engine() {
    return engine;
  }

  /** What the network counts: shown. */
  public NetworkMetrics network() {
    return network;
  }

  /** What the queries count: shown. */
  public QueryMetrics queries() {
    return queries;
  }

  /** Shows a store's statistics. Called once. */
  public void store(StoreMetrics.Source source) {
    registry.getPrometheusRegistry().register(new StoreMetrics(source));
  }

  /** Shows how full the queues and inboxes of all namespaces are. Called once. */
  public void destinations(AdminApi admin) {
    DestinationMetrics metrics = new DestinationMetrics(admin);
    registry.getPrometheusRegistry().register(metrics);
    destinations = metrics;
  }

  /** Shows how far the machine's clock is from the broker's time, in seconds. Called once. */
  public void clockOffset(LongSupplier seconds) {
    meters.gauge(MeterName.CLOCK_OFFSET, seconds);
  }

  /** Shows how much is free where the data is. Called once. */
  public void diskFree(LongSupplier bytes) {
    meters.gauge(MeterName.DISK_FREE, bytes);
  }

  /** Shows whether durable writes are accepted. Called once. */
  public void readiness(Readiness readiness) {
    meters.gauge(MeterName.READY, () -> readiness.notReadyReason() == null ? 1 : 0);
  }

  /**
   * Asks the owner threads for what only they know, before a {@link #scrape}. Never fails: what
   * can't be had within a second is left out.
   */
  public CompletionStage<Void> refresh() {
    DestinationMetrics current = destinations;
    return current == null ? CompletableFuture.completedFuture(null) : current.refresh();
  }

  /** Writes all values as Prometheus text. */
  public void scrape(OutputStream out) throws IOException {
    registry.scrape(out, CONTENT_TYPE);
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }
}
