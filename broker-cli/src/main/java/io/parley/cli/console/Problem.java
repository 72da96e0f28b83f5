package io.parley.cli.console;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;
import org.jspecify.annotations.Nullable;

/** Why a verb can't do what it was asked, and what the user can do next. */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final int exitCode;
  private final @Nullable String next;

  /**
   * A problem.
   *
   * @param code a stable name: one of {@link ErrorCode}, or one of the command's own
   * @param message what is wrong with which value, and what was expected
   * @param next what to do about it
   */
  public Problem(int exitCode, String code, String message, @Nullable String next) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
    this.next = next;
  }

  /** The same, with what caused it for {@code --verbose}. */
  public Problem(
      int exitCode, String code, String message, @Nullable String next, Throwable cause) {
    this(exitCode, code, message, next);
    initCause(cause);
  }

  /** The command line is wrong. */
  public static Problem usage(String message, @Nullable String next) {
    return new Problem(ExitCode.USAGE, "USAGE", message, next);
  }

  /** An error of the broker or the client, with the table's help. */
  public static Problem of(ParleyException e) {
    return of(e.code(), e.getMessage() == null ? e.code().help() : e.getMessage(), e);
  }

  /** An error of the table. */
  public static Problem of(ErrorCode code, String message, Throwable cause) {
    return new Problem(ExitCode.of(code), code.name(), message, code.help(), cause);
  }

  /** The error's stable name. */
  public String code() {
    return code;
  }

  /** What the process exits with. */
  public int exitCode() {
    return exitCode;
  }

  /** What to do about it; null where there is nothing to say. */
  public @Nullable String next() {
    return next;
  }

  /** The message; never null, unlike that of other exceptions. */
  public String message() {
    String message = getMessage();
    return message == null ? code : message;
  }
}
