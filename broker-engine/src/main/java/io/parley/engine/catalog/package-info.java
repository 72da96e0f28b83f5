/**
 * Which types exist, of which kind, owned by whom; and from it, where a message goes.
 *
 * <p>Owner thread only. Must not know how destinations keep messages.
 */
@NullMarked
package io.parley.engine.catalog;

import org.jspecify.annotations.NullMarked;
