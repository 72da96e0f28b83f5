/**
 * Who is connected, their consumers, leases and waits; pushes what the engine grants.
 *
 * <p>Requests arrive on event loops; everything that touches the engine runs on its owner thread.
 * Must not know Netty or RocksDB.
 */
@NullMarked
package io.parley.server.session;

import org.jspecify.annotations.NullMarked;
