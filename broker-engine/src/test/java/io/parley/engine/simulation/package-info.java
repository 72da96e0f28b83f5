/**
 * A small world around the real engine: producers that send again, consumers that crash, vanish and
 * settle late, a store that fails, time that jumps; on one thread, from one seed.
 *
 * <p>What must hold whatever happens is a class each, in {@link
 * io.parley.engine.simulation.Invariants}.
 */
@NullMarked
package io.parley.engine.simulation;

import org.jspecify.annotations.NullMarked;
