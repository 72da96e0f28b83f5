package io.parley.protocol.model;

/** What became of a command. */
public enum OutcomeStatus {
  /** Nothing is known yet: it waits, is being handled, or its outcome wasn't to be kept. */
  PENDING(0),
  /** Done. */
  COMPLETED(1),
  /** Refused for good by its receiver. */
  REJECTED(2),
  /** Set aside after too many failed attempts, or because it can't be handled at all. */
  DEAD_LETTERED(3),
  /** Not handled before its expiry. */
  EXPIRED(4),
  /** Withdrawn before it was handled. */
  CANCELLED(5);

  private final int code;

  OutcomeStatus(int code) {
    this.code = code;
  }

  /** The byte on the wire and on disk. */
  public int code() {
    return code;
  }

  /**
   * The status with this byte.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static OutcomeStatus ofCode(int code) {
    for (OutcomeStatus status : values()) {
      if (status.code == code) {
        return status;
      }
    }
    throw new IllegalArgumentException("outcome status: " + code + " (expected: 0 to 5)");
  }
}
