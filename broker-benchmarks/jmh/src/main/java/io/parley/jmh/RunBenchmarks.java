package io.parley.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks with JMH, and prints one line for each: time and allocation. Takes JMH's own
 * options; what they leave open is short, so that all together take less than six minutes.
 */
public final class RunBenchmarks {
  private static final int EX_USAGE = 64;
  private static final int EX_SOFTWARE = 70;

  private static final int WARM_UPS = 3;
  private static final int MEASUREMENTS = 5;
  private static final TimeValue ITERATION = TimeValue.milliseconds(500);

  private RunBenchmarks() {}

  /** Runs what the arguments say; JMH's {@code -h} explains them. */
  public static void main(String[] arguments) throws IOException {
    try {
      run(new CommandLineOptions(arguments));
    } catch (CommandLineOptionException e) {
      System.err.println(e.getMessage() + " (expected: what -h shows)");
      System.exit(EX_USAGE);
    } catch (NoBenchmarksException e) {
      System.err.println("no benchmark's name has a match (expected: of those that -l lists)");
      System.exit(EX_USAGE);
    } catch (RunnerException e) {
      System.err.println(e.getMessage());
      System.exit(EX_SOFTWARE);
    }
  }

  private static void run(CommandLineOptions options) throws IOException, RunnerException {
    if (options.shouldHelp()) {
      options.showHelp();
    } else if (options.shouldList()) {
      new Runner(options).list();
    } else if (options.shouldListWithParams()) {
      new Runner(options).listWithParams(options);
    } else if (options.shouldListProfilers()) {
      options.listProfilers();
    } else if (options.shouldListResultFormats()) {
      options.listResultFormats();
    } else {
      if (options.getResult().hasValue()) {
        createDirectoryOf(Path.of(options.getResult().get()));
      }
      // What JMH has to tell on the way goes where progress goes.
      OutputFormat progress =
          OutputFormatFactory.createFormatInstance(
              System.err, options.verbosity().orElse(VerboseMode.NORMAL));
      System.out.print(ResultTable.of(new Runner(withDefaults(options), progress).run()));
    }
  }

  private static void createDirectoryOf(Path file) throws IOException {
    Path directory = file.getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
  }

  private static Options withDefaults(CommandLineOptions options) {
    ChainedOptionsBuilder builder =
        new OptionsBuilder()
            .parent(options)
            .shouldFailOnError(true)
            .addProfiler(GCProfiler.class)
            .resultFormat(ResultFormatType.JSON);
    if (!options.getTimeUnit().hasValue()) {
      builder.timeUnit(TimeUnit.NANOSECONDS);
    }
    if (!options.getForkCount().hasValue()) {
      builder.forks(1);
    }
    if (!options.getWarmupIterations().hasValue()) {
      builder.warmupIterations(WARM_UPS);
    }
    if (!options.getWarmupTime().hasValue()) {
      builder.warmupTime(ITERATION);
    }
    if (!options.getMeasurementIterations().hasValue()) {
      builder.measurementIterations(MEASUREMENTS);
    }
    if (!options.getMeasurementTime().hasValue()) {
      builder.measurementTime(ITERATION);
    }
    return builder.build();
  }
}
