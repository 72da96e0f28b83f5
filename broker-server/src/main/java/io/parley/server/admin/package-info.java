/**
 * Owns the words of administration: what an operator may ask and change, as a port and its records.
 *
 * <p>Thread: any; answers are promised, never waited for.
 *
 * <p>Must not know: HTTP, JSON, or how the engine keeps what it is asked for.
 */
@NullMarked
package io.parley.server.admin;

import org.jspecify.annotations.NullMarked;
