package io.parley.server.admin;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A subscription to make.
 *
 * @param name the subscription's name
 * @param service whose it is; null for the service of that name
 * @param patterns which event types it wants; one or more
 * @param from with what was stored then or later; {@link Instant#EPOCH} for all that is retained;
 *     null for what is published from now on
 */
public record SubscriptionDeclaration(
    String name, @Nullable String service, List<String> patterns, @Nullable Instant from) {}
