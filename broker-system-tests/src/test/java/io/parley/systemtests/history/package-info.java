/**
 * Owns what clients of a broker noted, and the rules that hold in it whatever became of the broker.
 *
 * <p>Thread: any may note; rules are checked by one, afterwards.
 *
 * <p>Must not know: how clients are driven, or a broker. What is checked is what users can see.
 */
@NullMarked
package io.parley.systemtests.history;

import org.jspecify.annotations.NullMarked;
