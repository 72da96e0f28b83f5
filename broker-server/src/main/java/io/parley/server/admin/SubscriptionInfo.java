package io.parley.server.admin;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A subscription and its inbox as an operator sees them.
 *
 * @param name the subscription's name
 * @param service whose it is
 * @param patterns event types or wildcards it wants
 * @param ready messages waiting for a consumer
 * @param leased messages in consumers' hands
 * @param delayed messages waiting for their time
 * @param deadLetters messages set aside
 * @param bytes records of all these, in bytes, as if nobody shared them
 * @param consumers open consumers of all connections
 * @param created when it was made
 * @param lastSeen when a consumer was last connected, after a crash up to a quarter of an hour too
 *     early; null if none ever was
 * @param catchingUp whether it gets its events from what is retained for now, because it was full
 *     or begins in the past
 * @param condition whether it is paused, and the like
 */
public record SubscriptionInfo(
    String name,
    String service,
    List<String> patterns,
    long ready,
    long leased,
    long delayed,
    long deadLetters,
    long bytes,
    int consumers,
    Instant created,
    @Nullable Instant lastSeen,
    boolean catchingUp,
    DestinationCondition condition) {

  /** Copies the list. */
  public SubscriptionInfo {
    patterns = List.copyOf(patterns);
  }
}
