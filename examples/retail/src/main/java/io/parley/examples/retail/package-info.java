/**
 * A shop made of services that talk through Parley: shop front, cart, billing, stock, analytics.
 *
 * <p>Threads: those of each service's Parley client. Must not know how the broker works or that a
 * demo runs it: this is what a team's own code would look like.
 */
@NullMarked
package io.parley.examples.retail;

import org.jspecify.annotations.NullMarked;
