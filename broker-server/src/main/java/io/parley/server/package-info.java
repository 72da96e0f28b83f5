/**
 * Owns the broker process: wires the parts, starts them in order, stops them in reverse.
 *
 * <p>Thread: the one that starts or stops the broker; each part below names its own.
 *
 * <p>Must not know: the rules of queues and deliveries, which are the engine's, or the CLI.
 */
@NullMarked
package io.parley.server;

import org.jspecify.annotations.NullMarked;
