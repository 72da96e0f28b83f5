package io.parley.client;

/**
 * Thrown by a {@link CommandHandler} to reject its command; the same as returning {@link
 * CommandResult#reject}. In an event handler it is an exception like any other: events can't be
 * rejected.
 */
public class RejectedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;

  /**
   * A rejection.
   *
   * @param code {@link CommandResult#FORBIDDEN}, {@link CommandResult#NOT_ALLOWED_NOW}, {@link
   *     CommandResult#INVALID} or the application's own
   * @param reason for people
   */
  public RejectedException(String code, String reason) {
    super(reason);
    this.code = code;
  }

  /** Why, for programs. */
  public String code() {
    return code;
  }
}
