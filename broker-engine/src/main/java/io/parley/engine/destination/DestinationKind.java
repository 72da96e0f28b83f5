package io.parley.engine.destination;

/** What a destination is. The numbers are on disk and never reused. */
public enum DestinationKind {
  /** The commands of one service. */
  QUEUE(1),
  /** A subscription's own copies of events. */
  INBOX(2),
  /** Commands of one type that nobody owns yet. */
  UNOWNED(3);

  private final int code;

  DestinationKind(int code) {
    this.code = code;
  }

  /** The byte on disk. */
  public int code() {
    return code;
  }

  /**
   * The kind with this byte.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static DestinationKind ofCode(int code) {
    for (DestinationKind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    throw new IllegalArgumentException("destination kind: " + code + " (expected: 1 to 3)");
  }
}
