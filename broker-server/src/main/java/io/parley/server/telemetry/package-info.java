/**
 * Owns what the broker says of itself: the names of its metrics, their recording, and its log.
 *
 * <p>Thread: any records; scraping reads. Recording is per commit group or connection, not per
 * message.
 *
 * <p>Must not know: the parts it measures; they hand it numbers or suppliers of numbers.
 */
@NullMarked
package io.parley.server.telemetry;

import org.jspecify.annotations.NullMarked;
