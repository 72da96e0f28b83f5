package io.parley.server.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * In what condition a queue or subscription is.
 *
 * @param paused whether an operator paused it
 * @param outageSince since when all that is handled fails, and one message at a time is tried; null
 *     if that isn't so
 * @param overQuotaSince since when a subscription is over its quota and gets no events until there
 *     is room; null if it isn't
 * @param missed events it didn't get for that reason and never will, since it was made
 * @param settings what is set for it
 */
public record DestinationCondition(
    boolean paused,
    @Nullable Instant outageSince,
    @Nullable Instant overQuotaSince,
    long missed,
    OperatorSettings settings) {
  /** Nothing special. */
  public static final DestinationCondition USUAL =
      new DestinationCondition(false, null, null, 0, OperatorSettings.NONE);
}
