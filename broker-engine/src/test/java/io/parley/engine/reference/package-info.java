/**
 * The engine's rules once more, in maps and lists, and random work to compare the two.
 *
 * <p>One thread. Must not know how the engine keeps anything: only what is asked of it and what
 * comes out.
 */
@NullMarked
package io.parley.engine.reference;

import org.jspecify.annotations.NullMarked;
