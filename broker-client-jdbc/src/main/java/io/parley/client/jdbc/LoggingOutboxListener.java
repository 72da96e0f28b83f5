package io.parley.client.jdbc;

import static java.lang.System.Logger.Level.WARNING;

/** Tells it to the platform's logging. */
final class LoggingOutboxListener implements OutboxListener {
  private static final System.Logger LOG = System.getLogger("io.parley.client.jdbc");

  @Override
  public void refused(String messageId, String type, String reason) {
    LOG.log(WARNING, "outbox: the broker refuses {0} {1}: {2}", type, messageId, reason);
  }

  @Override
  public void failed(Exception reason) {
    LOG.log(WARNING, "outbox: can't forward, trying again", reason);
  }
}
