package io.parley.load;

/** Told how a run goes on, about ten times a second, by the caller's thread. */
@FunctionalInterface
public interface LoadListener {
  /** What the run is doing. */
  enum Phase {
    /** Load that isn't measured. */
    WARMUP,
    /** Load that is. */
    MEASURE,
    /** A backlog is stored. */
    FILL,
    /** Something is done to the broker. */
    BETWEEN,
    /** Nothing more is sent; what is there arrives. */
    DRAIN
  }

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
