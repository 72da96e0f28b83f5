package io.parley.server.admin;

/**
 * What a deletion of a subscription does.
 *
 * @param name the subscription's
 * @param ended messages in its inbox, dead letters included
 */
public record DeletionInfo(String name, long ended) {}
