package io.parley.compare.report;

import io.parley.compare.result.DiskResult;
import io.parley.compare.result.RunResult;
import io.parley.compare.result.TrafficResult;
import io.parley.compare.result.TrafficResult.Times;
import io.parley.compare.result.UseResult;
import java.util.List;
import java.util.Map;

/** Runs for tests. */
final class Runs {
  private static final Times TIMES = new Times(1.5, 20, 300, 400, 1_000);

  private Runs() {}

  /** A quiet run of a throughput workload. */
  static RunResult of(String peer, int run, double perSecond) {
    return of(peer, run, perSecond, 0.01, "yes");
  }

  static RunResult of(String peer, int run, double perSecond, double otherCores, String synced) {
    TrafficResult traffic =
        new TrafficResult(
            "commands",
            100,
            2,
            1_000,
            0,
            2,
            0,
            false,
            perSecond,
            perSecond,
            perSecond,
            TIMES,
            TIMES,
            10,
            10,
            10,
            0,
            1,
            0,
            0,
            0,
            0);
    return new RunResult(
        peer,
        "commands-throughput",
        run,
        "2025-01-01T00:00:00Z",
        null,
        Map.of(RunResult.SYNCED, synced),
        List.of(traffic),
        null,
        new UseResult(1, 0.5, otherCores, 0.01, 0.005, 2, 300, 128),
        null);
  }

  /** A run of one message at a time, next to a disk that took so long for a sync. */
  static RunResult sync(String peer, double confirmMillis, double diskMillis) {
    Times confirm = new Times(confirmMillis, 10 * confirmMillis, 100 * confirmMillis, 500, 1_000);
    Times disk = new Times(diskMillis, 1, 2, 3, 100);
    RunResult example = of(peer, 1, 1_000);
    TrafficResult traffic =
        new TrafficResult(
            "commands",
            100,
            1,
            1,
            0,
            1,
            0,
            true,
            1_000,
            1_000,
            1_000,
            confirm,
            TIMES,
            10,
            10,
            10,
            0,
            0,
            0,
            0,
            0,
            0);
    return new RunResult(
        peer,
        "commands-sync",
        1,
        example.startedAt(),
        null,
        Map.of(RunResult.SYNCED, "yes", RunResult.SERVER, peer + " 1.0"),
        List.of(traffic),
        null,
        example.use(),
        new DiskResult(100, disk, disk));
  }
}
