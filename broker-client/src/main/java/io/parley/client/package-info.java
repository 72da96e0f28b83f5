/**
 * Owns the public Java API and the connection behind it: producers, consumers, settling.
 *
 * <p>Threads: a client is on one of the event loops that all of a process share, which must never
 * wait; handlers run on threads of their client. Every public method may be called from any thread.
 *
 * <p>Must not know: engine or server, and any library but Netty and {@code broker-protocol}.
 */
@NullMarked
package io.parley.client;

import org.jspecify.annotations.NullMarked;
