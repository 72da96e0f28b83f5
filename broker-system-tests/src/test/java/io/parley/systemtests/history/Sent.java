package io.parley.systemtests.history;

import org.jspecify.annotations.Nullable;

/**
 * A message as its sender made it.
 *
 * @param name its identity, which its body tells
 * @param isEvent whether it is an event; else a command
 * @param type its type
 * @param key its ordering key, or null
 * @param sender in whose order it is sent; empty where nobody's
 * @param number its place in that order
 * @param notBeforeMs when it may be handed out, 0 for at once
 * @param expiresAtMs when it expires, 0 for never
 * @param isTracked whether its completion is kept
 * @param wantsInbox whether its outcome is to come to the outcome inbox
 * @param underEpoch epoch of the lease under which it was emitted, 0 if it was sent by itself
 */
public record Sent(
    String name,
    boolean isEvent,
    String type,
    @Nullable String key,
    String sender,
    int number,
    long notBeforeMs,
    long expiresAtMs,
    boolean isTracked,
    boolean wantsInbox,
    long underEpoch) {}
