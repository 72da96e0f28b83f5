/**
 * The frames of the wire protocol: one page per direction, no behaviour.
 *
 * <p>Immutable values for any thread. Must not know how frames become bytes.
 */
@NullMarked
package io.parley.protocol.frame;

import org.jspecify.annotations.NullMarked;
