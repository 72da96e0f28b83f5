/**
 * The words both sides use, and the form of a message on the wire and on disk; and the arrays
 * messages are in, which are used again.
 *
 * <p>Immutable values for any thread, but for views of records and pooled arrays, which say so.
 * Must not know frames or Netty.
 */
@NullMarked
package io.parley.protocol.model;

import org.jspecify.annotations.NullMarked;
