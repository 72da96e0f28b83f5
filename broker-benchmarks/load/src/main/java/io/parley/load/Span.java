package io.parley.load;

/**
 * The measured part of a run, by the run's clock. What was intended to be sent in it is timed,
 * whenever it arrives.
 *
 * @param startNanos first moment of it
 * @param endNanos first moment after it
 */
record Span(long startNanos, long endNanos) {
  boolean contains(long nanos) {
    return nanos - startNanos >= 0 && nanos - endNanos < 0;
  }
}
