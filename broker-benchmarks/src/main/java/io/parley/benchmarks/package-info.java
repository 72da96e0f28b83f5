/**
 * Owns the measurements: JMH benchmarks of hot paths and workloads from end to end.
 *
 * <p>Thread: those JMH or the workload starts.
 *
 * <p>Must not know: internals it does not measure; production code never depends on it.
 */
@NullMarked
package io.parley.benchmarks;

import org.jspecify.annotations.NullMarked;
