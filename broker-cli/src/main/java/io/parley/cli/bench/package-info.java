/**
 * Owns load for measuring a broker: what is sent, what must come back, how long it takes.
 *
 * <p>Thread: each producer its own; receivers run on their consumer's; the caller's waits.
 *
 * <p>Must not know: verbs, options, or how a report is shown.
 */
@NullMarked
package io.parley.cli.bench;

import org.jspecify.annotations.NullMarked;
