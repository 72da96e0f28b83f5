/**
 * Owns what ties a client to Micrometer. Works where {@code micrometer-core} is on the class path;
 * the client needs neither it nor this package.
 *
 * <p>Threads: whichever the client tells it on; meters are safe for use by all.
 *
 * <p>Must not know: anything of the client that isn't public.
 */
@NullMarked
package io.parley.client.micrometer;

import org.jspecify.annotations.NullMarked;
