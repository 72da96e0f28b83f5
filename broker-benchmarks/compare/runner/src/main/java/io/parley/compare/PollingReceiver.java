package io.parley.compare;

import io.parley.load.broker.Receiver;
import java.util.concurrent.TimeUnit;

/**
 * A thread that fetches messages until it is closed, for clients that don't call by themselves.
 *
 * <p>An error of the client is told on stderr and ends the receipt; the messages that are left then
 * count as missing.
 */
public abstract class PollingReceiver implements Receiver {
  private static final long CLOSE_LIMIT_MS = TimeUnit.SECONDS.toMillis(10);

  private final Thread thread;
  private volatile boolean closed;

  /** Not started yet. */
  protected PollingReceiver(String name) {
    thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  /** Starts it; once. */
  public final Receiver start() {
    thread.start();
    return this;
  }

  /** Fetches, handles and acknowledges messages until {@link #isClosed}. Its own thread. */
  protected abstract void receive() throws Exception;

  protected final boolean isClosed() {
    return closed;
  }

  /** Called by the closing thread to end a fetch that would take long. By default: nothing. */
  protected void interruptFetch() {}

  private void run() {
    try {
      receive();
    } catch (Exception e) {
      if (!closed) {
        System.err.println(thread.getName() + " ended: " + e);
      }
    }
  }

  @Override
  public final void close() {
    closed = true;
    interruptFetch();
    try {
      thread.join(CLOSE_LIMIT_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
