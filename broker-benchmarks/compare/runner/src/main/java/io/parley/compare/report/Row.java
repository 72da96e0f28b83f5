package io.parley.compare.report;

import io.parley.compare.result.RunResult;
import io.parley.compare.result.TrafficResult;
import io.parley.compare.result.UseResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One peer's runs of one workload. Disturbed ones count only where there are no others.
 *
 * @param runs those that count, by rising number; empty where none came to an end
 * @param disturbed whether they are disturbed ones
 * @param leftOut how many disturbed ones don't count
 * @param problems what kept others from running, each once
 */
record Row(
    String peer, List<RunResult> runs, boolean disturbed, int leftOut, List<String> problems) {
  /** Of all runs of this peer. */
  static Row of(String peer, List<RunResult> all) {
    List<RunResult> ended = all.stream().filter(run -> run.problem() == null).toList();
    List<RunResult> quiet = ended.stream().filter(run -> !isNoisy(run)).toList();
    List<RunResult> counted = new ArrayList<>(quiet.isEmpty() ? ended : quiet);
    counted.sort((a, b) -> Integer.compare(a.run(), b.run()));
    return new Row(
        peer,
        counted,
        quiet.isEmpty() && !ended.isEmpty(),
        ended.size() - counted.size(),
        all.stream().map(RunResult::problem).filter(Objects::nonNull).distinct().toList());
  }

  private static boolean isNoisy(RunResult run) {
    UseResult use = run.use();
    return use != null && use.noisy();
  }

  /** Whether a confirm waits for the disk; true as well where no run tells. */
  boolean isSynced() {
    return runs.stream().noneMatch(run -> "no".equals(run.target().get(RunResult.SYNCED)));
  }

  @Nullable Spread spread(ToDoubleFunction<RunResult> value) {
    return Spread.of(runs.stream().map(run -> value.applyAsDouble(run)).toList());
  }

  /** The ratio to another's, of the medians, and the lowest and highest of runs of one number. */
  @Nullable Spread ratioTo(Row other, ToDoubleFunction<RunResult> value) {
    Spread mine = spread(value);
    Spread theirs = other.spread(value);
    if (mine == null || theirs == null || theirs.median() == 0) {
      return null;
    }
    List<Double> pairs = new ArrayList<>();
    pairs.add(mine.median() / theirs.median());
    for (RunResult run : runs) {
      for (RunResult same : other.runs) {
        if (same.run() == run.run()) {
          pairs.add(value.applyAsDouble(run) / value.applyAsDouble(same));
        }
      }
    }
    Spread all = Spread.of(pairs);
    return all == null ? null : new Spread(all.lowest(), pairs.get(0), all.highest());
  }

  /** A count of all runs that came to an end and count, added up over all traffic. */
  long sum(ToLongFunction<TrafficResult> count) {
    return runs.stream().flatMap(run -> run.traffic().stream()).mapToLong(count).sum();
  }
}
