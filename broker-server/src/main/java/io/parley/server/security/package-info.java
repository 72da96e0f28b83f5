/**
 * Owns who may connect: users, their passwords, what an unnamed client may be.
 *
 * <p>Thread: the event loop of the connection that says hello; nothing here blocks.
 *
 * <p>Must not know: the network, sessions, or what a principal does once it is in.
 */
@NullMarked
package io.parley.server.security;

import org.jspecify.annotations.NullMarked;
