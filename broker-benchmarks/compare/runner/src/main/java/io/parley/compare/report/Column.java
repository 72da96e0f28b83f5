package io.parley.compare.report;

import io.parley.compare.result.RunResult;
import io.parley.compare.result.TrafficResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A number of each run.
 *
 * @param better whether more or less of it is better, for what the comparison is about
 */
record Column(String title, ToDoubleFunction<RunResult> value, Better better) {
  /** Which way is better; of other numbers no ratios are given. */
  enum Better {
    MORE,
    LESS,
    NO_MATTER
  }

  /** Whether its ratio to the baseline's is shown. */
  boolean isCompared() {
    return better != Better.NO_MATTER;
  }

  /** What came out of a section, what it is about first. */
  static List<Column> results(Section section) {
    List<Column> columns = new ArrayList<>();
    switch (section.shape()) {
      case THROUGHPUT -> {
        columns.add(
            new Column(
                "messages/s", section.ofTraffic(TrafficResult::throughPerSecond), Better.MORE));
        add(columns, "confirmed/s", section.ofTraffic(TrafficResult::confirmedPerSecond));
        add(columns, "received/s", section.ofTraffic(TrafficResult::receivedPerSecond));
        add(columns, "end to end p50 ms", section.ofTraffic(t -> t.endToEnd().p50Millis()));
        add(columns, "p99 ms", section.ofTraffic(t -> t.endToEnd().p99Millis()));
      }
      case LATENCY -> {
        columns.add(
            new Column(
                "confirm p50 ms", section.ofTraffic(t -> t.confirm().p50Millis()), Better.LESS));
        add(columns, "in syncs", section.confirmInSyncs());
        add(columns, "p99 ms", section.ofTraffic(t -> t.confirm().p99Millis()));
        add(columns, "p99.9 ms", section.ofTraffic(t -> t.confirm().p999Millis()));
        add(columns, "end to end p50 ms", section.ofTraffic(t -> t.endToEnd().p50Millis()));
        columns.add(
            new Column(
                "end to end p99 ms",
                section.ofTraffic(t -> t.endToEnd().p99Millis()),
                Better.LESS));
        add(columns, "p99.9 ms", section.ofTraffic(t -> t.endToEnd().p999Millis()));
        add(columns, "confirmed/s", section.ofTraffic(TrafficResult::confirmedPerSecond));
      }
      case BACKLOG -> {
        columns.add(new Column("fill/s", Section.ofBacklog(b -> b.fillPerSecond()), Better.MORE));
        columns.add(new Column("drain/s", Section.ofBacklog(b -> b.drainPerSecond()), Better.MORE));
        columns.add(
            new Column(
                "SIGKILL to first message s",
                Section.ofBacklog(b -> b.firstDeliverySeconds()),
                Better.LESS));
        add(columns, "messages", Section.ofBacklog(b -> b.messages()));
      }
    }
    return columns;
  }

  /** What it cost. */
  static List<Column> costs(Section section) {
    List<Column> columns = new ArrayList<>();
    add(columns, "broker CPU s/1,000", Section.ofUse(u -> u.brokerCpuSecondsPer1000()));
    add(columns, "broker cores", Section.ofUse(u -> u.brokerCores()));
    add(columns, "client cores", Section.ofUse(u -> u.clientCores()));
    add(columns, "other cores", Section.ofUse(u -> u.otherCores()));
    add(columns, "written/payload byte", Section.ofUse(u -> u.writtenPerPayloadByte()));
    add(columns, "disk flushes/s", Section.ofUse(u -> u.flushesPerSecond()));
    add(columns, "broker peak MiB", Section.ofUse(u -> u.brokerPeakMib()));
    if (section.shape() == Section.Shape.LATENCY) {
      add(columns, "disk alone p50 ms", Section.ofDisk(d -> d.overwrite().p50Millis()));
      add(columns, "p99 ms", Section.ofDisk(d -> d.overwrite().p99Millis()));
      add(columns, "appending p50 ms", Section.ofDisk(d -> d.append().p50Millis()));
      add(columns, "p99 ms", Section.ofDisk(d -> d.append().p99Millis()));
    }
    return columns;
  }

  private static void add(List<Column> columns, String title, ToDoubleFunction<RunResult> value) {
    columns.add(new Column(title, value, Better.NO_MATTER));
  }
}
