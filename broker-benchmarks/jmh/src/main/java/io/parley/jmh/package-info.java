/**
 * Owns the JMH benchmarks: how long single steps of the hot paths take, and what they allocate.
 *
 * <p>Thread: those JMH starts.
 *
 * <p>Must not know: what the whole achieves from end to end; production code never depends on it.
 */
@NullMarked
package io.parley.jmh;

import org.jspecify.annotations.NullMarked;
