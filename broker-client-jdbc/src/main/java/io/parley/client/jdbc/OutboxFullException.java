package io.parley.client.jdbc;

/**
 * The outbox holds as many messages as it may: the broker has been away for long, or nobody
 * forwards. The transaction should be rolled back.
 */
public final class OutboxFullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OutboxFullException(long messages, long max) {
    super("outbox: " + messages + " messages wait (expected: fewer than " + max + ")");
  }
}
