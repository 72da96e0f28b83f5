package io.parley.client;

/** A thread that runs handlers of one client. Not a daemon: a service lives while it consumes. */
final class HandlerThread extends Thread {
  private final Connection connection;

  HandlerThread(Connection connection, Runnable work, String name) {
    super(work, name);
    this.connection = connection;
    setDaemon(false);
  }

  /** Whether the calling thread runs handlers of this client. */
  static boolean isCurrentOf(Connection connection) {
    return Thread.currentThread() instanceof HandlerThread handler
        && handler.connection == connection;
  }
}
