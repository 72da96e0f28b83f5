package io.parley.load.report;

import io.parley.load.machine.MachineInfo;
import io.parley.load.workload.Workload;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came out of a run.
 *
 * @param startedAt when it began
 * @param target what was measured, in its own words
 * @param measuredSeconds the measured time; of a backlog, filling and draining together
 * @param traffic by kind, as in the workload
 * @param backlog null for a workload without
 * @param costs of the measured time, or of filling and of draining; empty where the kernel tells
 *     nothing
 * @param machine what it ran on
 */
public record LoadReport(
    Workload workload,
    Instant startedAt,
    Map<String, String> target,
    double measuredSeconds,
    List<TrafficReport> traffic,
    @Nullable BacklogReport backlog,
    List<Cost> costs,
    MachineInfo machine) {

  /** Copies, keeping the order. */
  public LoadReport {
    target = Collections.unmodifiableMap(new LinkedHashMap<>(target));
    traffic = List.copyOf(traffic);
    costs = List.copyOf(costs);
  }

  /** Whether every promise was kept: nothing lost, out of order, damaged or mixed up. */
  public boolean isCorrect() {
    return traffic.stream().allMatch(TrafficReport::isCorrect);
  }
}
