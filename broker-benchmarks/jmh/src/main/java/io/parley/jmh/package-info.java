/**
 * Owns the JMH benchmarks: how long single steps of the hot paths take, and what they allocate; and
 * the measurement of what a whole broker allocates.
 *
 * <p>Thread: those JMH starts; in {@code AllocationPerMessage} an embedded broker's and clients'.
 *
 * <p>Must not know: what the whole achieves from end to end; production code never depends on it.
 */
@NullMarked
package io.parley.jmh;

import org.jspecify.annotations.NullMarked;
