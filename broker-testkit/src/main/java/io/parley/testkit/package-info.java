/**
 * Owns what tests share: an embedded broker, stores that fail on demand, manual time, simulation.
 *
 * <p>Thread: the test's own; the embedded broker brings the threads a real one has.
 *
 * <p>Must not know: any single test, and nothing in production code may know it.
 */
@NullMarked
package io.parley.testkit;

import org.jspecify.annotations.NullMarked;
