/**
 * Owns the one vocabulary of requests: checks them, stamps time and ids, hands them to the engine.
 *
 * <p>Thread: the caller's, an event loop; it has no state of its own.
 *
 * <p>Must not know: Netty, RocksDB, or how an answer travels.
 */
@NullMarked
package io.parley.server.operation;

import org.jspecify.annotations.NullMarked;
