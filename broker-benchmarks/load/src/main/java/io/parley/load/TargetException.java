package io.parley.load;

/** A target's client failed with an exception that isn't a runtime one. */
public final class TargetException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TargetException(Exception cause) {
    super(cause.getMessage() == null ? cause.getClass().getName() : cause.getMessage(), cause);
  }
}
