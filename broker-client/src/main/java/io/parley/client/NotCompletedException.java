package io.parley.client;

import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.Outcome;
import io.parley.protocol.model.OutcomeStatus;

/**
 * A command didn't complete, and wasn't rejected either: it was dead-lettered, expired or
 * cancelled, or hasn't ended yet.
 */
public final class NotCompletedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient MessageId id;
  private final transient Outcome outcome;

  NotCompletedException(MessageId id, Outcome outcome) {
    super(
        "command "
            + id
            + " is "
            + outcome.status()
            + (outcome.status() == OutcomeStatus.PENDING
                ? " yet"
                : ": " + outcome.code() + ": " + outcome.reason()));
    this.id = id;
    this.outcome = outcome;
  }

  /** The command's id. */
  public MessageId id() {
    return id;
  }

  /** What became of it so far; {@code PENDING} if it may complete later. */
  public Outcome outcome() {
    return outcome;
  }
}
