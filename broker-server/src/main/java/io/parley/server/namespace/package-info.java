/**
 * A namespace at run time: its store, its sequencer with the owner thread, and who waits for
 * outcomes.
 *
 * <p>Made and closed by the broker's thread; its state belongs to the owner thread. Must not know
 * connections' protocols or configuration files.
 */
@NullMarked
package io.parley.server.namespace;

import org.jspecify.annotations.NullMarked;
