/**
 * Owns TCP: the listening socket, the connections, who may say hello, writing and reading bytes.
 *
 * <p>Thread: the event loops; {@code Connection} takes frames to send from any thread.
 *
 * <p>Must not know: what a request means, the engine or the store. Nothing depends on this package
 * but the wiring.
 */
@NullMarked
package io.parley.server.network;

import org.jspecify.annotations.NullMarked;
