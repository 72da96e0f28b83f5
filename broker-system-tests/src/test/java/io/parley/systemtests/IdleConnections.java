package io.parley.systemtests;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.parley.protocol.codec.FrameEncoder;
import io.parley.protocol.frame.FrameType;
import io.parley.protocol.frame.Request;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Many services that are connected, consume from a queue of their own with nothing in it, and say
 * now and then that they are there. A socket each and nothing else, so that ten thousand fit beside
 * the broker.
 */
final class IdleConnections implements AutoCloseable {
  /** Each is heard of at least twice in the broker's 10 s. */
  private static final long PING_MS = 4_000;

  private final List<Socket> sockets = new ArrayList<>();
  private final byte[] ping = bytes(new Request.Ping(3));
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final Thread pinging = new Thread(this::pingOn, "idle connections");
  private volatile boolean closed;

  /** Connects them all; returns when all are welcomed and their consumers are open. */
  IdleConnections(int port, int count) throws IOException {
    long nextPing = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PING_MS);
    for (int i = 0; i < count; i++) {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
      sockets.add(socket);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) Await.PATIENCE.toMillis());
      String service = IdleCampaign.name("service", i);
      socket
          .getOutputStream()
          .write(
              bytes(
                  WireClient.hello(service, WireClient.randomId()),
                  new Request.Consume(2, 1, "", List.of(), 16, 0)));
      expect(socket, FrameType.HELLO_OK);
      expect(socket, FrameType.OK);
      if (System.nanoTime() >= nextPing) {
        ping(); // on a slow machine it takes longer to connect all than the first may be silent
        nextPing = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PING_MS);
      }
    }
    pinging.start();
  }

  private void pingOn() {
    try {
      while (!closed) {
        long next = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PING_MS);
        ping();
        while (!closed && System.nanoTime() < next) {
          LockSupport.parkNanos(next - System.nanoTime());
        }
      }
    } catch (IOException e) {
      if (!closed) {
        failure.set(e);
      }
    }
  }

  private void ping() throws IOException {
    for (Socket socket : sockets) {
      socket.getOutputStream().write(ping);
      expect(socket, FrameType.PONG);
    }
  }

  /** Fails if one of them was lost. */
  void check() {
    if (failure.get() != null) {
      throw new IllegalStateException("an idle connection was lost", failure.get());
    }
  }

  static void expect(Socket socket, FrameType type) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] length = in.readNBytes(Integer.BYTES);
    if (length.length < Integer.BYTES) {
      throw new EOFException("end of the connection (expected: " + type + ")");
    }
    byte[] frame = in.readNBytes(Unpooled.wrappedBuffer(length).readInt());
    FrameType is = FrameType.ofCode(frame[0] & 0xFF);
    if (is != type) {
      throw new IOException("frame " + is + " (expected: " + type + ")");
    }
  }

  static byte[] bytes(Request... frames) {
    ByteBuf bytes = Unpooled.buffer();
    for (Request frame : frames) {
      FrameEncoder.encode(frame, bytes);
    }
    return ByteBufUtil.getBytes(bytes);
  }

  @Override
  public void close() throws IOException {
    closed = true;
    pinging.interrupt();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
