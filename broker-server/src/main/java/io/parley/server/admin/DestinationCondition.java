package io.parley.server.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * In what condition a queue or subscription is.
 *
 * @param paused whether an operator paused it
 * @param outageSince since when all that is handled fails, and one message at a time is tried; null
 *     if that isn't so
 * @param settings what is set for it
 */
public record DestinationCondition(
    boolean paused, @Nullable Instant outageSince, OperatorSettings settings) {
  /** Nothing special. */
  public static final DestinationCondition USUAL =
      new DestinationCondition(false, null, OperatorSettings.NONE);
}
