/**
 * Owns what the load generator asks of a broker: the port that one adapter per product implements.
 *
 * <p>Thread: each call says its own.
 *
 * <p>Must not know: any product, how much is sent or for how long, what is measured.
 */
@NullMarked
package io.parley.load.broker;

import org.jspecify.annotations.NullMarked;
