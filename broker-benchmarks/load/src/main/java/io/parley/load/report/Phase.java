package io.parley.load.report;

/** What a run is doing. */
public enum Phase {
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
