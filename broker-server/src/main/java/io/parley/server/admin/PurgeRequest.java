package io.parley.server.admin;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which messages of a queue or subscription are to be ended for good.
 *
 * @param state {@code READY}, {@code DELAYED} or {@code DEAD}
 * @param olderThan only those stored longer ago; null for all
 * @param type only those of this type; null for all
 * @param dryRun whether they are only counted
 */
public record PurgeRequest(
    MessageState state, @Nullable Duration olderThan, @Nullable String type, boolean dryRun) {}
