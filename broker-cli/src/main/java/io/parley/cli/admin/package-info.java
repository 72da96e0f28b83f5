/**
 * Owns the way to a broker's admin HTTP API: addresses, requests, what failures of them mean.
 *
 * <p>Thread: main; calls block.
 *
 * <p>Must not know: verbs, or how anything is shown.
 */
@NullMarked
package io.parley.cli.admin;

import org.jspecify.annotations.NullMarked;
