/**
 * What became of commands, kept by command id for a time.
 *
 * <p>Owner thread only. Must not know queues or who asks.
 */
@NullMarked
package io.parley.engine.outcome;

import org.jspecify.annotations.NullMarked;
