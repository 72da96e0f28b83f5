package io.parley.examples.retail;

/**
 * Why the cart service won't do what a command asks. The broker hands code and reason to the
 * sender.
 */
public final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  /** What kind of refusal. These are the names product code matches on, so they never change. */
  public enum Code {
    /** The command makes no sense, whoever sends it and whenever. */
    INVALID,
    /** This customer may not. */
    FORBIDDEN,
    /** Not as the cart is now. */
    NOT_ALLOWED_NOW
  }

  private final Code code;

  /** A refusal; the reason names the offending value and what was expected. */
  public Refusal(Code code, String reason) {
    super(reason, null, false, false); // expected, and no defect: a stack trace would help nobody
    this.code = code;
  }

  /** What kind of refusal. */
  public Code code() {
    return code;
  }

  /** For people. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
