package io.parley.server.network;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.parley.protocol.ErrorCode;
import io.parley.protocol.frame.Response;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks once per heartbeat whether the client is still there. Three looks without a frame, or with
 * bytes to write of which none went out, end the connection. While the broker holds it back, what
 * the client sends isn't read and doesn't count: then the broker shows that it is there, as it
 * doesn't see the client's pings.
 */
final class Liveness implements Runnable {
  private static final int MISSED_MAX = 3;

  private final Connection connection;
  private final int heartbeatMs;
  private boolean frameRead;
  private int silent;
  private int stuck;
  private @Nullable Future<?> timer;

  Liveness(Connection connection, int heartbeatMs) {
    this.connection = connection;
    this.heartbeatMs = heartbeatMs;
  }

  void start(EventLoop eventLoop) {
    timer = eventLoop.scheduleWithFixedDelay(this, heartbeatMs, heartbeatMs, TimeUnit.MILLISECONDS);
  }

  void stop() {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  void frameRead() {
    frameRead = true;
  }

  @Override
  public void run() {
    if (connection.isClosing()) {
      return;
    }
    silent = frameRead || !connection.isReading() ? 0 : silent + 1;
    frameRead = false;
    stuck = connection.isOutputStuck() ? stuck + 1 : 0;
    String during = " for " + (long) MISSED_MAX * heartbeatMs + " ms (expected: ";
    if (stuck >= MISSED_MAX) {
      connection.cut("the client read nothing" + during + "what waits for it to be read)");
    } else if (silent >= MISSED_MAX) {
      connection.close(
          Connection.closing(
              0,
              ErrorCode.INVALID_ARGUMENT,
              "no frame" + during + "a PING every " + heartbeatMs + " ms)"));
    } else if (connection.isHeldBack()) {
      connection.send(new Response.Pong(0));
    }
  }
}
