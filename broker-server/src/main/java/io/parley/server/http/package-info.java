/**
 * Owns the HTTP edge: health, metrics and administration as JSON.
 *
 * <p>Thread: one event loop of its own, so a slow HTTP client delays no message.
 *
 * <p>Must not know: how the engine answers ({@code server.admin} is its only door), or TCP clients.
 */
@NullMarked
package io.parley.server.http;

import org.jspecify.annotations.NullMarked;
