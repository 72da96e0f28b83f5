/**
 * The vocabulary of change: what can be asked of a namespace's state, and what comes back.
 *
 * <p>Immutable values for any thread. Must not know who asks or how state is kept.
 */
@NullMarked
package io.parley.engine.operation;

import org.jspecify.annotations.NullMarked;
