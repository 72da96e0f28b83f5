package io.parley.server.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a subscription is to begin again.
 *
 * @param from with what was stored then or later; {@link Instant#EPOCH} for all that is retained;
 *     null for what is published from now on
 * @param dryRun whether it is only said what would happen
 */
public record ResetRequest(@Nullable Instant from, boolean dryRun) {}
