package io.parley.cli;

import io.parley.cli.console.ExitCode;
import io.parley.cli.console.Output;
import io.parley.cli.console.Problem;
import io.parley.cli.console.Table;
import io.parley.cli.console.Text;
import io.parley.client.BrokerAddress;
import io.parley.client.BrokerUri;
import io.parley.client.NotConnectedException;
import io.parley.client.ParleyClient;
import io.parley.load.LoadRun;
import io.parley.load.broker.Target;
import io.parley.load.html.ReportPage;
import io.parley.load.machine.BrokerProcess;
import io.parley.load.parley.ParleyTarget;
import io.parley.load.report.LoadReport;
import io.parley.load.report.Phase;
import io.parley.load.report.ReportJson;
import io.parley.load.workload.Workload;
import io.parley.load.workload.WorkloadException;
import io.parley.load.workload.Workloads;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code parley bench}. */
@Command(
    name = "bench",
    description = {
      "Measure a broker: send what a workload says, handle it, and count every message.",
      "",
      "What is confirmed is fsynced. At a fixed rate, latency counts from the time each message was",
      "meant to go out. Load and broker share a machine if both run on it: then the report says what",
      "each used. Queues 'parley-bench…' and subscriptions of that name stay. Exits 1 if anything",
      "confirmed never arrived, or came out of order."
    },
    footer = {
      "",
      "Examples:",
      "  parley bench --list",
      "  parley bench",
      "  parley bench fan-out --subscriptions 100 --html report.html",
      "  parley bench commands-paced --rate 20000 --duration 60s",
      "  parley bench backlog --messages 10000000 --between './restart-the-broker'",
      "  parley bench my-workload.yaml -o json | jq .traffic[0].confirm.p99Micros"
    })
final class BenchCommand implements Callable<Integer> {
  /** On a machine that is busy with the load itself, a connection may take seconds. */
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** So that a broker that is back is noticed at once, and not after the client's back-off. */
  private static final Duration RESTARTED_CONNECT_TIMEOUT = Duration.ofMillis(200);

  private final CliContext context;

  @Parameters(
      arity = "0..1",
      paramLabel = "WORKLOAD",
      description = "One that --list shows, or a YAML file; commands-throughput if left out.")
  private String workload = Workloads.NAMES.get(0);

  @Option(names = "--list", description = "Show the workloads there are, and end.")
  private boolean list;

  @Mixin private final WorkloadOptions overrides = new WorkloadOptions();

  @Option(
      names = "--between",
      paramLabel = "COMMAND",
      description =
          "Between filling and draining a backlog: a shell's command line, such as one that restarts"
              + " the broker, or 'read line' to wait for Enter.")
  private @Nullable String between;

  @Option(
      names = "--broker-pid",
      paramLabel = "PID",
      description =
          "The broker's process, with its descendants. If left out: the one that listens on the"
              + " URI's port, if that is on this machine.")
  private long brokerPid;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write a page with plots too; it needs no other file.")
  private @Nullable Path html;

  BenchCommand(CliContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Exception {
    if (list) {
      list(context.output());
      return ExitCode.OK;
    }
    Workload todo = read();
    if (between != null && !todo.hasBacklog()) {
      throw Problem.usage(
          "--between: '" + between + "' (expected: a workload with a backlog)", null);
    }
    if (html != null) {
      write(html, ""); // better known now than after the run
    }
    LoadReport report = measure(todo);
    Output output = context.output();
    if (html != null) {
      write(html, ReportPage.of(report));
    }
    if (output.isJson()) {
      output.line(ReportJson.text(report));
    } else {
      BenchTables.print(report, output);
    }
    return report.isCorrect() ? ExitCode.OK : ExitCode.NO;
  }

  private static void list(Output output) {
    Table table = Table.of("WORKLOAD", "~DOES");
    Map<String, String> all = new LinkedHashMap<>();
    for (String name : Workloads.NAMES) {
      String description = Workloads.named(name, Map.of()).description();
      table.row(name, description);
      all.put(name, description);
    }
    if (output.isJson()) {
      output.json(all);
    } else {
      output.lines(table.lines(output.width()));
    }
  }

  private Workload read() {
    try {
      return Workloads.isPath(workload)
          ? Workloads.ofFile(Path.of(workload), overrides.given())
          : Workloads.named(workload, overrides.given());
    } catch (WorkloadException e) {
      throw new Problem(
          Workloads.isPath(workload) ? ExitCode.DATA : ExitCode.USAGE,
          Workloads.isPath(workload) ? "WORKLOAD" : "USAGE",
          e.problems().get(0) + more(e.problems().size() - 1),
          "See 'parley bench --list', 'parley bench --help' and docs/cli.md.");
    } catch (NoSuchFileException e) {
      throw new Problem(
          ExitCode.NOT_FOUND,
          "NO_SUCH_FILE",
          "'" + workload + "' (expected: a workload's name, or a YAML file)",
          "See 'parley bench --list'.",
          e);
    } catch (IOException e) {
      throw new Problem(
          ExitCode.IO, "IO", "'" + workload + "' can't be read: " + e.getMessage(), null, e);
    }
  }

  private static String more(int problems) {
    return problems == 0 ? "" : " (and " + Text.counted(problems, "more problem") + ")";
  }

  private LoadReport measure(Workload todo) throws Exception {
    String command = between;
    LoadRun run =
        new LoadRun(todo, new Connecting()).listener(this::progress).broker(brokerProcess());
    if (command != null) {
      run.between(new ShellCommand(command));
    }
    try {
      return Interruption.run(run::run);
    } catch (NotConnectedException e) {
      throw Clients.noBroker(context, e);
    }
  }

  /** Opens the target, the second time of a broker that may be starting. */
  private final class Connecting implements Target.Factory {
    private boolean opened;

    @Override
    public Target open() {
      boolean restarted = opened && between != null;
      opened = true;
      return new ParleyTarget(() -> client(restarted), description());
    }

    private ParleyClient.Builder client(boolean restarted) {
      ParleyClient.Builder builder = Clients.builder(context, "");
      return builder.connectTimeout(restarted ? RESTARTED_CONNECT_TIMEOUT : CONNECT_TIMEOUT);
    }

    private Map<String, String> description() {
      Map<String, String> description = new LinkedHashMap<>();
      description.put("broker", context.broker().toString());
      description.put("client", ParleyCli.version());
      return description;
    }
  }

  private BrokerProcess brokerProcess() {
    BrokerUri uri = context.broker();
    BrokerAddress address = uri.addresses().get(0);
    if (brokerPid > 0) {
      return BrokerProcess.of(brokerPid);
    }
    return isHere(address.host())
        ? BrokerProcess.listeningOn(address.port())
        : BrokerProcess.none();
  }

  private static boolean isHere(String host) {
    try {
      InetAddress address = InetAddress.getByName(host);
      return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (IOException e) {
      // Connecting will tell.
      return false;
    }
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
                leftNanos == 0 ? "" : (leftNanos + 999_999_999) / 1_000_000_000 + "s",
                Text.count(Math.round(confirmed)),
                Text.count(Math.round(received)),
                Text.count(waiting)));
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new Problem(
          ExitCode.IO, "IO", "--html: '" + file + "' can't be written: " + e, null, e);
    }
  }
}
