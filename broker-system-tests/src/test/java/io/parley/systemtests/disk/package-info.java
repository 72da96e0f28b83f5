/**
 * Owns what a disk was told by a process, change by change, and what may be on it after power was
 * lost at any moment.
 *
 * <p>Thread: one.
 *
 * <p>Must not know: what the files mean, or a broker.
 */
@NullMarked
package io.parley.systemtests.disk;

import org.jspecify.annotations.NullMarked;
