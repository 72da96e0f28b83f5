package io.parley.load;

/** A target has no such thing as a workload asks for. */
public final class UnsupportedTrafficException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnsupportedTrafficException(String message) {
    super(message);
  }
}
