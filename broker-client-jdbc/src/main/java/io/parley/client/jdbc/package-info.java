/**
 * Owns what ties messages to a service's own database transactions: the outbox, its relay, the
 * inbox, and their tables.
 *
 * <p>Threads: the caller's, with the caller's connection; each relay has one of its own.
 *
 * <p>Must not know: how the client talks to the broker, any framework, any driver.
 */
@NullMarked
package io.parley.client.jdbc;

import org.jspecify.annotations.NullMarked;
