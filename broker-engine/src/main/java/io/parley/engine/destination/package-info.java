/**
 * Queues and inboxes: which messages are in one, in which order, who holds which, who gets the
 * next.
 *
 * <p>Owner thread only. What must survive a restart goes into the group; leases, credit and the
 * loaded part of the order are memory alone. Must not know routing, clients or connections.
 */
@NullMarked
package io.parley.engine.destination;

import org.jspecify.annotations.NullMarked;
