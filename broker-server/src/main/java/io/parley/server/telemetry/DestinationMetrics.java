package io.parley.server.telemetry;

import io.parley.server.admin.AdminApi;
import io.parley.server.admin.DestinationDepth;
import io.parley.server.admin.DestinationKind;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How full each queue and inbox is. The owner thread is asked before a scrape, so a count costs
 * nothing while nobody scrapes.
 *
 * <p>At most {@value #SHOWN_MAX} destinations have values of their own: those with messages or
 * consumers, of which the first to have some keep them for as long; all others of those together
 * are {@value #OTHERS}. Where there is room left, destinations with neither are shown as well.
 */
final class DestinationMetrics implements MultiCollector {
  /** Most destinations with values of their own. */
  static final int SHOWN_MAX = 1_000;

  /** What the sum of the others is shown as. */
  static final String OTHERS = "_other";

  /** How long a scrape waits for the owner threads. They are slow only when they are in trouble. */
  private static final long REFRESH_MS = 1_000;

  private static final Logger log = LoggerFactory.getLogger(DestinationMetrics.class);

  private final AdminApi admin;

  /** Scraping threads, one at a time. */
  private final Set<Key> shown = new LinkedHashSet<>();

  private volatile List<Depth> sample = List.of();

  DestinationMetrics(AdminApi admin) {
    this.admin = admin;
  }

  private record Key(String namespace, DestinationKind kind, String name) {}

  private record Depth(
      Key key,
      long ready,
      long leased,
      long delayed,
      long dead,
      long consumers,
      long paused,
      long outages,
      long overQuota,
      long unattendedSeconds) {
    static Depth of(String namespace, DestinationDepth depth) {
      return new Depth(
          new Key(namespace, depth.kind(), depth.name()),
          depth.ready(),
          depth.leased(),
          depth.delayed(),
          depth.deadLetters(),
          depth.consumers(),
          depth.paused() ? 1 : 0,
          depth.outage() ? 1 : 0,
          depth.overQuota() ? 1 : 0,
          depth.unattended().toSeconds());
    }

    Depth plus(Depth other) {
      return new Depth(
          key,
          ready + other.ready,
          leased + other.leased,
          delayed + other.delayed,
          dead + other.dead,
          consumers + other.consumers,
          paused + other.paused,
          outages + other.outages,
          overQuota + other.overQuota,
          Math.max(unattendedSeconds, other.unattendedSeconds));
    }

    Depth as(Key other) {
      return new Depth(
          other,
          ready,
          leased,
          delayed,
          dead,
          consumers,
          paused,
          outages,
          overQuota,
          unattendedSeconds);
    }
  }

  /** Asks anew. If that fails or takes too long there are no values, rather than old ones. */
  CompletionStage<Void> refresh() {
    return ask()
        .orTimeout(REFRESH_MS, TimeUnit.MILLISECONDS)
        .exceptionally(
            failure -> {
              log.debug("the owner threads don't say how full queues and inboxes are", failure);
              return List.of();
            })
        .thenAccept(depths -> sample = depths);
  }

  private CompletableFuture<List<Depth>> ask() {
    List<CompletableFuture<List<Depth>>> parts = new ArrayList<>();
    for (String namespace : admin.namespaces()) {
      parts.add(
          admin
              .depths(namespace, SHOWN_MAX)
              .<List<Depth>>thenApply(
                  all -> all.stream().map(each -> Depth.of(namespace, each)).toList())
              .toCompletableFuture());
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
        .thenApply(done -> parts.stream().flatMap(part -> part.join().stream()).toList());
  }

  @Override
  public synchronized MetricSnapshots collect() {
    GaugeSnapshot.Builder messages =
        GaugeSnapshot.builder()
            .name(MeterName.DESTINATION_MESSAGES.scraped())
            .help(MeterName.DESTINATION_MESSAGES.help());
    GaugeSnapshot.Builder consumers =
        GaugeSnapshot.builder()
            .name(MeterName.DESTINATION_CONSUMERS.scraped())
            .help(MeterName.DESTINATION_CONSUMERS.help());
    GaugeSnapshot.Builder halted =
        GaugeSnapshot.builder()
            .name(MeterName.DESTINATION_HALTED.scraped())
            .help(MeterName.DESTINATION_HALTED.help());
    GaugeSnapshot.Builder unattended =
        GaugeSnapshot.builder()
            .name(MeterName.DESTINATION_UNATTENDED.scraped())
            .help(MeterName.DESTINATION_UNATTENDED.help());
    for (Depth depth : bounded(sample)) {
      Labels labels =
          Labels.of(
              "namespace",
              depth.key.namespace,
              "kind",
              depth.key.kind.name().toLowerCase(Locale.ROOT),
              "destination",
              depth.key.name);
      messages.dataPoint(point(labels.add("state", "ready"), depth.ready));
      messages.dataPoint(point(labels.add("state", "leased"), depth.leased));
      messages.dataPoint(point(labels.add("state", "delayed"), depth.delayed));
      messages.dataPoint(point(labels.add("state", "dead"), depth.dead));
      consumers.dataPoint(point(labels, depth.consumers));
      halted.dataPoint(point(labels.add("reason", "paused"), depth.paused));
      halted.dataPoint(point(labels.add("reason", "outage"), depth.outages));
      halted.dataPoint(point(labels.add("reason", "quota"), depth.overQuota));
      unattended.dataPoint(point(labels, depth.unattendedSeconds));
    }
    return MetricSnapshots.of(
        messages.build(), consumers.build(), halted.build(), unattended.build());
  }

  private Iterable<Depth> bounded(List<Depth> all) {
    Set<Key> there = new HashSet<>();
    all.forEach(depth -> there.add(depth.key));
    shown.retainAll(there);
    Map<Key, Depth> bounded = new LinkedHashMap<>();
    for (Depth depth : all) {
      boolean isShown =
          shown.contains(depth.key) || (shown.size() < SHOWN_MAX && shown.add(depth.key));
      Key key = isShown ? depth.key : new Key(depth.key.namespace, depth.key.kind, OTHERS);
      // A destination may have the others' name: then it is one of them.
      bounded.merge(key, depth.as(key), Depth::plus);
    }
    return bounded.values();
  }

  private static GaugeSnapshot.GaugeDataPointSnapshot point(Labels labels, long value) {
    return GaugeSnapshot.GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
  }
}
