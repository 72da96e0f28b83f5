package io.parley.protocol;

/** The peer broke the protocol; its connection, and nothing else, is closed. */
public final class MalformedFrameException extends ParleyException {
  private static final long serialVersionUID = 1L;

  /** Broken bytes. */
  public MalformedFrameException(String message) {
    super(ErrorCode.MALFORMED_FRAME, message);
  }

  /** Broken in a way that has a code of its own, such as {@link ErrorCode#FRAME_TOO_LARGE}. */
  public MalformedFrameException(ErrorCode code, String message) {
    super(code, message);
  }
}
