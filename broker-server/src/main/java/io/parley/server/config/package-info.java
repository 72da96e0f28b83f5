/**
 * Owns the configuration: the keys, where their values come from, and what is wrong with them.
 *
 * <p>Thread: the one that starts the broker.
 *
 * <p>Must not know: the parts themselves, only their settings records.
 */
@NullMarked
package io.parley.server.config;

import org.jspecify.annotations.NullMarked;
