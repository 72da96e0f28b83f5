/**
 * Owns the way of load to Artemis: the port's adapter over its client.
 *
 * <p>Thread: that of the port's methods; handlers and confirms run on the client's threads.
 *
 * <p>Must not know: how much is sent or for how long, what is measured.
 */
@NullMarked
package io.parley.compare.artemis;

import org.jspecify.annotations.NullMarked;
