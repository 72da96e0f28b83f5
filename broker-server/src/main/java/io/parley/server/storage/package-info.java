/**
 * Owns the disk: the data directory, its lock and format, and RocksDB, which is only here.
 *
 * <p>Thread: commits on the engine's owner thread; reads from any.
 *
 * <p>Must not know: what the tables' entries mean.
 */
@NullMarked
package io.parley.server.storage;

import org.jspecify.annotations.NullMarked;
