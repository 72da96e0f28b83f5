/**
 * What the engine needs of a disk: tables with fixed numbers and one atomic write per group.
 *
 * <p>Called by the engine's owner thread. Must not know which database is behind it.
 */
@NullMarked
package io.parley.engine.store;

import org.jspecify.annotations.NullMarked;
