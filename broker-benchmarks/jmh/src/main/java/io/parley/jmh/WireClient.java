package io.parley.jmh;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.parley.protocol.ProtocolVersion;
import io.parley.protocol.codec.FrameDecoder;
import io.parley.protocol.codec.FrameEncoder;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.FrameType;
import io.parley.protocol.frame.Request;
import io.parley.protocol.model.MessageId;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/**
 * A connection that says what it is told to, frame by frame, so that batches have the size that is
 * asked about. Blocks. One thread.
 */
final class WireClient implements AutoCloseable {
  private static final int READ_BYTES = 256 * 1024;
  private static final int TYPE_OFFSET = 4;

  private final Socket socket;
  private final DataInputStream in;
  private final ByteBuf received = Unpooled.buffer();
  private final ByteBuf sending = Unpooled.buffer();
  private final Decoding decoding =
      new Decoding(FrameDecoder.atClient(), decoded -> frame = decoded);
  private @Nullable Frame frame;

  /**
   * Connects, and is welcomed.
   *
   * @param number tells its producer session from others'
   */
  WireClient(int port, String service, int number) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), READ_BYTES));
    write(
        new Request.Hello(
            1,
            ProtocolVersion.OLDEST,
            ProtocolVersion.NEWEST,
            0,
            "default",
            service,
            "",
            "",
            "",
            new MessageId(1, number),
            "Parley JMH"));
    readBytes();
    if (received.getUnsignedByte(TYPE_OFFSET) != FrameType.HELLO_OK.code()) {
      throw new IOException("the broker did not welcome the client");
    }
  }

  void write(Request... requests) throws IOException {
    sending.clear();
    for (Request request : requests) {
      FrameEncoder.encode(request, sending);
    }
    sending.readBytes(socket.getOutputStream(), sending.readableBytes());
  }

  /** The next frame. */
  Frame read() throws IOException {
    readBytes();
    decoding.decode(received);
    if (frame == null) {
      throw new IllegalStateException("a whole frame was not decoded");
    }
    return frame;
  }

  private void readBytes() throws IOException {
    int length = in.readInt();
    received.clear().writeInt(length);
    while (received.readableBytes() < Integer.BYTES + length) {
      if (received.writeBytes(in, Integer.BYTES + length - received.readableBytes()) < 0) {
        throw new IOException("the connection ended inside a frame");
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
