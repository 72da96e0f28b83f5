/**
 * Inputs nobody would send: what reads bytes from outside, from a disk or from people is run with
 * what Jazzer, and for a live broker a generator of our own, make up.
 */
@NullMarked
package io.parley.systemtests.fuzz;

import org.jspecify.annotations.NullMarked;
