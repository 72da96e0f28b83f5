/**
 * Owns the way of load to a Parley broker: the port's adapter over the Java client.
 *
 * <p>Thread: that of the port's methods; handlers and confirms run on the client's threads.
 *
 * <p>Must not know: how much is sent or for how long, what is measured.
 */
@NullMarked
package io.parley.load.parley;

import org.jspecify.annotations.NullMarked;
