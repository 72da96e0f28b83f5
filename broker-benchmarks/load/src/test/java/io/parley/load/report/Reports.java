package io.parley.load.report;

import io.parley.load.broker.Kind;
import io.parley.load.broker.Traffic;
import io.parley.load.machine.MachineInfo;
import io.parley.load.machine.Usage;
import io.parley.load.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Reports for tests of the forms they are shown in. */
public final class Reports {
  private Reports() {}

  /** One with something in every field: a confirmed command is missing, another out of order. */
  public static LoadReport full() {
    return report(1);
  }

  /** The same, with nothing wrong. */
  static LoadReport correct() {
    return report(0);
  }

  private static LoadReport report(int wrong) {
    Traffic commands = new Traffic(Kind.COMMANDS, 2, 1_000, 500, 100, 2, 2, 1_000, 1, 0, 10, 0);
    Traffic queries = new Traffic(Kind.QUERIES, 1, 256, 0, 100, 1, 1, 16, 1, 0, 0, 100);
    return new LoadReport(
        new Workload(
            "every <thing>",
            "has \"all\" & more",
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(3),
            0,
            List.of(commands, queries)),
        Instant.parse("2025-11-23T10:03:11Z"),
        Map.of("product", "</script><b>Fake</b>"),
        2,
        List.of(traffic(commands, wrong), traffic(queries, 0)),
        new BacklogReport(
            3_000, 1.5, 2_000, 3, 1_000, 0.25, new BacklogReport.Between("kill", 0.2)),
        List.of(
            new Cost(
                Phase.MEASURE,
                new Usage(2, 0.5, 0.1, new Usage.BrokerUsage(42, 1, 400_000, 5, 6, "vda", 300)),
                2_000,
                200_000)),
        new MachineInfo("Fast CPU", 2, 1_024, "Linux 6", "JVM 17"));
  }

  private static TrafficReport traffic(Traffic traffic, int wrong) {
    Histogram times = new Histogram(3);
    for (int i = 1; i <= 1_000; i++) {
      times.recordValue(i * 1_000L);
    }
    Latencies latencies = Latencies.of(times);
    return new TrafficReport(
        traffic,
        1_000,
        1_000,
        latencies,
        latencies,
        traffic.isPaced() ? latencies : null,
        3_000,
        2_999,
        2_998,
        1,
        2,
        3,
        1,
        4,
        wrong,
        0,
        0,
        Map.of("QUOTA_EXCEEDED", 1L),
        wrong == 0
            ? List.of()
            : List.of(new Missing(0, wrong, List.of(new Missing.Message(1, 77)))),
        List.of(
            new Sample(Phase.WARMUP, 0, 1, 900, 800, 10, 0, 0, 0, 0),
            new Sample(Phase.MEASURE, 1, 2, 1_000, 1_000, 5, 1_000, 2_000, 3_000, 4_000),
            new Sample(Phase.MEASURE, 2, 3, 1_100, 1_000, 0, 1_500, 2_500, 3_500, 4_500)));
  }
}
