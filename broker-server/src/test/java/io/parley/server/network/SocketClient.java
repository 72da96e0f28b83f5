package io.parley.server.network;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** A client on a plain socket: writes what it is told, reads frames one by one. */
final class SocketClient implements AutoCloseable {
  private static final int TIMEOUT_MS = 20_000;

  private final Socket socket;
  private final Frames.Reader reader = new Frames.Reader();
  private final Queue<Frame> read = new ArrayDeque<>();
  private final byte[] buffer = new byte[64 * 1024];

  SocketClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MS);
  }

  /** A client that was welcomed. */
  static SocketClient welcomed(int port) throws IOException {
    SocketClient client = new SocketClient(port);
    client.write(Frames.hello());
    Frame first = client.read();
    if (!(first instanceof Response.HelloOk)) {
      throw new IOException("not welcomed: " + first);
    }
    return client;
  }

  int localPort() {
    return socket.getLocalPort();
  }

  void write(Request... frames) throws IOException {
    write(Frames.bytes(frames));
  }

  void write(ByteBuf bytes) throws IOException {
    socket.getOutputStream().write(ByteBufUtil.getBytes(bytes));
  }

  /** The next frame, or null at the end of the stream. */
  @Nullable Frame read() throws IOException {
    while (read.isEmpty()) {
      int length = socket.getInputStream().read(buffer);
      if (length < 0) {
        return null;
      }
      read.addAll(reader.read(Unpooled.copiedBuffer(buffer, 0, length)));
    }
    return read.remove();
  }

  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Closes with a reset instead of an end of stream. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
