package io.parley.compare.result;

import io.parley.load.report.LoadReport;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came out of one run of one workload against one peer, or why nothing did.
 *
 * @param peer its name, with the variant
 * @param run which of the repeated runs, from 1; runs of the same number were made one after the
 *     other
 * @param startedAt when, ISO 8601 in UTC
 * @param problem what kept it from running, such as a broker that didn't start; null if nothing did
 * @param target the peer in its adapter's words: client and settings
 * @param traffic by kind, as in the workload; empty with a problem
 * @param backlog null for a workload without, or with a problem
 * @param use what the machine did in the measured time, or while a backlog was filled; null with a
 *     problem
 * @param disk what the disk alone took, next to the run; null where times aren't what it is about
 */
public record RunResult(
    String peer,
    String workload,
    int run,
    String startedAt,
    @Nullable String problem,
    Map<String, String> target,
    List<TrafficResult> traffic,
    @Nullable BacklogResult backlog,
    @Nullable UseResult use,
    @Nullable DiskResult disk) {
  /** Key of {@link #target}: {@code yes} if a confirmed message survives the loss of power. */
  public static final String SYNCED = "synced";

  /** Key of {@link #target}: what the server says it is. */
  public static final String SERVER = "server";

  /** Copies, keeping the order. */
  public RunResult {
    target = Collections.unmodifiableMap(new LinkedHashMap<>(target));
    traffic = List.copyOf(traffic);
  }

  /** A run that came to its end. */
  public static RunResult of(
      String peer, int run, String server, LoadReport report, @Nullable DiskResult disk) {
    Map<String, String> target = new LinkedHashMap<>(report.target());
    target.put(SERVER, server);
    return new RunResult(
        peer,
        report.workload().name(),
        run,
        report.startedAt().truncatedTo(ChronoUnit.SECONDS).toString(),
        null,
        target,
        report.traffic().stream().map(TrafficResult::of).toList(),
        report.backlog() == null ? null : BacklogResult.of(report.backlog()),
        report.costs().isEmpty() ? null : UseResult.of(report.costs().get(0)),
        disk);
  }

  /** A run that couldn't be. */
  public static RunResult failed(
      String peer, String workload, int run, Instant startedAt, String problem) {
    String second = startedAt.truncatedTo(ChronoUnit.SECONDS).toString();
    return new RunResult(
        peer, workload, run, second, problem, Map.of(), List.of(), null, null, null);
  }
}
