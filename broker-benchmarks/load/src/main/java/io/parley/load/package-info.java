/**
 * Owns a run of load: what is sent when, what must come back, how long it takes, and the counting
 * of every message.
 *
 * <p>Thread: the caller's directs a run and watches it; each producer has one of its own; confirms
 * and arrivals are noted on the target's threads.
 *
 * <p>Must not know: any product, verbs, options, or how a report is shown.
 */
@NullMarked
package io.parley.load;

import org.jspecify.annotations.NullMarked;
