package io.parley.cli.bench;

/** Told how a benchmark goes on, about ten times a second, by the caller's thread. */
@FunctionalInterface
public interface BenchListener {
  /** What the load is doing. */
  enum Phase {
    WARMUP,
    MEASURE,
    DRAIN
  }

  /**
   * How it stands.
   *
   * @param left nanoseconds to the end of this phase; 0 while draining
   * @param sentPerSecond confirms in the last second
   * @param receivedPerSecond arrivals in the last second
   * @param waiting confirmed and not arrived yet
   */
  void progress(
      Phase phase, long left, double sentPerSecond, double receivedPerSecond, long waiting);
}
