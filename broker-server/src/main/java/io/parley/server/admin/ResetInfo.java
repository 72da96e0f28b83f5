package io.parley.server.admin;

/**
 * What a reset of a subscription does.
 *
 * @param ended messages that waited in its inbox
 * @param replayed retained events that it gets
 * @param more whether there are more of these than were counted
 */
public record ResetInfo(long ended, long replayed, boolean more) {}
