package io.parley.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs each benchmark once with all its parameters, so that none rots. Measures nothing. */
class BenchmarksTest {
  @Test
  void shouldRunEachBenchmark(@TempDir Path directory) throws RunnerException {
    System.setProperty("jmh.ignoreLock", "true");
    System.setProperty(WorkDirectory.PROPERTY, directory.toString());
    Options once =
        new OptionsBuilder()
            .mode(Mode.SingleShotTime)
            .warmupIterations(0)
            .measurementIterations(1)
            .forks(0)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();

    Collection<RunResult> results = new Runner(once).run();

    Set<String> run =
        results.stream()
            .map(result -> result.getParams().getBenchmark())
            .map(name -> name.replaceAll(".*\\.(\\w+)\\.\\w+", "$1"))
            .collect(Collectors.toSet());
    assertThat(run)
        .containsExactlyInAnyOrder(
            "CodecBenchmark",
            "RecordBenchmark",
            "EngineBenchmark",
            "StoreBenchmark",
            "ServerPathBenchmark");
    assertThat(directory).isEmptyDirectory();
    assertThat(ResultTable.of(results).toString()).contains("StoreBenchmark.commit takes ");
  }
}
