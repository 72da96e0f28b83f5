/**
 * The words both sides use, and the form of a message on the wire and on disk.
 *
 * <p>Immutable values for any thread. Must not know frames or Netty.
 */
@NullMarked
package io.parley.protocol.model;

import org.jspecify.annotations.NullMarked;
