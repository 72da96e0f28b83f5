package io.parley.load;

import io.parley.load.report.Phase;

/** Told how a run goes on, about ten times a second, by the caller's thread. */
@FunctionalInterface
public interface LoadListener {
  /**
   * How it stands.
   *
   * @param leftNanos to the end of this phase; 0 where nobody knows
   * @param confirmedPerSecond confirms and answers in the last second
   * @param receivedPerSecond arrivals in the last second
   * @param waiting confirmed and not arrived yet
   */
  void progress(
      Phase phase,
      long leftNanos,
      double confirmedPerSecond,
      double receivedPerSecond,
      long waiting);
}
