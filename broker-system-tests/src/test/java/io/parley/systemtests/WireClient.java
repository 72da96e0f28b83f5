package io.parley.systemtests;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.parley.protocol.ProtocolVersion;
import io.parley.protocol.codec.FrameDecoder;
import io.parley.protocol.codec.FrameEncoder;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.Message;
import io.parley.protocol.model.MessageId;
import io.parley.protocol.model.MessageKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Says to a broker exactly what a test wants, frame by frame or byte by byte. */
public final class WireClient implements AutoCloseable {
  private final Socket socket;
  private final EmbeddedChannel decoding;
  private final byte[] buffer = new byte[64 * 1024];

  /** Connects and says nothing. */
  public WireClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) Await.PATIENCE.toMillis());
    FrameDecoder decoder = FrameDecoder.atClient();
    decoding =
        new EmbeddedChannel(
            decoder,
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object frame) {
                if (frame instanceof Response.HelloOk welcome) {
                  decoder.established(welcome.maxFrameBytes());
                }
                context.fireChannelRead(frame);
              }
            });
  }

  /** Connects as a service and is welcomed. */
  public static WireClient welcomed(int port, String service) throws IOException {
    return welcomed(port, service, randomId());
  }

  /** Connects as a service with a producer session of the test's choice, and is welcomed. */
  public static WireClient welcomed(int port, String service, MessageId session)
      throws IOException {
    WireClient client = new WireClient(port);
    client.write(hello(service, session));
    Response.HelloOk unused = client.read(Response.HelloOk.class);
    return client;
  }

  static Request.Hello hello(String service, MessageId session) {
    return hello(service, session, ProtocolVersion.OLDEST, ProtocolVersion.NEWEST);
  }

  static Request.Hello hello(String service, MessageId session, int oldest, int newest) {
    return new Request.Hello(
        1, oldest, newest, 0, "default", service, "", "", "", session, "system tests");
  }

  static MessageId randomId() {
    UUID random = UUID.randomUUID();
    return new MessageId(random.getMostSignificantBits(), random.getLeastSignificantBits());
  }

  /** A small message. */
  static Message message(MessageKind kind, String type, String body) {
    return new Message(
        randomId(),
        kind,
        type,
        null,
        null,
        null,
        0,
        0,
        0,
        false,
        false,
        null,
        Map.of(),
        body.getBytes(StandardCharsets.UTF_8));
  }

  public void write(Request... frames) throws IOException {
    ByteBuf bytes = Unpooled.buffer();
    for (Request frame : frames) {
      FrameEncoder.encode(frame, bytes);
    }
    write(ByteBufUtil.getBytes(bytes));
  }

  public void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /** The next frame, or null at the end of the stream. */
  public @Nullable Frame read() throws IOException {
    Frame frame = decoding.readInbound();
    while (frame == null) {
      int length = socket.getInputStream().read(buffer);
      if (length < 0) {
        return null;
      }
      decoding.writeInbound(Unpooled.copiedBuffer(buffer, 0, length));
      frame = decoding.readInbound();
    }
    return frame;
  }

  /** The next frame, which must be of this type. */
  <F extends Frame> F read(Class<F> type) throws IOException {
    Frame frame = read();
    if (!type.isInstance(frame)) {
      throw new AssertionError("read " + frame + " (expected: " + type.getSimpleName() + ")");
    }
    return type.cast(frame);
  }

  /** Reads to the end of the stream, which must come without another frame. */
  void readEnd() throws IOException {
    Frame frame = read();
    if (frame != null) {
      throw new AssertionError("read " + frame + " (expected: the end of the connection)");
    }
  }

  public void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
