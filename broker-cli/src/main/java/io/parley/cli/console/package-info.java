/**
 * Owns what the {@code parley} command says and reads: tables, JSON, progress, errors, exit codes.
 *
 * <p>Thread: main; {@link io.parley.cli.console.Output} may be called from any thread.
 *
 * <p>Must not know: verbs, options, HTTP or the client.
 */
@NullMarked
package io.parley.cli.console;

import org.jspecify.annotations.NullMarked;
