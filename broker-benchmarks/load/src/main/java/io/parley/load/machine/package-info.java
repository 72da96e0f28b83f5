/**
 * Owns what the kernel says: of this machine, of the broker's process, and of this one.
 *
 * <p>Thread: any.
 *
 * <p>Must not know: load, or how anything is shown. On other systems than Linux little is known,
 * and nothing fails.
 */
@NullMarked
package io.parley.load.machine;

import org.jspecify.annotations.NullMarked;
