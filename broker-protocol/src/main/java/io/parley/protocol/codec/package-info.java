/**
 * Owns the way from frames to bytes and back, with every length and count checked.
 *
 * <p>Thread: the event loop of the channel; encoding into a buffer runs on whatever thread asks.
 *
 * <p>Must not know: what a frame means, whether its names are right, or whether its messages are.
 */
@NullMarked
package io.parley.protocol.codec;

import org.jspecify.annotations.NullMarked;
