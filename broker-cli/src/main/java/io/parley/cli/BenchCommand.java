package io.parley.cli;

import io.parley.cli.bench.BenchListener.Phase;
import io.parley.cli.bench.BenchReport;
import io.parley.cli.bench.BenchSettings;
import io.parley.cli.bench.CommandBench;
import io.parley.cli.bench.Latencies;
import io.parley.cli.console.Details;
import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Output;
import io.parley.cli.console.Table;
import io.parley.cli.console.Text;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code parley bench}. */
@Command(
    name = "bench",
    description = {
      "Measure a broker: send commands as fast as it confirms them, handle them, count every one.",
      "",
      "Every number is of confirmed, that is fsynced, messages. Load and broker share a machine if",
      "both run on it. Uses the queue 'parley-bench', which stays. Exits 1 if a confirmed command",
      "never arrived."
    },
    footer = {
      "",
      "Examples:",
      "  parley bench",
      "  parley bench --producers 4 --consumers 4 --size 1024 --duration 60s",
      "  parley bench --window 1 --producers 1      latency of one at a time",
      "  parley bench --consumers 0                 storing alone; leaves the commands there",
      "  parley bench -o json | jq .confirm.p99Micros"
    })
final class BenchCommand implements Callable<Integer> {
  enum Workload {
    COMMANDS
  }

  private final CliContext context;

  @Option(
      names = "--workload",
      paramLabel = "commands",
      description = "What is measured; commands if left out.")
  private Workload workload = Workload.COMMANDS;

  @Option(names = "--producers", paramLabel = "N", description = "Connections that send; 2.")
  private int producers = 2;

  @Option(names = "--consumers", paramLabel = "N", description = "Connections that handle; 2.")
  private int consumers = 2;

  @Option(names = "--size", paramLabel = "BYTES", description = "Size of each body; 100.")
  private int size = 100;

  @Option(
      names = "--window",
      paramLabel = "N",
      description = "Most unconfirmed commands of a producer; 1000.")
  private int window = 1_000;

  @Option(
      names = "--credit",
      paramLabel = "N",
      description = "Most commands a consumer holds; 1000.")
  private int credit = 1_000;

  @Option(names = "--duration", paramLabel = "TIME", description = "Measured time; 10s.")
  private Duration duration = Duration.ofSeconds(10);

  @Option(names = "--warmup", paramLabel = "TIME", description = "Load before that; 5s.")
  private Duration warmup = Duration.ofSeconds(5);

  @Option(
      names = "--drain",
      paramLabel = "TIME",
      description = "At the end, give up when nothing arrives for so long; 10s.")
  private Duration drain = Duration.ofSeconds(10);

  BenchCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    BenchSettings settings =
        Arguments.checked(
            () ->
                new BenchSettings(
                    producers, consumers, size, window, credit, warmup, duration, drain));
    CommandBench bench =
        new CommandBench(settings, service -> Clients.connect(context, service), this::progress);
    BenchReport report = Interruption.run(bench::run);
    Output output = context.output();
    if (output.isJson()) {
      output.json(json(report));
    } else {
      print(report, output);
    }
    return report.missing() == 0 ? ExitCode.OK : ExitCode.NO;
  }

  private void progress(
      Phase phase, long leftNanos, double confirmed, double received, long waiting) {
    context
        .output()
        .progress(
            String.format(
                Locale.ROOT,
                "%-7s %3s  %s confirmed/s  %s received/s  %s waiting",
                phase.name().toLowerCase(Locale.ROOT),
                phase == Phase.DRAIN ? "" : (leftNanos + 999_999_999) / 1_000_000_000 + "s",
                Text.count(Math.round(confirmed)),
                Text.count(Math.round(received)),
                Text.count(waiting)));
  }

  private static void print(BenchReport report, Output output) {
    BenchSettings settings = report.settings();
    output.lines(
        new Details()
            .add(
                "Load",
                settings.producers()
                    + " producers, "
                    + settings.consumers()
                    + " consumers, "
                    + Text.count(settings.sizeBytes())
                    + " bytes, window "
                    + Text.count(settings.window())
                    + ", credit "
                    + Text.count(settings.credit()))
            .add("Measured", Text.nanos(report.measuredNanos()))
            .add("Confirmed", rate(report.confirmedPerSecond(), settings.sizeBytes()))
            .add("Received", rate(report.receivedPerSecond(), settings.sizeBytes()))
            .lines());
    output.line("");
    output.lines(
        Table.of("LATENCY", ">P50", ">P90", ">P99", ">P99.9", ">MAX")
            .row(latencies("confirm", report.confirmLatency()))
            .row(latencies("end to end", report.endToEndLatency()))
            .lines(output.width()));
    output.line("");
    Details counts =
        new Details()
            .add("Sent", report.sent())
            .add("Confirmed", report.confirmed())
            .add("Received", report.received())
            .add("Duplicates", report.duplicates())
            .add("Missing", report.missing());
    report.failures().forEach((code, count) -> counts.add(code, count));
    output.lines(counts.lines());
  }

  private static String rate(double perSecond, int sizeBytes) {
    return Text.count(Math.round(perSecond))
        + "/s, "
        + Text.bytes(Math.round(perSecond * sizeBytes))
        + "/s";
  }

  private static Object[] latencies(String name, Latencies latencies) {
    return new Object[] {
      name,
      Text.nanos(latencies.p50()),
      Text.nanos(latencies.p90()),
      Text.nanos(latencies.p99()),
      Text.nanos(latencies.p999()),
      Text.nanos(latencies.max())
    };
  }

  private static Map<String, @Nullable Object> json(BenchReport report) {
    BenchSettings settings = report.settings();
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("workload", "commands");
    json.put("producers", settings.producers());
    json.put("consumers", settings.consumers());
    json.put("sizeBytes", settings.sizeBytes());
    json.put("window", settings.window());
    json.put("credit", settings.credit());
    json.put("measuredSeconds", report.measuredNanos() / 1e9);
    json.put("confirmedPerSecond", report.confirmedPerSecond());
    json.put("receivedPerSecond", report.receivedPerSecond());
    json.put("confirm", json(report.confirmLatency()));
    json.put("endToEnd", json(report.endToEndLatency()));
    json.put("sent", report.sent());
    json.put("confirmed", report.confirmed());
    json.put("received", report.received());
    json.put("duplicates", report.duplicates());
    json.put("missing", report.missing());
    json.put("failures", report.failures());
    return json;
  }

  private static Map<String, Object> json(Latencies latencies) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("count", latencies.count());
    json.put("p50Micros", latencies.p50() / 1e3);
    json.put("p90Micros", latencies.p90() / 1e3);
    json.put("p99Micros", latencies.p99() / 1e3);
    json.put("p999Micros", latencies.p999() / 1e3);
    json.put("maxMicros", latencies.max() / 1e3);
    return json;
  }
}
