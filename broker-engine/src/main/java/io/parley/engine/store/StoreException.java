package io.parley.engine.store;

/**
 * The disk refused. What was being written is not confirmed; the broker is not ready until it
 * works.
 */
public class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What failed, on which path if known, and the system's reason. */
  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What failed. */
  public StoreException(String message) {
    super(message);
  }
}
