/**
 * Owns queries under way: who answers which type, who waits for what, until when; and what became
 * of the last ones that handlers asked. In memory only.
 *
 * <p>Thread: any; each router does its work one task at a time, on whichever thread brought some.
 *
 * <p>Must not know: Netty, the engine, or that a type's kind has to be claimed.
 */
@NullMarked
package io.parley.server.query;

import org.jspecify.annotations.NullMarked;
