package io.parley.compare.report;

import io.parley.compare.result.BacklogResult;
import io.parley.compare.result.DiskResult;
import io.parley.compare.result.RunResult;
import io.parley.compare.result.TrafficResult;
import io.parley.compare.result.UseResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One workload, with a row for each peer; of a workload with several kinds of messages, one kind.
 *
 * @param shape which numbers tell something
 * @param traffic which of the workload's kinds of messages, from 0
 * @param kind its name; empty where there is only one
 */
record Section(String workload, Shape shape, int traffic, String kind, List<Row> rows) {
  /** What a workload is about. */
  enum Shape {
    /** How many messages go through. */
    THROUGHPUT,
    /** How long a message takes. */
    LATENCY,
    /** How fast a backlog comes and goes. */
    BACKLOG
  }

  /** All sections of these results, in the order in which workloads were first run. */
  static List<Section> of(List<RunResult> runs) {
    Map<String, Map<String, List<RunResult>>> byWorkload = new LinkedHashMap<>();
    for (RunResult run : runs) {
      byWorkload
          .computeIfAbsent(run.workload(), name -> new LinkedHashMap<>())
          .computeIfAbsent(run.peer(), name -> new ArrayList<>())
          .add(run);
    }
    List<Section> sections = new ArrayList<>();
    byWorkload.forEach(
        (workload, byPeer) -> {
          List<Row> rows = new ArrayList<>();
          byPeer.forEach((peer, all) -> rows.add(Row.of(peer, all)));
          sections.addAll(of(workload, rows));
        });
    return sections;
  }

  private static List<Section> of(String workload, List<Row> rows) {
    List<Section> sections = new ArrayList<>();
    RunResult example = rows.stream().flatMap(row -> row.runs().stream()).findFirst().orElse(null);
    int kinds = example == null ? 1 : example.traffic().size();
    for (int i = 0; i < kinds; i++) {
      String kind = example == null || kinds == 1 ? "" : example.traffic().get(i).kind();
      sections.add(new Section(workload, shapeOf(example, i), i, kind, rows));
    }
    return sections;
  }

  private static Shape shapeOf(@Nullable RunResult run, int traffic) {
    if (run == null) {
      return Shape.THROUGHPUT;
    }
    if (run.backlog() != null) {
      return Shape.BACKLOG;
    }
    return run.traffic().get(traffic).latencyBound() ? Shape.LATENCY : Shape.THROUGHPUT;
  }

  /** The workload's name, and the kind where it has several. */
  String title() {
    return kind.isEmpty() ? workload : workload + ": " + kind;
  }

  @Nullable Row row(String peer) {
    return rows.stream().filter(row -> row.peer().equals(peer)).findFirst().orElse(null);
  }

  /** A number of the traffic; NaN where a run has none. */
  ToDoubleFunction<RunResult> ofTraffic(ToDoubleFunction<TrafficResult> value) {
    return run ->
        run.traffic().size() > traffic
            ? value.applyAsDouble(run.traffic().get(traffic))
            : Double.NaN;
  }

  static ToDoubleFunction<RunResult> ofBacklog(ToDoubleFunction<BacklogResult> value) {
    return run -> {
      BacklogResult backlog = run.backlog();
      return backlog == null ? Double.NaN : value.applyAsDouble(backlog);
    };
  }

  /** Of the disk alone; NaN where it wasn't measured. */
  static ToDoubleFunction<RunResult> ofDisk(ToDoubleFunction<DiskResult> value) {
    return run -> {
      DiskResult disk = run.disk();
      return disk == null ? Double.NaN : value.applyAsDouble(disk);
    };
  }

  /** Confirm p50 in times that one write and fdatasync of a message's size took, overwriting. */
  ToDoubleFunction<RunResult> confirmInSyncs() {
    ToDoubleFunction<RunResult> confirm = ofTraffic(traffic -> traffic.confirm().p50Millis());
    ToDoubleFunction<RunResult> sync = ofDisk(disk -> disk.overwrite().p50Millis());
    return run -> confirm.applyAsDouble(run) / sync.applyAsDouble(run);
  }

  static ToDoubleFunction<RunResult> ofUse(ToDoubleFunction<UseResult> value) {
    return run -> {
      UseResult use = run.use();
      return use == null ? Double.NaN : value.applyAsDouble(use);
    };
  }
}
