package io.parley.engine.store;

/** Something stored is missing, or isn't what was written: no waiting mends it, a backup does. */
public final class DamagedDataException extends StoreException {
  private static final long serialVersionUID = 1L;

  /** What is damaged, where, and how that was noticed. */
  public DamagedDataException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What is damaged, and where. */
  public DamagedDataException(String message) {
    super(message);
  }
}
