package io.parley.systemtests.fuzz;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/**
 * Runs Jazzer on each target, in a process of its own.
 *
 * <pre>
 *   broker-system-tests/fuzz [seconds for each target [target [executions of it at most]]]
 * </pre>
 *
 * <p>{@code FuzzTargetsTest} is its short form.
 */
final class FuzzCampaign {
  private static final String HEAP = "-Xmx512m";

  /** Less than that Jazzer takes for an endless loop. */
  private static final int INPUT_SECONDS_MAX = 10;

  private static final Pattern EXECUTIONS =
      Pattern.compile("stat::number_of_executed_units:\\s*(\\d+)");

  /** They are in the JDK's regular expressions, and make those many times as slow. */
  private static final String REGEX_HOOKS =
      "com.code_intelligence.jazzer.sanitizers.RegexInjection"
          + File.pathSeparator
          + "com.code_intelligence.jazzer.sanitizers.RegexRoadblocks";

  private static final int UNLIMITED = -1;

  /** The one that isn't Jazzer's. */
  private static final String BROKER = "broker";

  private FuzzCampaign() {}

  public static void main(String[] arguments) throws Exception {
    int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 60;
    List<String> targets = new ArrayList<>(FuzzTargets.names());
    targets.add(BROKER);
    if (arguments.length > 1) {
      targets = List.of(arguments[1]);
    }
    int executionsMax = arguments.length > 2 ? Integer.parseInt(arguments[2]) : UNLIMITED;
    long total = 0;
    for (String target : targets) {
      long executions = target.equals(BROKER) ? talk(seconds) : run(target, seconds, executionsMax);
      System.out.printf("%-10s %,14d executions, no find%n", target, executions);
      total += executions;
    }
    System.out.printf("%-10s %,14d executions%n", "all", total);
  }

  private static long talk(int seconds) throws Exception {
    long seed = System.nanoTime();
    System.out.println("broker, seed " + seed);
    // Each changed frame is a line otherwise.
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
    try (BrokerFuzz fuzz = new BrokerFuzz(seed)) {
      for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
          System.nanoTime() < end; ) {
        fuzz.round();
      }
      System.out.println(fuzz);
      return fuzz.executions();
    }
  }

  private static long run(String name, int seconds, int executionsMax) throws Exception {
    Path directory = Scratch.directory();
    Path corpus = Files.createDirectory(directory.resolve("corpus"));
    int count = 0;
    FuzzTarget target = FuzzTargets.named(name);
    for (byte[] seed : target.seeds()) {
      Files.write(corpus.resolve("seed-" + count++), seed);
    }
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            HEAP,
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            "com.code_intelligence.jazzer.Jazzer",
            "--target_class=" + JazzerEntry.class.getName(),
            "--target_args=" + name,
            "--instrumentation_includes=io.parley.**",
            "--custom_hook_includes=io.parley.**",
            "--disabled_hooks=" + REGEX_HOOKS,
            "--reproducer_path=" + directory,
            "-artifact_prefix=" + directory + "/",
            "-max_total_time=" + seconds,
            "-runs=" + executionsMax,
            "-timeout=" + INPUT_SECONDS_MAX,
            "-max_len=" + target.maxBytes(),
            "-print_final_stats=1",
            corpus.toString());
    Process jazzer = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      return executions(name, jazzer);
    } finally {
      jazzer.destroyForcibly();
    }
  }

  private static long executions(String name, Process jazzer)
      throws IOException, InterruptedException {
    List<String> said = new ArrayList<>();
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(jazzer.getInputStream(), StandardCharsets.UTF_8))) {
      output.lines().filter(line -> !line.startsWith("#")).forEach(said::add);
    }
    String all = String.join("\n", said);
    Matcher executions = EXECUTIONS.matcher(all);
    if (jazzer.waitFor() != 0 || !executions.find()) {
      System.out.println(all);
      System.out.println("target " + name + ": a find, or it didn't run; see above");
      System.exit(1);
    }
    return Long.parseLong(executions.group(1));
  }
}
