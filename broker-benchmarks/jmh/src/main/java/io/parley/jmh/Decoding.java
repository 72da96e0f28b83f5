package io.parley.jmh;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.parley.protocol.WireLimits;
import io.parley.protocol.codec.FrameDecoder;
import io.parley.protocol.frame.Frame;
import java.util.function.Consumer;

/**
 * A decoder in a pipeline without a socket, past the greeting. What it decodes goes straight on, as
 * it does in a broker: no queue of the embedded channel is in between.
 */
final class Decoding implements AutoCloseable {
  private final EmbeddedChannel channel;

  /**
   * A pipeline of a decoder.
   *
   * @param frames gets each frame, on the thread that calls {@link #decode}
   */
  Decoding(FrameDecoder decoder, Consumer<Frame> frames) {
    decoder.established(WireLimits.FRAME_HARD_MAX_BYTES);
    channel =
        new EmbeddedChannel(
            decoder,
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object frame) {
                frames.accept((Frame) frame);
              }

              @Override
              public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                throw new IllegalStateException("not decodable", cause);
              }
            });
  }

  /** Decodes whole frames; the buffer is as it was afterwards. */
  void decode(ByteBuf bytes) {
    int start = bytes.readerIndex();
    channel.pipeline().fireChannelRead(bytes.retain());
    if (bytes.isReadable()) {
      throw new IllegalStateException(
          bytes.readableBytes() + " bytes were not decoded (expected: whole frames)");
    }
    bytes.readerIndex(start);
  }

  @Override
  public void close() {
    channel.finishAndReleaseAll();
  }
}
