/**
 * Owns the {@code parley} command: verbs, options, output and exit codes.
 *
 * <p>Thread: main; callbacks of the client arrive on its event loop.
 *
 * <p>Must not know: how the engine decides or what a frame looks like; it uses client and server.
 */
@NullMarked
package io.parley.cli;

import org.jspecify.annotations.NullMarked;
