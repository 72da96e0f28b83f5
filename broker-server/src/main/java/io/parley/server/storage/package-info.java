/**
 * The data directory and the one {@link io.parley.engine.store.Store} on a disk: RocksDB, and only
 * here.
 *
 * <p>Opened and closed by the broker's start and stop; written by the engine's owner thread, read
 * by any. Must not know what the tables mean, nor anything of connections.
 */
@NullMarked
package io.parley.server.storage;

import org.jspecify.annotations.NullMarked;
