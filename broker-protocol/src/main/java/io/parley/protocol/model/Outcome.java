package io.parley.protocol.model;

/**
 * What became of a command, and why.
 *
 * @param status how it ended
 * @param code the rejection's code or the failure's error class; empty otherwise
 * @param reason for people; empty where there is none
 * @param result what its handler returned, if it completed
 * @param atMs when, milliseconds since the epoch; 0 while pending
 */
public record Outcome(OutcomeStatus status, String code, String reason, Payload result, long atMs) {
  /** Nothing known yet. */
  public static final Outcome PENDING =
      new Outcome(OutcomeStatus.PENDING, "", "", Payload.EMPTY, 0);
}
