package io.parley.server.admin;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is set for a topic alone.
 *
 * @param retention how long it keeps its events, 0 to 3,650 days; null for the broker's
 * @param retentionBytes how many bytes of them at most; null for the broker's
 */
public record TopicSettings(@Nullable Duration retention, @Nullable Long retentionBytes) {}
