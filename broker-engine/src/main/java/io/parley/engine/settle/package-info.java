/**
 * How handlings end: completed with what they emit, rejected, failed, given back, lost; and dead
 * letters.
 *
 * <p>Owner thread only. Must not know who consumes or how messages are found.
 */
@NullMarked
package io.parley.engine.settle;

import org.jspecify.annotations.NullMarked;
