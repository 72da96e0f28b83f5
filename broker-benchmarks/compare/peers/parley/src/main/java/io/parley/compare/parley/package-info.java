/**
 * Owns Parley as a peer: the load generator's own target, as a service.
 *
 * <p>Thread: the caller's.
 *
 * <p>Must not know: how much is sent or for how long, what is measured.
 */
@NullMarked
package io.parley.compare.parley;

import org.jspecify.annotations.NullMarked;
