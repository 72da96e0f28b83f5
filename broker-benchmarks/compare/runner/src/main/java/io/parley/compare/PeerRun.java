package io.parley.compare;

import io.parley.compare.result.BacklogResult;
import io.parley.compare.result.RunFile;
import io.parley.compare.result.RunResult;
import io.parley.load.LoadRun;
import io.parley.load.UnsupportedTrafficException;
import io.parley.load.broker.Kind;
import io.parley.load.broker.Target;
import io.parley.load.broker.Traffic;
import io.parley.load.machine.BrokerProcess;
import io.parley.load.report.LoadReport;
import io.parley.load.report.Phase;
import io.parley.load.workload.Workload;
import io.parley.load.workload.Workloads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One run of one workload against the peer that its script started; adds one line to a file.
 *
 * <pre>
 * PeerRun --peer NAME[-VARIANT] --workload NAME --run N --script peers/NAME.sh --directory DIR --results FILE
 *         --server TEXT --label TEXT [--progress yes] [--set-OPTION VALUE …]
 * </pre>
 *
 * <p>Tells in a line on stdout, which begins with the label, what came out, and with progress how
 * it goes on before. The options that are set override the workload's, as those of {@code parley
 * bench} do.
 */
public final class PeerRun {
  private static final String SET = "set-";
  private static final String YAML = ".yaml";

  /** Before a run and after it. */
  private static final Duration PROBE = Duration.ofMillis(600);

  /** What is left of a longer line below this one. */
  private static final String ERASE = "\u001b[K";

  private final Map<String, String> options;
  private final String peer;
  private final String workload;
  private final int run;
  private final String server;
  private final Path directory;

  private PeerRun(Map<String, String> options) {
    this.options = options;
    this.peer = option("peer");
    this.workload = option("workload");
    this.run = Integer.parseInt(option("run"));
    this.server = option("server");
    this.directory = Path.of(option("directory"));
  }

  /** Runs it. */
  public static void main(String[] words) throws Exception {
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = 0; i + 1 < words.length; i += 2) {
      options.put(words[i].substring("--".length()), words[i + 1]);
    }
    PeerRun run = new PeerRun(options);
    RunResult result = run.run();
    RunFile.append(Path.of(run.option("results")), result);
    String line = run.option("label") + "  " + inWords(result);
    System.out.println(options.containsKey("progress") ? "\r" + line + ERASE : line);
    System.exit(0); // some clients leave threads behind
  }

  private RunResult run() throws InterruptedException, IOException {
    Instant startedAt = Instant.now();
    try {
      Workload what = what();
      LoadRun load = new LoadRun(what, this::open).listener(this::progress).broker(brokerProcess());
      if (what.hasBacklog()) {
        load.between(new Crash());
      }
      DiskProbe probe = probe(what);
      LoadReport report = load.run();
      if (probe != null) {
        probe.measure(PROBE);
      }
      return RunResult.of(peer, run, server, report, probe == null ? null : probe.result());
    } catch (UnsupportedTrafficException e) {
      return RunResult.failed(peer, workloadName(), run, startedAt, lack(e));
    } catch (RuntimeException e) {
      e.printStackTrace();
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String problem = MachinePaths.shortened(cause.toString());
      return RunResult.failed(peer, workloadName(), run, startedAt, problem);
    }
  }

  /** Where times are what the workload is about: one that has measured once. */
  private @Nullable DiskProbe probe(Workload what) throws IOException {
    OptionalInt bytes =
        what.traffic().stream()
            .filter(traffic -> traffic.isLatencyBound() && traffic.kind() != Kind.QUERIES)
            .mapToInt(Traffic::sizeBytes)
            .findFirst();
    if (bytes.isEmpty()) {
      return null;
    }
    DiskProbe probe = new DiskProbe(directory, Math.max(1, bytes.getAsInt()));
    probe.measure(PROBE);
    return probe;
  }

  /** Of a file, what it is called without its folder. */
  private String workloadName() {
    String file = String.valueOf(Path.of(workload).getFileName());
    return file.endsWith(YAML) ? file.substring(0, file.length() - YAML.length()) : file;
  }

  /** What the peer hasn't; what it is stands elsewhere. */
  private static String lack(UnsupportedTrafficException e) {
    String message = String.valueOf(e.getMessage());
    return message.substring(Math.max(0, message.lastIndexOf("has no ")));
  }

  private Workload what() throws IOException {
    Map<String, String> overrides = new LinkedHashMap<>();
    options.forEach(
        (name, value) -> {
          if (name.startsWith(SET)) {
            overrides.put(name.substring(SET.length()), value);
          }
        });
    return Workloads.isPath(workload)
        ? Workloads.ofFile(Path.of(workload), overrides)
        : Workloads.named(workload, overrides);
  }

  private Target open() throws Exception {
    int end = peer.indexOf('-');
    return ServiceLoader.load(Peer.class)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("class path: no peer (expected: one)"))
        .open(end < 0 ? "" : peer.substring(end + 1));
  }

  /** As the script last started it. */
  private BrokerProcess brokerProcess() {
    return () -> {
      try {
        return OptionalLong.of(Long.parseLong(Files.readString(directory.resolve("pid")).strip()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  private void progress(
      Phase phase,
      long leftNanos,
      double confirmedPerSecond,
      double receivedPerSecond,
      long waiting) {
    if (options.containsKey("progress")) {
      System.out.printf(
          Locale.ROOT,
          "\r%s  %s %,.0f in/s, %,.0f out/s, %,d waiting%s",
          option("label"),
          phase.name().toLowerCase(Locale.ROOT),
          confirmedPerSecond,
          receivedPerSecond,
          waiting,
          ERASE);
      System.out.flush();
    }
  }

  private static String inWords(RunResult result) {
    String problem = result.problem();
    if (problem != null) {
      return problem;
    }
    BacklogResult backlog = result.backlog();
    if (backlog != null) {
      return String.format(
          Locale.ROOT,
          "%,.0f filled/s, %,.0f drained/s, %.1f s to the first",
          backlog.fillPerSecond(),
          backlog.drainPerSecond(),
          backlog.firstDeliverySeconds());
    }
    return result.traffic().stream()
        .map(
            traffic ->
                String.format(
                    Locale.ROOT,
                    "%,.0f/s, p50 %.2f ms, p99 %.2f ms",
                    traffic.throughPerSecond(),
                    traffic.endToEnd().p50Millis(),
                    traffic.endToEnd().p99Millis()))
        .collect(Collectors.joining("; "));
  }

  private String option(String name) {
    String value = options.get(name);
    if (value == null) {
      throw new IllegalArgumentException("--" + name + ": nothing (expected: a value)");
    }
    return value;
  }

  /** SIGKILL, and a start with the data that is there. */
  private final class Crash implements LoadRun.Between {
    @Override
    public String description() {
      return "SIGKILL and start";
    }

    @Override
    public void run() throws IOException, InterruptedException {
      script("kill");
      script("start");
    }

    private void script(String verb) throws IOException, InterruptedException {
      Path log = directory.resolve("script.log");
      Process script =
          new ProcessBuilder(option("script"), verb, directory.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      if (script.waitFor() != 0) {
        List<String> said = Files.readAllLines(log);
        throw new IOException(
            "restart: " + verb + ": " + (said.isEmpty() ? "" : said.get(said.size() - 1)));
      }
    }
  }
}
