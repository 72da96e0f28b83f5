package io.parley.server.network;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.parley.protocol.WireLimits;
import io.parley.protocol.codec.FrameDecoder;
import io.parley.protocol.codec.FrameEncoder;
import io.parley.protocol.frame.Frame;
import io.parley.protocol.frame.Push;
import io.parley.protocol.frame.Request;
import io.parley.protocol.frame.Response;
import io.parley.protocol.model.MessageBatch;
import io.parley.protocol.model.MessageId;
import java.util.ArrayList;
import java.util.List;

/** Frames for the tests of this package, and their bytes. */
final class Frames {
  private Frames() {}

  static Request.Hello hello() {
    return hello("shop", "cart", "cart-1", "", "");
  }

  static Request.Hello hello(
      String namespace, String service, String instance, String user, String secret) {
    return new Request.Hello(
        7, 1, 1, 0, namespace, service, instance, user, secret, new MessageId(8, 9), "test");
  }

  static Request.Hello helloOfVersions(int oldest, int newest) {
    return new Request.Hello(
        7, oldest, newest, 0, "shop", "cart", "", "", "", new MessageId(8, 9), "test");
  }

  /** A delivery of one record with this many bytes. */
  static Push.Deliver delivery(long epoch, int bytes) {
    return new Push.Deliver(
        1, epoch, 30_000, List.of(new Push.Segment(1, 1, 0, MessageBatch.of(new byte[bytes], 1))));
  }

  static ByteBuf bytes(Frame... frames) {
    ByteBuf out = Unpooled.buffer();
    for (Frame frame : frames) {
      FrameEncoder.encode(frame, out);
    }
    return out;
  }

  /** A frame of no known type. */
  static ByteBuf garbage() {
    return Unpooled.buffer().writeInt(5).writeByte(0x7F).writeInt(0);
  }

  /** Reads the broker's bytes as a client does. */
  static final class Reader {
    private final EmbeddedChannel client;

    Reader() {
      FrameDecoder decoder = FrameDecoder.atClient();
      client =
          new EmbeddedChannel(
              decoder,
              new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object frame) {
                  if (frame instanceof Response.HelloOk) {
                    decoder.established(WireLimits.FRAME_HARD_MAX_BYTES);
                  }
                  ctx.fireChannelRead(frame);
                }
              });
    }

    /** The frames that end in these bytes, which it takes over. */
    List<Frame> read(ByteBuf bytes) {
      client.writeInbound(bytes);
      List<Frame> frames = new ArrayList<>();
      for (Frame frame = client.readInbound(); frame != null; frame = client.readInbound()) {
        frames.add(frame);
      }
      return frames;
    }
  }
}
