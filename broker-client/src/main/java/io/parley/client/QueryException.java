package io.parley.client;

import io.parley.protocol.ErrorCode;
import io.parley.protocol.ParleyException;

/**
 * A query that got another answer than 200. Thrown by a {@link QueryHandler} it becomes that
 * answer.
 */
public sealed class QueryException extends ParleyException {
  private static final long serialVersionUID = 1L;

  private final int status;

  private QueryException(int status, ErrorCode code, String reason) {
    super(code, reason);
    this.status = status;
  }

  /** 400, 401, 403, 404, 408, 429 or 503. */
  public int status() {
    return status;
  }

  /** The exception of a status. */
  static QueryException of(int status, String reason) {
    return switch (status) {
      case 400 -> new BadRequest(reason);
      case 401 -> new NotIdentified(reason);
      case 403 -> new NotPermitted(reason);
      case 404 -> new NotFound(reason);
      case 408 -> new DeadlineExceeded(reason);
      case 429 -> new TooManyRequests(reason);
      case 503 -> new Unavailable(reason);
      default -> new QueryException(status, ErrorCode.INTERNAL, "status " + status + ": " + reason);
    };
  }

  /** 400: the responder could make nothing of the query. */
  public static final class BadRequest extends QueryException {
    private static final long serialVersionUID = 1L;

    /** With the reason for people. */
    public BadRequest(String reason) {
      super(400, ErrorCode.BAD_QUERY, reason);
    }
  }

  /** 401: the responder doesn't know who asks. */
  public static final class NotIdentified extends QueryException {
    private static final long serialVersionUID = 1L;

    /** With the reason for people. */
    public NotIdentified(String reason) {
      super(401, ErrorCode.NOT_IDENTIFIED, reason);
    }
  }

  /** 403: the asker may not know. */
  public static final class NotPermitted extends QueryException {
    private static final long serialVersionUID = 1L;

    /** With the reason for people. */
    public NotPermitted(String reason) {
      super(403, ErrorCode.NOT_PERMITTED, reason);
    }
  }

  /** 404: there is no such thing. */
  public static final class NotFound extends QueryException {
    private static final long serialVersionUID = 1L;

    /** With the reason for people. */
    public NotFound(String reason) {
      super(404, ErrorCode.NOT_FOUND, reason);
    }
  }

  /** 408: no answer within the deadline. */
  public static final class DeadlineExceeded extends QueryException {
    private static final long serialVersionUID = 1L;

    /** With the reason for people. */
    public DeadlineExceeded(String reason) {
      super(408, ErrorCode.DEADLINE_EXCEEDED, reason);
    }
  }

  /** 429: asked too often. */
  public static final class TooManyRequests extends QueryException {
    private static final long serialVersionUID = 1L;

    /** With the reason for people. */
    public TooManyRequests(String reason) {
      super(429, ErrorCode.OVERLOADED, reason);
    }
  }

  /** 503: nobody answers this type, or its responder can't right now. */
  public static final class Unavailable extends QueryException {
    private static final long serialVersionUID = 1L;

    /** With the reason for people. */
    public Unavailable(String reason) {
      super(503, ErrorCode.NO_RESPONDER, reason);
    }
  }

  /**
   * 503: the responder was lost between two pages, and its pages gave no cursor to go on from. What
   * was received is a part.
   */
  public static final class BrokenOff extends QueryException {
    private static final long serialVersionUID = 1L;

    /** With the reason for people. */
    public BrokenOff(String reason) {
      super(503, ErrorCode.ANSWER_BROKEN_OFF, reason);
    }
  }
}
