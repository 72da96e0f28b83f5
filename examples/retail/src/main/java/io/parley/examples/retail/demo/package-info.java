/**
 * The story that {@code parley demo} tells, and its proof: runs the shop on a real broker, breaks
 * things on purpose, and compares what came out with what the file says.
 *
 * <p>Thread: the caller's tells the story; the shop runs on its clients' threads. Must not know how
 * the broker works: it is a process, a port and an admin address.
 */
@NullMarked
package io.parley.examples.retail.demo;

import org.jspecify.annotations.NullMarked;
