package io.parley.jmh;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** JMH's results, a line each: how long an operation takes and what it allocates. */
final class ResultTable {
  private static final String COMMIT = "StoreBenchmark.commit";
  private static final List<String> DISK_ALONE =
      List.of(
          "StoreBenchmark.appendAndSync",
          "StoreBenchmark.overwriteAndSync",
          "StoreBenchmark.overwriteDirectlyAndSync");

  private final List<Row> rows = new ArrayList<>();

  private ResultTable() {}

  static ResultTable of(Collection<RunResult> results) {
    ResultTable table = new ResultTable();
    for (RunResult result : results) {
      table.rows.add(Row.of(result));
    }
    return table;
  }

  @Override
  public String toString() {
    int nameWidth = rows.stream().mapToInt(row -> row.name.length()).max().orElse(0);
    int parametersWidth = rows.stream().mapToInt(row -> row.parameters.length()).max().orElse(0);
    String format = "%-" + nameWidth + "s  %-" + parametersWidth + "s  %12s  %10s  %10s%n";
    StringBuilder out = new StringBuilder();
    out.append(Conditions.describe()).append("\n\n");
    out.append(format.formatted("benchmark", "parameters", "time/op", "±", "bytes/op"));
    for (Row row : rows) {
      out.append(
          format.formatted(
              row.name,
              row.parameters,
              number(row.time) + " " + row.unit,
              number(row.error),
              number(row.bytes)));
    }
    out.append(
        "\nOne op is one message; in StoreBenchmark one commit, write or chunk, and the median.\n");
    rows.stream().filter(row -> row.name.equals(COMMIT)).forEach(row -> appendRatios(out, row));
    return out.toString();
  }

  private void appendRatios(StringBuilder out, Row commit) {
    for (Row disk : rows) {
      if (DISK_ALONE.contains(disk.name) && disk.parameters.equals(commit.parameters)) {
        out.append(
            String.format(
                Locale.ROOT,
                "%s takes %.2f times as long as %s (%s)%n",
                commit.name,
                commit.time / disk.time,
                disk.name,
                commit.parameters));
      }
    }
  }

  private static String number(double value) {
    return Double.isNaN(value)
        ? ""
        : String.format(Locale.ROOT, value < 100 ? "%.2f" : "%,.0f", value);
  }

  private record Row(
      String name, String parameters, double time, String unit, double error, double bytes) {

    static Row of(RunResult result) {
      BenchmarkParams params = result.getParams();
      String name = params.getBenchmark();
      int methodAt = name.lastIndexOf('.');
      String parameters =
          params.getParamsKeys().stream()
              .map(key -> key + "=" + params.getParam(key))
              .collect(Collectors.joining(" "));
      Result<?> time = result.getPrimaryResult();
      boolean sampled = params.getMode() == Mode.SampleTime;
      return new Row(
          name.substring(name.lastIndexOf('.', methodAt - 1) + 1),
          parameters,
          sampled ? time.getStatistics().getPercentile(50) : time.getScore(),
          time.getScoreUnit().replace("/op", ""),
          sampled ? Double.NaN : time.getScoreError(),
          allocated(result));
    }

    /** Bytes for each operation by all threads of the JVM; not a number where JMH didn't look. */
    private static double allocated(RunResult result) {
      for (String label : result.getSecondaryResults().keySet()) {
        if (label.endsWith("gc.alloc.rate.norm")) {
          return result.getSecondaryResults().get(label).getScore();
        }
      }
      return Double.NaN;
    }
  }
}
