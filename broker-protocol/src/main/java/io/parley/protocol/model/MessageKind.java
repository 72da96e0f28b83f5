package io.parley.protocol.model;

/** What a message says: do this, this happened, or tell me. */
public enum MessageKind {
  COMMAND(1),
  EVENT(2),
  QUERY(3);

  private final int code;

  MessageKind(int code) {
    this.code = code;
  }

  /** The byte on the wire and on disk. */
  public int code() {
    return code;
  }

  /**
   * The kind with this byte.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static MessageKind ofCode(int code) {
    return switch (code) {
      case 1 -> COMMAND;
      case 2 -> EVENT;
      case 3 -> QUERY;
      default ->
          throw new IllegalArgumentException("message kind: " + code + " (expected: 1, 2 or 3)");
    };
  }
}
