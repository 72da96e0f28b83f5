/**
 * Owns what the peers' adapters share, and a run of one workload against one of them.
 *
 * <p>Thread: each class says its own.
 *
 * <p>Must not know: any product.
 */
@NullMarked
package io.parley.compare;

import org.jspecify.annotations.NullMarked;
