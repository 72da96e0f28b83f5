package io.parley.cli.console;

import io.parley.protocol.ErrorCode;

/** Exit codes of the command, from BSD's sysexits.h where it has one. docs/cli.md lists them. */
public final class ExitCode {
  /** Done. */
  public static final int OK = 0;

  /** The answer is no: a command was rejected, a check failed, a benchmark lost a message. */
  public static final int NO = 1;

  /** The command line is wrong. */
  public static final int USAGE = 64;

  /** A value or body was refused as it is. */
  public static final int DATA = 65;

  /** No such file, queue, message, … */
  public static final int NOT_FOUND = 66;

  /** No broker there, not ready, or nobody answers the query. */
  public static final int UNAVAILABLE = 69;

  /** A defect in Parley. */
  public static final int INTERNAL = 70;

  /** A file or stream could not be read or written. */
  public static final int IO = 74;

  /** May work later: a time-out, a full destination, a busy broker. */
  public static final int TEMPORARY = 75;

  /** Another program answered, or a version that talks differently. */
  public static final int PROTOCOL = 76;

  /** Not allowed: credentials, or somebody else's type. */
  public static final int PERMISSION = 77;

  /** The configuration is wrong. */
  public static final int CONFIG = 78;

  /** Ended by Ctrl-C, as shells have it: 128 and the signal's number. */
  public static final int INTERRUPTED = 130;

  private ExitCode() {}

  /** The exit code for an error of the broker or the client. */
  public static int of(ErrorCode code) {
    return switch (code) {
      case NOT_FOUND, NAMESPACE_NOT_FOUND, TYPE_NOT_DECLARED -> NOT_FOUND;
      case UNAUTHENTICATED, OWNED_BY, NOT_IDENTIFIED, NOT_PERMITTED -> PERMISSION;
      case NO_RESPONDER, STORE_UNAVAILABLE, NOT_LEADER, NOT_CONNECTED -> UNAVAILABLE;
      case GOING_AWAY,
          QUOTA_EXCEEDED,
          OVERLOADED,
          DRAINING,
          DEADLINE_EXCEEDED,
          ANSWER_BROKEN_OFF,
          UNCONFIRMED ->
          TEMPORARY;
      case MALFORMED_FRAME, UNSUPPORTED_VERSION, OUT_OF_SEQUENCE -> PROTOCOL;
      case INVALID_ARGUMENT,
          INVALID_NAME,
          FRAME_TOO_LARGE,
          MESSAGE_TOO_LARGE,
          CORRUPT_MESSAGE,
          WRONG_KIND,
          TOO_MANY,
          NOT_REJECTABLE,
          NOT_CANCELLABLE,
          BAD_QUERY ->
          DATA;
      case DATA_FORMAT_TOO_NEW, DATA_DIRECTORY_LOCKED -> CONFIG;
      case DATA_CORRUPT -> IO;
      case LEASE_LOST, ALREADY_SETTLED, SESSION_TAKEN_OVER, CANCELLED -> NO;
      case INTERNAL -> INTERNAL;
    };
  }
}
