/**
 * Owns what the broker says of itself: the names of its metrics and their recording; how much it
 * logs.
 *
 * <p>Thread: any records; the HTTP event loop reads. Recording is per batch or group, never per
 * message.
 *
 * <p>Must not know: the parts it measures, only the ports through which they tell and are asked.
 */
@NullMarked
package io.parley.server.telemetry;

import org.jspecify.annotations.NullMarked;
