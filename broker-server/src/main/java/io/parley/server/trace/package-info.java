/**
 * Which message caused which: written down beside the hot path, in files of its own, for a while.
 * Knows nothing of stores, namespaces and the network.
 */
@NullMarked
package io.parley.server.trace;

import org.jspecify.annotations.NullMarked;
