/**
 * Puts the operations of many callers into one order, commits them in groups, and answers once they
 * are durable.
 *
 * <p>The only package of the engine with a thread and a clock. Must not know what operations mean.
 */
@NullMarked
package io.parley.engine.sequencer;

import org.jspecify.annotations.NullMarked;
