package io.parley.server.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a message stands in one queue or inbox, and why.
 *
 * @param destination name of the queue or subscription, or the type where nobody owns it
 * @param destinationKind which of the two
 * @param service whose it is; null where nobody owns it
 * @param reason a stable word: those of the engine's StandingReason, or {@code MOVING} while it
 *     moves to the queue of its type's new owner, {@code SETTLED} for an inbox that wants the type
 *     and has no copy any more, {@code SUBSCRIBED_LATER} for one that was made after the event
 * @param sequence its number there; 0 if it isn't there
 * @param storedAt when it was stored
 * @param failures attempts that failed
 * @param maxAttempts after how many it is set aside
 * @param ahead messages handed out before it, at most; null where it doesn't wait or nobody counted
 * @param until when its lease ends, or when it is due
 * @param holder who has it, for people; empty if nobody
 * @param started whether its holder began to handle it
 * @param behind the sequence of the message of its key that it waits for; null if none
 * @param failedAt when it last failed
 */
public record StandingInfo(
    String destination,
    DestinationKind destinationKind,
    @Nullable String service,
    String reason,
    long sequence,
    Instant storedAt,
    int failures,
    int maxAttempts,
    @Nullable Long ahead,
    @Nullable Instant until,
    String holder,
    boolean started,
    @Nullable Long behind,
    @Nullable Instant failedAt,
    String errorClass,
    String errorMessage) {}
