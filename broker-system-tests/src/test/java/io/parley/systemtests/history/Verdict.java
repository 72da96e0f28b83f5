package io.parley.systemtests.history;

/**
 * What a handler said of a message.
 *
 * @param kind which verb
 * @param text the result, the code of a rejection, or empty
 */
public record Verdict(Kind kind, String text) {
  /** The verbs. */
  public enum Kind {
    COMPLETE,
    REJECT,
    FAIL,
    DEAD_LETTER,
    RELEASE
  }

  /** Whether the message is gone for good afterwards. */
  boolean isEnd() {
    return kind == Kind.COMPLETE || kind == Kind.REJECT;
  }
}
