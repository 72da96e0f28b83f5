/**
 * A namespace for tests, on one thread, with time that moves when told to: what every test of the
 * engine's rules starts from.
 *
 * <p>Must not know rules: it sends operations in and notes what comes out.
 */
@NullMarked
package io.parley.engine.testing;

import org.jspecify.annotations.NullMarked;
