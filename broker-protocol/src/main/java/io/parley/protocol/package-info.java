/**
 * Owns the wire contract: versions, limits, error codes, the model, the frames and their codec.
 *
 * <p>Thread: none of its own; values are immutable, codecs run on the event loop that owns the
 * channel.
 *
 * <p>Must not know: client, engine or server; how a message is stored or who may send it.
 */
@NullMarked
package io.parley.protocol;

import org.jspecify.annotations.NullMarked;
