/**
 * Owns the rules: what each command changes, and which answers and effects follow from it.
 *
 * <p>Thread: the one owner thread of the namespace, the sequencer's; there is no lock.
 *
 * <p>Must not know: clocks, randomness, I/O, Netty, RocksDB; time and ids arrive in the command.
 */
@NullMarked
package io.parley.engine;

import org.jspecify.annotations.NullMarked;
