/**
 * Owns the proof that Parley works as a whole: the real client over a real socket against a real
 * broker on a real disk, in processes of their own where one is killed.
 *
 * <p>Thread: the tests' own.
 *
 * <p>Must not know: anything of the parts that their users can't see.
 */
@NullMarked
package io.parley.systemtests;

import org.jspecify.annotations.NullMarked;
