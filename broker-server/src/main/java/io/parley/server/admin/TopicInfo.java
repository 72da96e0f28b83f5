package io.parley.server.admin;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The topic of an event type as an operator sees it.
 *
 * @param name the event type
 * @param retention how long it keeps its events; zero for only until all inboxes have settled them
 * @param retentionBytes how many bytes of them at most; likewise
 * @param own what is set for it alone
 * @param events how many it retains
 * @param bytes how many bytes they are
 * @param oldest when the oldest of them was stored; null if there is none, or it wasn't looked for
 */
public record TopicInfo(
    String name,
    Duration retention,
    long retentionBytes,
    TopicSettings own,
    long events,
    long bytes,
    @Nullable Instant oldest) {}
