package io.parley.client.jdbc;

/**
 * Told what a relay does. Every method may be left out. Called by the relay's thread, which doesn't
 * forward meanwhile; what it throws is logged.
 */
public interface OutboxListener {
  /** Messages were confirmed by the broker and deleted from the outbox. */
  default void forwarded(int messages) {}

  /**
   * The broker will never take a message: its type is another kind's, it is too large, or its row
   * is damaged. The row stays, out of the others' way, with the reason in its column {@code
   * refusal}: set that to NULL to have it tried again, or delete the row.
   *
   * @param reason the error's name and text
   */
  default void refused(String messageId, String type, String reason) {}

  /** Nothing can be forwarded now: the database or the broker fails. The relay tries again. */
  default void failed(Exception reason) {}
}
