/**
 * What comes in: repeated sends are recognised, types routed, records stored.
 *
 * <p>Owner thread only. Must not know what happens to a message afterwards.
 */
@NullMarked
package io.parley.engine.intake;

import org.jspecify.annotations.NullMarked;
